using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Explore.Tables.Versions;

/// <summary>A column that one version has and the other has not, or has in another type.</summary>
/// <param name="Column">The column.</param>
/// <param name="Change"><c>added</c>, <c>removed</c>, <c>type</c>.</param>
/// <param name="From">Its type before, or null.</param>
/// <param name="To">Its type after, or null.</param>
public sealed record ColumnChange(string Column, string Change, string? From, string? To);

/// <summary>In what two versions of a table differ.</summary>
/// <param name="From">The older version.</param>
/// <param name="To">The newer one.</param>
/// <param name="Keys">The columns by which a row is the same row; none: a row with another value is one removed and one added.</param>
/// <param name="Added">Rows only in the newer one.</param>
/// <param name="Removed">Rows only in the older one.</param>
/// <param name="Changed">Rows with the same key and other values.</param>
/// <param name="ColumnChanges">Columns that differ.</param>
/// <param name="Columns">The columns of the sample; the first says what became of the row.</param>
/// <param name="Sample">Some of the rows.</param>
public sealed record TableComparison(
    long From, long To, IReadOnlyList<string> Keys, long Added, long Removed, long Changed,
    IReadOnlyList<ColumnChange> ColumnChanges, IReadOnlyList<string> Columns, IReadOnlyList<string?[]> Sample)
{
    private const int SampleRows = 100;

    /// <summary>Compares two versions.</summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c>; what DuckDB says when files of an old version are gone.</exception>
    public static TableComparison Of(LakeSession session, TableName name, string from, string to, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var table = session.Catalog.Table(name);
        var (first, second) = (table.Read(from), table.Read(to));
        var (older, newer) = first.Version <= second.Version ? (first, second) : (second, first);
        var shared = keys.Where(key => older.Schema.Find(key) is not null && newer.Schema.Find(key) is not null).ToList();
        var counts = session.CountDifferences(older, newer, shared, ct);
        using var rows = session.Diff(older, newer, shared, SampleRows, ct);
        return new TableComparison(
            older.Version, newer.Version, shared, counts.Added, counts.Removed, counts.Changed, [.. Changes(older.Schema, newer.Schema)],
            [.. rows.Columns.Select(column => column.Name)], [.. Texts(rows)]);
    }

    private static IEnumerable<ColumnChange> Changes(DeltaSchema from, DeltaSchema to)
    {
        foreach (var column in to.Columns)
        {
            var before = from.Find(column.Name);
            if (before is null || !before.Type.Equals(column.Type))
            {
                yield return new ColumnChange(column.Name, before is null ? "added" : "type", before is null ? null : TableTypes.ToSql(before.Type), TableTypes.ToSql(column.Type));
            }
        }
        foreach (var column in from.Columns.Where(column => to.Find(column.Name) is null))
        {
            yield return new ColumnChange(column.Name, "removed", TableTypes.ToSql(column.Type), null);
        }
    }

    private static List<string?[]> Texts(DuckResult result)
    {
        var rows = new List<string?[]>();
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new string?[chunk.ColumnCount];
                for (var column = 0; column < values.Length; column++)
                {
                    values[column] = chunk[column].IsNull(row) ? null : chunk[column].Text(row);
                }
                rows.Add(values);
            }
        }
        return rows;
    }
}

/// <summary>A version of a table, as its log tells it.</summary>
/// <param name="Version">Its number.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Operation">What was done, as Delta names it: <c>WRITE</c>, <c>MERGE</c>, <c>RESTORE</c>, …</param>
/// <param name="RowsAdded">Rows that the commit wrote, or null.</param>
/// <param name="Run">The run that made it, or null.</param>
/// <param name="Engine">The program that wrote it, or null.</param>
/// <param name="Tags">Its tags.</param>
public sealed record VersionAnswer(long Version, DateTimeOffset At, string Operation, long? RowsAdded, string? Run, string? Engine, IReadOnlyList<string> Tags)
{
    private const int Most = 200;

    /// <summary>The versions that the log still holds, newest first.</summary>
    public static IReadOnlyList<VersionAnswer> Of(DeltaTable table)
    {
        var tags = table.Tags().ToLookup(tag => tag.Version, tag => tag.Name);
        return [.. table.History(Most).Select(commit => new VersionAnswer(
            commit.Version, commit.Timestamp, commit.Operation, commit.Metrics.TryGetValue("numOutputRows", out var rows) ? rows : null,
            commit.Properties.GetValueOrDefault("escale.run"), commit.Engine, [.. tags[commit.Version]]))];
    }
}
