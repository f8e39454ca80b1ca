using Escale.Kernel;

namespace Escale.Transform.Warehouse;

/// <summary>What a model becomes in PostgreSQL: the definition of a <c>warehouse</c> asset.</summary>
public sealed record WarehouseTable
{
    /// <summary>The asset's id, <c>warehouse.project.schema.table</c>.</summary>
    public required string AssetId { get; init; }

    /// <summary>The table in PostgreSQL.</summary>
    public required TableName Target { get; init; }

    /// <summary>The model's lake table.</summary>
    public required TableName Source { get; init; }

    /// <summary>Becomes the table's comment.</summary>
    public string Description { get; init; } = "";

    /// <summary>Column descriptions by name; they become comments.</summary>
    public IReadOnlyDictionary<string, string> ColumnDescriptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Columns that are never null.</summary>
    public IReadOnlyList<string> NotNull { get; init; } = [];

    /// <summary>The columns of the primary key; empty: none.</summary>
    public IReadOnlyList<string> PrimaryKey { get; init; } = [];

    /// <summary>Unique constraints.</summary>
    public IReadOnlyList<UniqueKey> Unique { get; init; } = [];

    /// <summary>Check constraints; the expression is PostgreSQL's SQL.</summary>
    public IReadOnlyList<CheckRule> Checks { get; init; } = [];

    /// <summary>Foreign keys to other published tables.</summary>
    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>Indexes besides those of the keys.</summary>
    public IReadOnlyList<TableIndex> Indexes { get; init; } = [];

    /// <summary>
    /// Whether it gets the unknown member, a row whose key is −1: a foreign key of a published table points to its key, or its
    /// <c>meta</c> says <c>dimension: true</c>.
    /// </summary>
    public bool IsDimension { get; init; }

    /// <summary><c>meta: unknown:</c> values of the unknown member, by column.</summary>
    public IReadOnlyDictionary<string, object?> Unknown { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether rows are merged into the published table instead of replacing all of them.</summary>
    public bool IsIncremental { get; init; }

    /// <summary>The columns that say which row is which when merging.</summary>
    public IReadOnlyList<string> MergeKey { get; init; } = [];

    /// <summary>Where the model is described.</summary>
    public Place? Place { get; init; }

    /// <summary>Where a new content waits until all of the run's tables are ready.</summary>
    public TableName Stage => new($"{Target.Schema}_stage", Target.Name);
}

/// <summary>A unique constraint.</summary>
public sealed record UniqueKey(string? Name, IReadOnlyList<string> Columns);

/// <summary>A check constraint.</summary>
public sealed record CheckRule(string? Name, string Expression);

/// <summary>An index.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="IsUnique">Whether it refuses a value that is there.</param>
/// <param name="Method"><c>btree</c>, <c>hash</c>, <c>gin</c>, <c>gist</c>, <c>spgist</c> or <c>brin</c>.</param>
public sealed record TableIndex(IReadOnlyList<string> Columns, bool IsUnique, string Method);

/// <summary>A foreign key.</summary>
/// <param name="Name">The constraint's name, or null for PostgreSQL's.</param>
/// <param name="Columns">The columns that point.</param>
/// <param name="Target">The published table that they point to.</param>
/// <param name="Source">That table's lake table.</param>
/// <param name="TargetColumns">Its columns.</param>
/// <param name="MapsUnknown">Whether null and unmatched values become −1: one column that points to a dimension's key.</param>
public sealed record Reference(
    string? Name, IReadOnlyList<string> Columns, TableName Target, TableName Source, IReadOnlyList<string> TargetColumns, bool MapsUnknown);
