using System.Globalization;
using System.Net;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>An address to listen on, as given to <c>--urls</c>: <c>http://host:port</c> or <c>https://host:port</c> with an IP address, <c>localhost</c> or <c>*</c>.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port, bool IsHttps = false)
{
    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>The host as it stands in a URL.</summary>
    public string HostText => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme => IsHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;

    /// <exception cref="EscaleException"><c>host.bad-url</c>.</exception>
    public static ListenAddress Parse(string text)
    {
        var isHttps = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var scheme = isHttps ? "https://" : "http://";
        var rest = text.TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (!rest.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || colon <= scheme.Length
            || !int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            throw Invalid(text);
        }
        var host = rest[scheme.Length..colon];
        return host switch
        {
            "localhost" => new ListenAddress(IPAddress.Loopback, port, isHttps),
            "*" or "+" => new ListenAddress(IPAddress.Any, port, isHttps),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new ListenAddress(address, port, isHttps),
            _ => throw Invalid(text),
        };
    }

    /// <summary>As Kestrel takes it.</summary>
    public string Url => $"{Scheme}://{HostText}:{Port}";

    private static EscaleException Invalid(string text) => new(
        "host.bad-url", $"'{text}' is not an address to listen on.",
        "Write http://ADDRESS:PORT, for example http://127.0.0.1:5080; https:// needs serve.certificate in escale.yml.");
}
