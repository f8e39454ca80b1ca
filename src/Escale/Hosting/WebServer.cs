using System.Net;
using System.Net.Sockets;
using Escale.Kernel;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Escale.Hosting;

/// <summary>
/// The program's HTTP server (Kestrel) with the endpoints of all rooms. Started by <c>serve</c> and <c>up</c> on the address that the
/// user chose, or by a run that collects pushed events on a free loopback port.
/// </summary>
/// <remarks>
/// Beyond loopback every request but the health checks needs the key of <c>ESCALE_API_KEY</c>. On loopback requests of foreign web
/// pages are refused: see <see cref="BrowserGuard"/>. Thread-safe.
/// </remarks>
internal sealed class WebServer(
    IServiceProvider project, IReadOnlyList<EscaleModule> modules, ProjectRoot root, RunEnvironment environment) : IProgramHost, IAsyncDisposable
{
    /// <summary>The environment variable with the key that non-loopback requests must carry.</summary>
    public const string KeyVariable = "ESCALE_API_KEY";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private WebApplication? _application;
    private Uri? _address;

    /// <inheritdoc/>
    public Task<Uri> ListenAsync(CancellationToken cancellationToken) => StartAsync(["http://127.0.0.1:0"], cancellationToken);

    /// <summary>Starts listening on these addresses unless it already listens; returns the first address with its real port.</summary>
    /// <exception cref="EscaleException"><c>host.port-in-use</c>, <c>host.bad-url</c>, <c>host.key-required</c>.</exception>
    public async Task<Uri> StartAsync(IReadOnlyList<string> urls, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_address is null)
            {
                var addresses = urls.Select(ListenAddress.Parse).ToList();
                _application = Build(addresses);
                await BindAsync(_application, urls, cancellationToken);
                _address = RealAddress(_application, addresses[0]);
                environment.Set("ESCALE_URL", _address.GetLeftPart(UriPartial.Authority));
                environment.Trust(_address);
            }
            return _address;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await application.StopAsync(patience.Token);
            await application.DisposeAsync();
        }
        _gate.Dispose();
    }

    private WebApplication Build(IReadOnlyList<ListenAddress> addresses)
    {
        // The empty builder: no configuration files, no environment variables that could open a port that nobody asked for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "escale", ContentRootPath = root.Folder });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            foreach (var address in addresses)
            {
                address.ListenOn(options);
            }
        });
        var application = builder.Build();
        application.UseMiddleware<ProblemDetailsMiddleware>(root);
        application.UseMiddleware<BrowserGuard>(AccessKey.For(addresses));
        application.Use((context, next) =>
        {
            context.RequestServices = new ProjectServices(project, context.RequestServices);
            return next(context);
        });
        application.UseRouting();
        var endpoints = new ProjectEndpoints(application, project);
        foreach (var module in modules)
        {
            module.MapEndpoints(endpoints);
        }
        application.UseEndpoints(_ => { });
        return application;
    }

    private static async Task BindAsync(WebApplication application, IReadOnlyList<string> urls, CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new EscaleException("host.port-in-use", $"Cannot listen on {string.Join(", ", urls)}: another program uses the port.",
                "Stop it, or choose another port, for example --urls http://127.0.0.1:5081.", inner: error);
        }
        catch (SocketException error)
        {
            throw new EscaleException("host.bad-url", $"Cannot listen on {string.Join(", ", urls)}: {error.Message}.",
                "Give --urls an address of this machine and a port above 1023, for example http://127.0.0.1:5080.", inner: error);
        }
    }

    private static Uri RealAddress(WebApplication application, ListenAddress first)
    {
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var port = BindingAddress.Parse(bound).Port;
        return new Uri($"http://{(first.IsLoopback ? first.HostText : Dns.GetHostName())}:{port}/");
    }
}
