using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>How a SQL model is kept.</summary>
public enum Materialization
{
    /// <summary>A view.</summary>
    View,

    /// <summary>A table, rewritten whole.</summary>
    Table,

    /// <summary>A table that is added to or merged into.</summary>
    Incremental,

    /// <summary>Nothing is kept: its SELECT becomes a CTE of whoever reads it.</summary>
    Ephemeral,
}

/// <summary>
/// The configuration of a node after all inheritance: <c>dbt_project.yml</c> (outer folders first), then the property file, then
/// <c>config()</c> in the file. Tags add up, <c>meta</c> and the like merge, hooks add up, everything else is replaced. Immutable.
/// </summary>
public sealed class NodeConfig
{
    private readonly IReadOnlyDictionary<string, Place> _places;

    internal NodeConfig(IReadOnlyDictionary<string, object?> all, IReadOnlyDictionary<string, Place> places)
    {
        All = all;
        _places = places;
    }

    /// <summary>Every key with its plain value; <c>pre-hook</c> is <c>pre_hook</c>.</summary>
    public IReadOnlyDictionary<string, object?> All { get; }

    /// <summary><c>enabled</c>. Default: true.</summary>
    public bool Enabled => Bool("enabled") ?? true;

    /// <summary><c>tags</c>, sorted, without repeats.</summary>
    public IReadOnlyList<string> Tags => Texts("tags");

    /// <summary><c>meta</c>.</summary>
    public IReadOnlyDictionary<string, object?> Meta =>
        this["meta"] as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();

    /// <summary>The value of a key, or null.</summary>
    public object? this[string key] => All.TryGetValue(key, out var value) ? value : null;

    /// <summary>Where a key was last set, or null.</summary>
    public Place? PlaceOf(string key) => _places.TryGetValue(key, out var place) ? place : null;

    /// <summary>Text, or null.</summary>
    /// <exception cref="EscaleException"><c>projects.config-invalid</c> for another type, with its place.</exception>
    public string? Text(string key) => this[key] switch
    {
        null => null,
        string text => text,
        bool or long or double => Convert.ToString(this[key], System.Globalization.CultureInfo.InvariantCulture),
        _ => throw Invalid(key, "text"),
    };

    /// <summary>True, false or null.</summary>
    /// <exception cref="EscaleException"><c>projects.config-invalid</c>.</exception>
    public bool? Bool(string key) => this[key] switch
    {
        null => null,
        bool value => value,
        string text when bool.TryParse(text, out var value) => value,
        _ => throw Invalid(key, "true or false"),
    };

    /// <summary>A whole number, or null.</summary>
    /// <exception cref="EscaleException"><c>projects.config-invalid</c>.</exception>
    public long? Integer(string key) => this[key] switch { null => null, long value => value, _ => throw Invalid(key, "a whole number") };

    /// <summary>A list of texts; one text is a list of one; absent is empty.</summary>
    /// <exception cref="EscaleException"><c>projects.config-invalid</c>.</exception>
    public IReadOnlyList<string> Texts(string key) => this[key] switch
    {
        null => [],
        string text => [text],
        IEnumerable<object?> list => [.. list.Select(item => item as string ?? throw Invalid(key, "texts"))],
        _ => throw Invalid(key, "texts"),
    };

    /// <summary>How the model is kept. Default: <see cref="Materialization.View"/>, as dbt.</summary>
    /// <exception cref="EscaleException"><c>projects.config-invalid</c> naming the nearest.</exception>
    public Materialization Materialized => Text("materialized") switch
    {
        null or "view" => Materialization.View,
        "table" => Materialization.Table,
        "incremental" => Materialization.Incremental,
        "ephemeral" => Materialization.Ephemeral,
        var other => throw new EscaleException(
            "projects.config-invalid", $"'materialized' cannot be '{other}'.",
            Nearest.Remedy(other, ["view", "table", "incremental", "ephemeral"], "It is view, table, incremental or ephemeral."), PlaceOf("materialized")),
    };

    /// <summary>This configuration, with these values where it has none.</summary>
    public NodeConfig WithDefaults(IReadOnlyDictionary<string, object?> defaults)
    {
        if (defaults.Count == 0)
        {
            return this;
        }
        var all = new Dictionary<string, object?>(defaults, StringComparer.Ordinal);
        foreach (var (key, value) in All)
        {
            all[key] = value ?? all.GetValueOrDefault(key);
        }
        return new NodeConfig(all, _places);
    }

    /// <summary>The error for a value of the wrong type.</summary>
    public EscaleException Invalid(string key, string expected) =>
        new("projects.config-invalid", $"The configuration '{key}' must be {expected}.", $"Write {expected}.", PlaceOf(key));
}

/// <summary>Collects configuration layer by layer.</summary>
internal sealed class ConfigLayers
{
    private static readonly HashSet<string> _merged = ["meta", "column_types", "persist_docs", "quoting", "docs", "contract", "grants"];

    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>What is set so far.</summary>
    public IReadOnlyDictionary<string, object?> Values => _values;

    public void Set(string key, object? value, Place place)
    {
        key = key switch { "pre-hook" => "pre_hook", "post-hook" => "post_hook", _ => key };
        _values.TryGetValue(key, out var old);
        _values[key] = key switch
        {
            "tags" => AddTags(old, value, place),
            "pre_hook" or "post_hook" or "packages" => (List<object?>)[.. AsList(old), .. AsList(value)],
            _ when _merged.Contains(key) && old is IReadOnlyDictionary<string, object?> before && value is IReadOnlyDictionary<string, object?> after => Merge(before, after),
            _ => value,
        };
        _places[key] = place;
    }

    public NodeConfig Build() => new(_values, _places);

    private static List<object?> AddTags(object? old, object? value, Place place)
    {
        var tags = new SortedSet<string>(AsList(old).OfType<string>(), StringComparer.Ordinal);
        foreach (var tag in AsList(value))
        {
            tags.Add(tag as string ?? throw new EscaleException("projects.config-invalid", "The configuration 'tags' must be texts.", "Write texts.", place));
        }
        return [.. tags];
    }

    private static IEnumerable<object?> AsList(object? value) => value switch { null => [], IEnumerable<object?> list => list, _ => [value] };

    private static Dictionary<string, object?> Merge(IReadOnlyDictionary<string, object?> before, IReadOnlyDictionary<string, object?> after)
    {
        var merged = new Dictionary<string, object?>(before, StringComparer.Ordinal);
        foreach (var (key, value) in after)
        {
            merged[key] = value;
        }
        return merged;
    }
}
