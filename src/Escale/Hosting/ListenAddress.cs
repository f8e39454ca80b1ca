using System.Globalization;
using System.Net;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>An address to listen on, as given to <c>--urls</c>: <c>http://host:port</c> with an IP address, <c>localhost</c> or <c>*</c>.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>The host as it stands in a URL.</summary>
    public string HostText => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();

    /// <exception cref="EscaleException"><c>host.bad-url</c>.</exception>
    public static ListenAddress Parse(string text)
    {
        const string Scheme = "http://";
        var rest = text.TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (!rest.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || colon <= Scheme.Length
            || !int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            throw Invalid(text);
        }
        var host = rest[Scheme.Length..colon];
        return host switch
        {
            "localhost" => new ListenAddress(IPAddress.Loopback, port),
            "*" or "+" => new ListenAddress(IPAddress.Any, port),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new ListenAddress(address, port),
            _ => throw Invalid(text),
        };
    }

    /// <summary>As Kestrel takes it.</summary>
    public string Url => $"http://{HostText}:{Port}";

    private static EscaleException Invalid(string text) => new(
        "host.bad-url", $"'{text}' is not an address to listen on.",
        "Write http://ADDRESS:PORT, for example http://127.0.0.1:5080; HTTPS belongs to a proxy in front.");
}
