using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>What the parse pass learns of one SQL text without running anything: its references and its configuration.</summary>
public sealed record ParsedSql
{
    /// <summary>Nothing at all.</summary>
    public static readonly ParsedSql Empty = new();

    /// <summary>The <c>ref()</c> calls in order, repeats included.</summary>
    public IReadOnlyList<RefCall> Refs { get; init; } = [];

    /// <summary>The <c>source()</c> calls in order, repeats included.</summary>
    public IReadOnlyList<SourceCall> Sources { get; init; } = [];

    /// <summary>What <c>config()</c> calls set: plain values as <see cref="Yaml.YamlNode.ToValue"/> gives. A later call wins.</summary>
    public IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();

    /// <summary>Where the (first) <c>config()</c> call stands, or null.</summary>
    public Place? ConfigPlace { get; init; }

    /// <summary>
    /// What beside the file's own text its meaning depends on (macros, variables, environment), as text that changes when they do; null when
    /// the text says all. Becomes part of the code's fingerprint.
    /// </summary>
    public string? Beyond { get; init; }
}

/// <summary>A call <c>ref('name')</c> or <c>ref('package', 'name')</c>.</summary>
/// <param name="Package">The package, or null.</param>
/// <param name="Name">The model, seed or snapshot.</param>
/// <param name="Place">Where it stands.</param>
public sealed record RefCall(string? Package, string Name, Place Place);

/// <summary>A call <c>source('source', 'table')</c>.</summary>
/// <param name="Source">The source.</param>
/// <param name="Table">Its table.</param>
/// <param name="Place">Where it stands.</param>
public sealed record SourceCall(string Source, string Table, Place Place);

/// <summary>A SQL text to parse, with what its Jinja may ask for.</summary>
public sealed record SqlUnit
{
    /// <summary>The package whose macros and variables it sees first.</summary>
    public required string Package { get; init; }

    /// <summary><c>model</c> or <c>test</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of what it defines.</summary>
    public required string Name { get; init; }

    /// <summary>The file as messages show it.</summary>
    public required string Path { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>The configuration known before the text is read (from <c>dbt_project.yml</c> and property files).</summary>
    public IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();
}

/// <summary>
/// The parse pass: renders the text's Jinja with nothing executed and reports the calls it made. The literal cases never come here
/// (see <see cref="LiteralSql"/>).
/// </summary>
/// <exception cref="EscaleException">The template is wrong, with its place.</exception>
public delegate ParsedSql ParseSql(SqlUnit unit);
