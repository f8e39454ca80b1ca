using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Escale.Collect.Http;

namespace Escale.Collect.Web;

/// <summary>What a site's robots.txt allows us (RFC 9309). Asked once per site and program.</summary>
internal sealed class Robots(GuardedHttp http)
{
    private readonly ConcurrentDictionary<string, Task<RobotsRules>> _sites = new(StringComparer.Ordinal);

    /// <summary>The rules of the site of an address.</summary>
    public Task<RobotsRules> RulesAsync(Uri address, HttpPace pace, CancellationToken cancellationToken) =>
        _sites.GetOrAdd(address.GetLeftPart(UriPartial.Authority), site => AskAsync(new Uri(site + "/robots.txt"), pace, cancellationToken));

    private Task<RobotsRules> AskAsync(Uri address, HttpPace pace, CancellationToken cancellationToken)
    {
        var ask = new HttpAsk { Address = address, MaxSizeBytes = 512 << 10, Pace = pace, Accepts = status => status is >= 400 and < 500 and not 429 };
        return http.SendAsync(ask, async (answer, token) =>
            answer.Status >= 400 ? RobotsRules.AllowAll : RobotsRules.Parse(Encoding.UTF8.GetString(await answer.ReadAllAsync(token)), "escale"), cancellationToken);
    }
}

/// <summary>The rules for one agent.</summary>
internal sealed class RobotsRules
{
    private readonly List<(string Pattern, bool Allow)> _rules = [];

    public static RobotsRules AllowAll { get; } = new();

    /// <summary>The delay that the site asks for, or null.</summary>
    public TimeSpan? Delay { get; private set; }

    public static RobotsRules Parse(string text, string agent)
    {
        var groups = new List<(HashSet<string> Agents, RobotsRules Rules)>();
        var inAgents = false;
        foreach (var line in text.Split('\n'))
        {
            var parts = line.Split('#')[0].Split(':', 2);
            if (parts.Length < 2)
            {
                continue;
            }
            var (name, value) = (parts[0].Trim().ToLowerInvariant(), parts[1].Trim());
            if (name == "user-agent")
            {
                if (!inAgents)
                {
                    groups.Add((new(StringComparer.OrdinalIgnoreCase), new RobotsRules()));
                }
                groups[^1].Agents.Add(value);
                inAgents = true;
                continue;
            }
            inAgents = false;
            if (groups.Count > 0)
            {
                groups[^1].Rules.Add(name, value);
            }
        }
        var mine = groups.FindAll(group => group.Agents.Contains(agent));
        return Join(mine.Count > 0 ? mine : groups.FindAll(group => group.Agents.Contains("*")));
    }

    /// <summary>Whether the path with its query may be asked for: the longest rule that matches wins, and allowing wins a tie.</summary>
    public bool Allows(string pathAndQuery)
    {
        var best = (Length: -1, Allow: true);
        foreach (var (pattern, allow) in _rules)
        {
            if (pattern.Length > 0 && (pattern.Length > best.Length || (pattern.Length == best.Length && allow)) && Matches(pattern, pathAndQuery))
            {
                best = (pattern.Length, allow);
            }
        }
        return best.Allow;
    }

    private static RobotsRules Join(List<(HashSet<string> Agents, RobotsRules Rules)> groups)
    {
        var joined = new RobotsRules();
        foreach (var (_, rules) in groups)
        {
            joined._rules.AddRange(rules._rules);
            joined.Delay = rules.Delay ?? joined.Delay;
        }
        return joined;
    }

    private void Add(string name, string value)
    {
        switch (name)
        {
            case "allow" or "disallow":
                _rules.Add((value, name == "allow"));
                break;
            case "crawl-delay" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 3600:
                Delay = TimeSpan.FromSeconds(seconds);
                break;
        }
    }

    /// <summary>Prefix match with <c>*</c> and a final <c>$</c>; greedy from the left, which is enough without back-tracking.</summary>
    private static bool Matches(string pattern, string path)
    {
        var anchored = pattern.EndsWith('$');
        var pieces = (anchored ? pattern[..^1] : pattern).Split('*');
        if (!path.StartsWith(pieces[0], StringComparison.Ordinal))
        {
            return false;
        }
        var at = pieces[0].Length;
        for (var i = 1; i < pieces.Length; i++)
        {
            var found = anchored && i == pieces.Length - 1
                ? (path.Length - pieces[i].Length >= at && path.EndsWith(pieces[i], StringComparison.Ordinal) ? path.Length - pieces[i].Length : -1)
                : path.IndexOf(pieces[i], at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }
            at = found + pieces[i].Length;
        }
        return !anchored || at == path.Length;
    }
}
