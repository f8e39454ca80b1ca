namespace Escale.Transform.Docs;

/// <summary>What the site's pages show: written as one JSON value, camelCase.</summary>
internal sealed record DocsData
{
    public required string Project { get; init; }

    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>Whether records of runs were there to read.</summary>
    public required bool ResultsKnown { get; init; }

    public required IReadOnlyList<DocsAsset> Assets { get; init; }

    public required IReadOnlyList<DocsQuarantine> Quarantine { get; init; }
}

internal sealed record DocsAsset
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public string? Source { get; init; }

    public string? Table { get; init; }

    public string? Path { get; init; }

    public required string Package { get; init; }

    public required string Description { get; init; }

    public string? Materialized { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required IReadOnlyDictionary<string, object?> Config { get; init; }

    public required IReadOnlyList<DocsColumn> Columns { get; init; }

    public required IReadOnlyList<string> Reads { get; init; }

    public string? Sql { get; init; }

    public string? Compiled { get; init; }

    /// <summary>Whether the columns' origins were read at all.</summary>
    public bool Traced { get; init; }

    public DocsTable? Lake { get; init; }

    /// <summary>Rows of this table that are in quarantine.</summary>
    public long? Quarantine { get; init; }

    public bool Check { get; init; }

    public string? TestName { get; init; }

    public string? Column { get; init; }

    public string? Tested { get; init; }

    public DocsResult? Result { get; init; }
}

internal sealed record DocsColumn(string Name, string? Type, string Description, IReadOnlyList<DocsOrigin> From, bool Complete);

internal sealed record DocsOrigin(string Asset, string Column);

internal sealed record DocsTable(long? Version, long? Rows, long? Bytes, int? Files, DateTimeOffset? UpdatedAt);

internal sealed record DocsResult(string Status, long? Rows, string? Message, DateTimeOffset At);

internal sealed record DocsQuarantine(string Table, string? Asset, long? Rows, DateTimeOffset UpdatedAt);
