using System.Net;
using System.Net.Sockets;

namespace Escale.Collect.Http;

/// <summary>
/// Decides which addresses an outgoing request may connect to (security requirement S9): only public unicast ones, unless the
/// operator allowed the host or the range in <c>escale.yml</c>, or we started the service ourselves.
/// </summary>
public sealed class AddressGuard
{
    // IANA's special-purpose registry; what is not in these and is IPv4 is public.
    private static readonly IPNetwork[] _closed4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    // Only global unicast is public in IPv6, without its special blocks (Teredo, ORCHID, documentation, 6to4).
    private static readonly IPNetwork _global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] _closed6 = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];
    private static readonly IPNetwork _translated = IPNetwork.Parse("64:ff9b::/96");

    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IPNetwork> _networks = [];

    /// <summary>Creates the guard.</summary>
    /// <param name="allowed">What the operator allows beside the public internet: host names, addresses and CIDR ranges.</param>
    /// <exception cref="EscaleException"><c>collect.network-allow</c> for an entry that is neither.</exception>
    public AddressGuard(IEnumerable<string> allowed)
    {
        foreach (var entry in allowed)
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                _networks.Add(network);
            }
            else if (IPAddress.TryParse(entry.Trim('[', ']'), out var address))
            {
                _networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else if (Uri.CheckHostName(entry) == UriHostNameType.Dns)
            {
                _hosts.Add(entry);
            }
            else
            {
                throw new EscaleException(
                    "collect.network-allow", $"'{entry}' in network.allow is neither a host name nor an address range.",
                    "Write a host name (api.example.internal) or a range (10.1.0.0/16).", new Place("escale.yml", Field: "network.allow"));
            }
        }
    }

    /// <summary>Whether a connection to this address is allowed when the request named this host.</summary>
    public bool Allows(string host, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _hosts.Contains(host) || _networks.Exists(network => network.Contains(plain)) || IsPublic(plain);
    }

    /// <summary>Whether the address is a public unicast one.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !_closed4.Any(network => network.Contains(address));
        }
        if (_translated.Contains(address))
        {
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        }
        return _global6.Contains(address) && !_closed6.Any(network => network.Contains(address));
    }
}
