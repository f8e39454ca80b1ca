using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Explore.Tables.Reading;

/// <summary>A column of a table or view of the lake.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in SQL.</param>
/// <param name="Kind">What its values are to people: <c>number</c>, <c>text</c>, <c>time</c>, <c>boolean</c>, <c>nested</c>, <c>bytes</c>.</param>
internal sealed record TableColumn(string Name, string Type, string Kind)
{
    /// <summary>The column of a type in SQL.</summary>
    public static TableColumn Of(string name, string type) => new(name, type, KindOf(type));

    private static string KindOf(string type) => type switch
    {
        _ when type.EndsWith(']') || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal) => "nested",
        "BOOLEAN" => "boolean",
        "BLOB" => "bytes",
        _ when type.StartsWith("DATE", StringComparison.Ordinal) || type.StartsWith("TIME", StringComparison.Ordinal) => "time",
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" or "FLOAT" or "DOUBLE" => "number",
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => "number",
        _ => "text",
    };
}

/// <summary>A table at one version, or a view, ready to be read.</summary>
internal sealed class TableShape
{
    private TableShape(TableName name, IReadOnlyList<TableColumn> columns)
    {
        Name = name;
        Columns = columns;
    }

    /// <summary>Its name.</summary>
    public TableName Name { get; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The version; null for a view.</summary>
    public Snapshot? Snapshot { get; private init; }

    /// <summary>Changes with what is read: the table's id and version; of a view, those of all that it reads.</summary>
    public required string Stamp { get; init; }

    /// <summary>Opens a table or view as it is, or a table as it was.</summary>
    /// <param name="session">A session; a view is mounted in it.</param>
    /// <param name="name">The name.</param>
    /// <param name="at">A version, tag or moment; null: now.</param>
    /// <exception cref="EscaleException"><c>lake.*</c>; <c>explore.view-has-no-versions</c>.</exception>
    public static TableShape Open(LakeSession session, TableName name, string? at)
    {
        if (session.Catalog.View(name) is not { } view)
        {
            return Of(at is null ? session.Catalog.Table(name).Read() : session.Catalog.Table(name).Read(at));
        }
        if (at is not null)
        {
            throw new EscaleException("explore.view-has-no-versions", $"{name} is a view: only the tables that it reads have versions.", "Leave the version out, or read one of those tables.");
        }
        session.Mount(name);
        using var described = session.Connection.Query($"DESCRIBE {name.ToSql()}");
        return new TableShape(name, [.. described.Rows().Select(row => TableColumn.Of((string)row[0]!, (string)row[1]!))]) { Stamp = StampOf(session.Catalog, view, 0) };
    }

    /// <summary>A version of a table.</summary>
    public static TableShape Of(Snapshot snapshot) =>
        new(snapshot.Table, [.. snapshot.Schema.Columns.Select(column => TableColumn.Of(column.Name, TableTypes.ToSql(column.Type)))])
        {
            Snapshot = snapshot,
            Stamp = $"{snapshot.Metadata.Id}-{snapshot.Version}",
        };

    /// <summary>The rows as a SELECT: of the whole table, or of some of its files with the numbers of their rows.</summary>
    public string Scan(LakeCatalog catalog, IReadOnlyCollection<DataFile>? files = null, bool numbered = false) => Snapshot is { } snapshot
        ? TableScan.Of(catalog.Table(Name), snapshot, files ?? [.. snapshot.Files], numbered)
        : $"SELECT * FROM {Name.ToSql()}";

    private static string StampOf(LakeCatalog catalog, LakeView view, int depth) => string.Join('+',
    [
        $"{view.Fingerprint}-{string.GetHashCode(view.Sql, StringComparison.Ordinal):x}",
        .. view.Reads.Select(read => depth < 20 && catalog.View(read) is { } inner ? StampOf(catalog, inner, depth + 1)
            : catalog.Table(read).TryRead() is { } snapshot ? $"{snapshot.Metadata.Id}-{snapshot.Version}" : "none"),
    ]);
}
