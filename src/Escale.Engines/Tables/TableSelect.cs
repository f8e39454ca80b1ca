using System.Globalization;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>
/// A table's rows as a SELECT over its Parquet files. Files of Escale are tagged with the columns they hold, so that files of one shape are
/// read together without looking into each; columns that came later are NULL, nested ones that grew are cast.
/// </summary>
internal static class TableSelect
{
    /// <summary>The tag of a data file that says how many of the table's data columns it holds, and a hash of their names and types.</summary>
    public const string ShapeTag = "escale.columns";

    /// <summary>The name under which a file's location is selected on request.</summary>
    public const string FileColumn = "__escale_file";

    /// <summary>The name under which a row's number in its file is selected on request.</summary>
    public const string RowColumn = "__escale_row";

    private const int ManyPartitions = 16;

    public static string Shape(IReadOnlyList<DeltaField> columns, int count)
    {
        var text = string.Join(";", columns.Take(count).Select(column => $"{column.Name}:{column.Type}"));
        return string.Create(CultureInfo.InvariantCulture, $"{count}-{Crc32C.Of(Encoding.UTF8.GetBytes(text)):x8}");
    }

    /// <summary>The rows of these files, in the order and types of the schema.</summary>
    /// <param name="table">Where the files are.</param>
    /// <param name="metadata">The columns to give; those of a snapshot or wider.</param>
    /// <param name="files">The files.</param>
    /// <param name="withFile">Also select each row's file as <see cref="FileColumn"/>.</param>
    /// <param name="withRow">Also select each row's number in its file as <see cref="RowColumn"/>.</param>
    public static string Of(DeltaTable table, TableMetadata metadata, IReadOnlyCollection<DataFile> files, bool withFile = false, bool withRow = false)
    {
        if (files.Count == 0)
        {
            var nothing = metadata.Schema.Columns.Select(Null);
            nothing = withFile ? nothing.Append($"NULL::VARCHAR AS {FileColumn}") : nothing;
            return $"SELECT {string.Join(", ", withRow ? nothing.Append($"NULL::BIGINT AS {RowColumn}") : nothing)} WHERE false";
        }
        var partitioned = metadata.PartitionColumns.Count > 0;
        var byPath = partitioned && IsHive(table, metadata, files);
        var groups = files.GroupBy(file => (file.Tags.GetValueOrDefault(ShapeTag), partitioned && !byPath ? PartitionKey(metadata, file) : ""));
        return string.Join("\nUNION ALL\n", groups.Select(group => Group(table, metadata, [.. group], group.Key.Item1, byPath, withFile, withRow)));
    }

    private static string Group(DeltaTable table, TableMetadata metadata, IReadOnlyList<DataFile> files, string? shape, bool byPath, bool withFile, bool withRow)
    {
        var data = metadata.Schema.Columns.Where(column => !IsPartition(metadata, column)).ToList();
        var known = shape is not null && int.TryParse(shape.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= data.Count ? count : -1;
        var exact = known >= 0 && Shape(data, known) == shape;
        var columns = metadata.Schema.Columns.Select(column => IsPartition(metadata, column)
            ? byPath ? DuckSql.Name(column.Name) : Constant(column, files[0])
            : known >= 0 && data.IndexOf(column) >= known ? Null(column) : Column(column, exact));
        if (withFile)
        {
            columns = columns.Append($"filename AS {FileColumn}");
        }
        if (withRow)
        {
            columns = columns.Append($"file_row_number AS {RowColumn}");
        }
        var options = new StringBuilder(byPath ? $", hive_partitioning = true, hive_types = {HiveTypes(metadata)}" : ", hive_partitioning = false");
        options.Append(withFile ? ", filename = true" : "").Append(withRow ? ", file_row_number = true" : "");
        var source = $"read_parquet({SqlText.Files(files.Select(table.LocationOf))}{options}{(known < 0 ? ", union_by_name = true" : "")})";
        if (known < 0)
        {
            // Files of another writer may lack any column: an empty relation with all of them stands in.
            source = $"(SELECT {string.Join(", ", data.Select(Null))} WHERE false UNION ALL BY NAME SELECT * FROM {source})";
        }
        return $"SELECT {string.Join(", ", columns)} FROM {source}";
    }

    private static string Column(DeltaField column, bool exact)
    {
        var name = DuckSql.Name(column.Name);
        return exact ? name : $"CAST({name} AS {TableTypes.ToSql(column.Type)}) AS {name}";
    }

    private static string Null(DeltaField column) => $"NULL::{TableTypes.ToSql(column.Type)} AS {DuckSql.Name(column.Name)}";

    private static string Constant(DeltaField column, DataFile file)
    {
        var value = ValueOf(file, column.Name);
        return value is null ? Null(column) : $"CAST({DuckSql.Literal(value)} AS {TableTypes.ToSql(column.Type)}) AS {DuckSql.Name(column.Name)}";
    }

    private static bool IsPartition(TableMetadata metadata, DeltaField column) => metadata.PartitionColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase);

    private static string HiveTypes(TableMetadata metadata) => "{" + string.Join(", ", metadata.PartitionColumns.Select(name =>
        $"{DuckSql.Literal(name)}: {DuckSql.Literal(TableTypes.ToSql(metadata.Schema.Find(name)!.Type))}")) + "}";

    private static string PartitionKey(TableMetadata metadata, DataFile file) => string.Join('\u0001', metadata.PartitionColumns.Select(name => ValueOf(file, name) ?? "\u0002"));

    /// <summary>The value of a partition column; the protocol reads an empty text as null.</summary>
    public static string? ValueOf(DataFile file, string column) => file.PartitionValues.GetValueOrDefault(column) is { Length: > 0 } value ? value : null;

    // With many partitions one scan that takes the values from the paths is planned faster than a branch for each, when the paths do say the
    // values: the protocol does not promise it, and the lake's own folder may contain a '='.
    private static bool IsHive(DeltaTable table, TableMetadata metadata, IReadOnlyCollection<DataFile> files) =>
        files.Select(file => PartitionKey(metadata, file)).Distinct().Skip(ManyPartitions).Any()
        && files.All(file => file.Path.StartsWith(FolderOf(metadata, file), StringComparison.Ordinal) && !table.LocationOf(file)[..^file.Path.Length].Contains('='));

    private static string FolderOf(TableMetadata metadata, DataFile file) => string.Concat(metadata.PartitionColumns.Select(name =>
        $"{Uri.EscapeDataString(name)}={(ValueOf(file, name) is { } value ? Uri.EscapeDataString(value) : "__HIVE_DEFAULT_PARTITION__")}/"));
}
