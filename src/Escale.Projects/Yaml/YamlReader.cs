using System.Globalization;
using System.Text;
using Escale.Kernel;

namespace Escale.Projects.Yaml;

/// <summary>
/// Reads a mapping key by key and remembers which keys were asked for; <see cref="Done"/> then refuses the others, naming the nearest
/// key that exists. A key with an empty value counts as absent. Not thread-safe.
/// </summary>
/// <param name="map">The mapping.</param>
/// <param name="what">What it describes, for messages: <c>a source table</c>.</param>
public sealed class YamlReader(YamlMap map, string what)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The mapping that is read.</summary>
    public YamlMap Map { get; } = map;

    /// <summary>What it describes.</summary>
    public string What => what;

    /// <summary>Where it stands.</summary>
    public Place Place => Map.Place;

    /// <summary>Whether the key has a value.</summary>
    public bool Has(string key) => Node(key) is not null;

    /// <summary>The value of a key, or null when it is absent or empty.</summary>
    public YamlNode? Node(string key)
    {
        _known.Add(key);
        return Map[key] is { IsNull: false } node ? node : null;
    }

    /// <summary>The value of a key that must be there.</summary>
    /// <exception cref="EscaleException"><c>projects.missing-key</c>.</exception>
    public YamlNode Need(string key) => Node(key) ?? throw new EscaleException(
        "projects.missing-key", $"{Sentence(what)} needs '{key}'.", $"Add '{key}:' here.", Map.Entry(key)?.Key.Place ?? Place);

    /// <summary>Text that must be there.</summary>
    public string Text(string key) => Need(key).AsText();

    /// <summary>Text, or the fallback.</summary>
    public string Text(string key, string fallback) => Node(key)?.AsText() ?? fallback;

    /// <summary>Text, or null.</summary>
    public string? TextOrNull(string key) => Node(key)?.AsText();

    /// <summary>A list of texts; a single text is a list of one; absent is empty.</summary>
    public IReadOnlyList<string> Texts(string key) => Node(key) switch
    {
        null => [],
        YamlList list => [.. list.Items.Select(item => item.AsText())],
        var single => [single.AsText("a list of texts")],
    };

    /// <summary>True or false.</summary>
    public bool Bool(string key, bool fallback) => Node(key)?.AsBool() ?? fallback;

    /// <summary>A whole number, or null; outside the bounds it is an error.</summary>
    public long? Integer(string key, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }
        var value = node.AsInteger();
        return value >= min && value <= max ? value : throw OutOfRange(node, key, min, max == long.MaxValue ? null : max);
    }

    /// <summary>A number, or null; outside the bounds it is an error.</summary>
    public double? Number(string key, double min = double.NegativeInfinity, double max = double.PositiveInfinity)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }
        var value = node.AsNumber();
        return value >= min && value <= max ? value : throw OutOfRange(node, key, min, double.IsPositiveInfinity(max) ? null : max);
    }

    /// <summary>A time span such as <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, or a number of seconds; null when absent.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }
        return Scaled(node, [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1)]) is { } seconds and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : throw node.WrongType("a time span such as 30s, 5m or 2h");
    }

    /// <summary>A size in bytes from <c>512MB</c>, <c>4GB</c>, <c>1.5GiB</c>, or a number of bytes; null when absent.</summary>
    public long? SizeBytes(string key)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }
        (string, double)[] units =
        [
            ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
            ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1), ("", 1),
        ];
        return Scaled(node, units) is { } bytes and < 1e18 ? (long)bytes : throw node.WrongType("a size such as 512MB or 4GB");
    }

    /// <summary>One of a fixed set of words, written in snake_case as the enum's names; the fallback when absent.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-value</c>.</exception>
    public T Choice<T>(string key, T fallback)
        where T : struct, Enum
    {
        return Node(key) is { } node ? (T)Chosen(typeof(T), node, key) : fallback;
    }

    /// <summary>The reader of a mapping under a key, or null.</summary>
    public YamlReader? MapOrNull(string key, string itsWhat) => Node(key)?.AsMap(itsWhat).Reader(itsWhat);

    /// <summary>The items under a key that holds a list; absent is empty.</summary>
    public IReadOnlyList<YamlNode> Items(string key) => Node(key)?.AsList($"a list under '{key}'").Items ?? [];

    /// <summary>Readers of a list of mappings; absent is empty.</summary>
    public IEnumerable<YamlReader> Maps(string key, string itsWhat) => Items(key).Select(item => item.AsMap(itsWhat).Reader(itsWhat));

    /// <summary>Texts by key of a mapping such as <c>headers:</c>; absent is empty.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string key) =>
        Node(key)?.AsMap($"a mapping under '{key}'").Entries.ToDictionary(entry => entry.Name, entry => entry.Value.AsText(), StringComparer.Ordinal)
        ?? new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The plain value under a key (see <see cref="YamlNode.ToValue"/>), or null.</summary>
    public object? Value(string key) => Node(key)?.ToValue();

    /// <summary>Declares keys that are accepted and not read here.</summary>
    public YamlReader Allow(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _known.Add(key);
        }
        return this;
    }

    /// <summary>Refuses every key that nobody asked for.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-key</c>, naming the nearest key.</exception>
    public void Done()
    {
        foreach (var entry in Map.Entries)
        {
            if (!_known.Contains(entry.Name))
            {
                throw entry.Key.Error(
                    "projects.unknown-key", $"{Sentence(what)} has no key '{entry.Name}'.",
                    Nearest.Remedy(entry.Name, _known, "It takes " + string.Join(", ", _known.Order(StringComparer.Ordinal)) + "."));
            }
        }
    }

    // Not generic, so that it is compiled once and not anew for every enum.
    private static object Chosen(Type choices, YamlNode node, string key)
    {
        var text = node.AsText();
        var names = Enum.GetNames(choices);
        return Array.Find(names, name => Snake(name) == text) is { } found
            ? Enum.Parse(choices, found)
            : throw UnknownValue(node, key, text, names.Select(Snake));
    }

    private static EscaleException UnknownValue(YamlNode node, string key, string text, IEnumerable<string> values)
    {
        var all = values.ToList();
        return node.Error(
            "projects.unknown-value", $"'{key}' cannot be '{text}'.",
            Nearest.Remedy(text, all, "It is one of " + string.Join(", ", all) + "."));
    }

    private static EscaleException OutOfRange<TNumber>(YamlNode node, string key, TNumber min, object? max) => node.Error(
        "projects.out-of-range", $"'{key}' is out of range.",
        string.Create(CultureInfo.InvariantCulture, $"Write a number from {min}{(max is null ? " on" : $" to {max}")}."));

    private static double? Scaled(YamlNode node, (string Unit, double Factor)[] units)
    {
        var text = node.AsText().Trim();
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) &&
                double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return number * factor;
            }
        }
        return null;
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Snake(string name)
    {
        var snake = new StringBuilder();
        foreach (var letter in name)
        {
            snake.Append(char.IsUpper(letter) && snake.Length > 0 ? "_" : "").Append(char.ToLowerInvariant(letter));
        }
        return snake.ToString();
    }
}
