using System.Net;
using Escale.Kernel;
using Microsoft.AspNetCore.HttpOverrides;

namespace Escale.Hosting;

/// <summary>Believes what known proxies say of the browser behind them (<c>serve.proxies</c>): its address, the scheme and the host. Nobody else is believed.</summary>
internal static class Proxies
{
    public static void Believe(IApplicationBuilder application, ServeSettings serve)
    {
        if (serve.Proxies.Count == 0)
        {
            return;
        }
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null, // as many as are known, one after the other
        };
        // The framework believes this machine unasked; here it is believed when it is on the list. The list is never empty: that would mean everyone.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in serve.Proxies)
        {
            if (IPAddress.TryParse(text, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(text));
            }
        }
        if (serve.PublicUrl is { } url)
        {
            options.AllowedHosts.Add(url.Host);
        }
        application.UseForwardedHeaders(options);
    }
}
