namespace Escale.Kernel;

/// <summary>
/// Any node of the one graph: a collected source table, a seed, a SQL model, a test, a warehouse table.
/// Graph, selection, scheduling and documentation know no kind by name; the room that owns the kind registers an
/// <see cref="IStepRunner"/> for it.
/// </summary>
public sealed record Asset
{
    /// <summary>Unique id in dbt's form: <c>model.port_of_dakar.fact_port_call</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The kind: <c>source</c>, <c>seed</c>, <c>model</c>, <c>test</c>, <c>warehouse</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>The short name that selection and people use.</summary>
    public required string Name { get; init; }

    /// <summary>The ids of the assets whose data this one reads: the edges of the graph and of lineage.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>
    /// The ids of assets that must have succeeded before this one may start but whose data it does not read: the tests of
    /// what it reads. Not part of lineage or of selection.
    /// </summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];

    /// <summary>The lake table or view that it makes, or null.</summary>
    public TableName? Table { get; init; }

    /// <summary>The file that defines it, relative to the project, with forward slashes.</summary>
    public string? Path { get; init; }

    /// <summary>The name of the dbt package it belongs to.</summary>
    public string Package { get; init; } = "";

    /// <summary>For a table of a source: the source's name (dbt's <c>source:name.table</c> selection).</summary>
    public string? SourceName { get; init; }

    /// <summary>Tags, for selection.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Its place in the project for selection: package, folders, name (dbt's fully qualified name). Empty means package and name.</summary>
    public IReadOnlyList<string> Fqn { get; init; } = [];

    /// <summary>
    /// True for what makes nothing and checks what it reads (a test): when it fails, whatever is built on all that it reads does not start.
    /// </summary>
    public bool IsCheck { get; init; }

    /// <summary>The columns as the author declared them; may be fewer than the table has, or none.</summary>
    public IReadOnlyList<AssetColumn> Columns { get; init; } = [];

    /// <summary>What it is, in the author's words.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its configuration after all inheritance (<c>materialized</c>, <c>schema</c>, …), for selection by <c>config.x:</c>.</summary>
    public IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether runs may choose it: ephemeral models and tables that something else fills are in the graph but never a step.</summary>
    public bool Runnable { get; init; } = true;

    /// <summary>
    /// True when it must be asked at every run whether it changed (a source); false when its inputs' versions and its code say so.
    /// </summary>
    public bool AlwaysRuns { get; init; }

    /// <summary>Hash of its code and configuration; with the inputs' versions it decides whether there is anything to do.</summary>
    public required string CodeFingerprint { get; init; }

    /// <summary>The kind's own parsed definition, for its runner only.</summary>
    public object? Definition { get; init; }
}

/// <summary>A column as its author declared it.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Description">What it holds; may be empty.</param>
/// <param name="DataType">Its declared SQL type, or null.</param>
public sealed record AssetColumn(string Name, string Description = "", string? DataType = null);
