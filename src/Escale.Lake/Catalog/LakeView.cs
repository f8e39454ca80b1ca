using Escale.Kernel;

namespace Escale.Lake;

/// <summary>A view of the lake: a SELECT over its tables and views, kept as one small file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">A DuckDB SELECT that names tables and views as <c>schema.name</c>.</param>
/// <param name="Reads">The tables and views that it names.</param>
/// <param name="Fingerprint">What it was made from, or null.</param>
public sealed record LakeView(TableName Name, string Sql, IReadOnlyList<TableName> Reads, string? Fingerprint = null)
{
    /// <summary>A description for people, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Whatever its maker wants kept with it.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}
