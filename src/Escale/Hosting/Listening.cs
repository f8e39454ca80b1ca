using System.Net;
using System.Net.Sockets;
using Escale.Kernel;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Escale.Hosting;

/// <summary>Starts a web application on its addresses and says where it really listens.</summary>
internal static class Listening
{
    /// <summary>Starts it.</summary>
    /// <exception cref="EscaleException"><c>host.port-in-use</c>, <c>host.bad-url</c>.</exception>
    public static async Task<Uri> StartAsync(WebApplication application, IReadOnlyList<ListenAddress> addresses, CancellationToken cancellationToken)
    {
        var shown = string.Join(", ", addresses.Select(address => address.Url));
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new EscaleException("host.port-in-use", $"Cannot listen on {shown}: another program uses the port.",
                "Stop it, or choose another port, for example --urls http://127.0.0.1:5081.", inner: error);
        }
        catch (SocketException error)
        {
            throw new EscaleException("host.bad-url", $"Cannot listen on {shown}: {error.Message}.",
                "Give --urls an address of this machine and a port above 1023, for example http://127.0.0.1:5080.", inner: error);
        }
        return RealAddress(application, addresses[0]);
    }

    private static Uri RealAddress(WebApplication application, ListenAddress first)
    {
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var port = BindingAddress.Parse(bound).Port;
        return new Uri($"{first.Scheme}://{(first.IsLoopback ? first.HostText : Dns.GetHostName())}:{port}/");
    }
}
