using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

// What the table is after a write: its columns, comments, properties and partitioning.
public sealed partial class LakeSession
{
    private TableMetadata Target(TableWrite write, Snapshot? head, IReadOnlyList<DuckColumn> columns, out bool changed) =>
        Target(write, head, columns, out changed, out _);

    private TableMetadata Target(TableWrite write, Snapshot? head, IReadOnlyList<DuckColumn> columns, out bool changed, out bool widened)
    {
        CheckNames(write.Table, columns);
        var incoming = TableTypes.Schema(columns);
        widened = false;
        TableMetadata target;
        if (head is null)
        {
            target = new TableMetadata(Guid.NewGuid().ToString(), incoming, PartitionBy(write, incoming), write.Configuration)
            {
                CreatedTimeMs = _engine.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            };
        }
        else
        {
            var replaces = write is { Mode: WriteMode.Overwrite, SchemaChange: SchemaChange.Replace };
            var policy = write.SchemaChange == SchemaChange.Replace && !replaces ? SchemaChange.AddAndWiden : write.SchemaChange;
            var evolved = SchemaEvolution.Evolve(head.Schema, incoming, policy, write.Table);
            widened = evolved.Widened.Count > 0;
            CheckWidenedPartition(write, head, evolved);
            target = head.Metadata with
            {
                Schema = evolved.Schema,
                PartitionColumns = replaces ? PartitionBy(write, evolved.Schema) : head.PartitionColumns,
                Configuration = Merge(head.Configuration, write.Configuration),
            };
        }
        target = target with { Schema = WithComments(target.Schema, write.Comments), Description = write.Description ?? target.Description };
        changed = head is not null && !target.SaysTheSameAs(head.Metadata);
        return target;
    }

    private static void CheckNames(TableName table, IReadOnlyList<DuckColumn> columns)
    {
        var twice = columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null || columns.Any(column => column.Name.Length == 0))
        {
            throw new EscaleException("tables.column-names", twice is null ? $"A column of the new rows for {table} has no name."
                : $"The new rows for {table} have {twice.Count()} columns named '{twice.Key}'.", "Give each column a name of its own with AS.",
                new Place(null, Table: table.ToString(), Field: twice?.Key));
        }
        if (columns.FirstOrDefault(column => column.Name.Equals(TableSelect.FileColumn, StringComparison.OrdinalIgnoreCase)) is { } reserved)
        {
            throw new EscaleException("tables.column-names", $"The column name '{reserved.Name}' is Escale's own.", "Choose another with AS.", new Place(null, Table: table.ToString(), Field: reserved.Name));
        }
    }

    private static List<string> PartitionBy(TableWrite write, DeltaSchema schema)
    {
        var columns = new List<string>();
        foreach (var name in write.PartitionBy)
        {
            var column = schema.Find(name);
            if (column is not { Type: PrimitiveType { Name: not "binary" } or DecimalType } || write.PartitionBy.Count == schema.Columns.Count)
            {
                throw new EscaleException("tables.partition-column", column is null ? $"{write.Table} has no column '{name}' to partition by."
                    : $"{write.Table} cannot be partitioned by '{name}' ({column.Type}).", "Partition by columns of plain types, and leave at least one column besides.",
                    new Place(null, Table: write.Table.ToString(), Field: name));
            }
            columns.Add(column.Name);
        }
        return columns;
    }

    private static void CheckWidenedPartition(TableWrite write, Snapshot head, EvolvedSchema evolved)
    {
        if (evolved.Widened.FirstOrDefault(name => head.PartitionColumns.Contains(name)) is { } column && head.Files.Count > 0 && write.Mode != WriteMode.Overwrite)
        {
            throw new EscaleException("lake.schema-mismatch", string.Create(CultureInfo.InvariantCulture, $"{write.Table} is partitioned by '{column}', whose type cannot change while it has rows."),
                "Cast the column, or replace the whole table.", new Place(null, Table: write.Table.ToString(), Field: column));
        }
    }

    private static DeltaSchema WithComments(DeltaSchema schema, IReadOnlyDictionary<string, string> comments) => comments.Count == 0 ? schema
        : new DeltaSchema(schema.Columns.Select(column =>
            comments.FirstOrDefault(pair => pair.Key.Equals(column.Name, StringComparison.OrdinalIgnoreCase)).Value is { } comment ? column.WithComment(comment.Length == 0 ? null : comment) : column));

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> more)
    {
        var merged = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            merged[key] = value;
        }
        return merged;
    }

}
