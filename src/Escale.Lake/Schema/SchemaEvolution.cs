using Escale.Kernel;

namespace Escale.Lake;

/// <summary>How far a write may change the table's columns.</summary>
public enum SchemaChange
{
    /// <summary>Not at all: unknown columns and wider types are refused; absent columns become null.</summary>
    None,

    /// <summary>New columns are added at the end.</summary>
    AddColumns,

    /// <summary>New columns are added, and types grow without loss (integer to long, …); files written before are rewritten.</summary>
    AddAndWiden,

    /// <summary>The columns become those of the data (only when every row is replaced).</summary>
    Replace,
}

/// <summary>The columns that a table has after a write.</summary>
/// <param name="Schema">The columns.</param>
/// <param name="IsChanged">Whether they differ from before.</param>
/// <param name="Widened">The columns whose type grew: files written before hold the narrower type and must be rewritten.</param>
public sealed record EvolvedSchema(DeltaSchema Schema, bool IsChanged, IReadOnlyList<string> Widened);

/// <summary>
/// The rules by which a table's schema meets that of new data. The protocol at writer version 2 has no notion of old files with a
/// narrower type (that is the <c>typeWidening</c> feature, which few readers know), so widening names the columns to rewrite.
/// </summary>
public static class SchemaEvolution
{
    /// <summary>The schema after writing data of <paramref name="incoming"/> into a table of <paramref name="current"/>.</summary>
    /// <exception cref="EscaleException"><c>lake.schema-mismatch</c> naming the column, when the policy does not allow it.</exception>
    public static EvolvedSchema Evolve(DeltaSchema current, DeltaSchema incoming, SchemaChange policy, TableName table)
    {
        if (policy == SchemaChange.Replace)
        {
            var kept = new DeltaSchema(incoming.Columns.Select(column => KeepComment(column, current.Find(column.Name))));
            return new EvolvedSchema(kept, !kept.Equals(current), []);
        }
        var columns = current.Columns.ToList();
        var widened = new List<string>();
        foreach (var column in incoming.Columns)
        {
            var index = columns.FindIndex(known => known.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                if (policy == SchemaChange.None)
                {
                    throw Mismatch(table, column.Name, $"has a column '{column.Name}' that the table does not have", "Allow added columns, or leave it out.");
                }
                columns.Add(column with { Nullable = true });
                continue;
            }
            var known = columns[index];
            var merged = Merge(known.Type, column.Type, policy, table, known.Name);
            if (!merged.Equals(known.Type))
            {
                if (!OnlyAddsFields(known.Type, merged))
                {
                    widened.Add(known.Name);
                }
                columns[index] = known with { Type = merged };
            }
        }
        var evolved = new DeltaSchema(columns);
        return new EvolvedSchema(evolved, !evolved.Equals(current), widened);
    }

    /// <summary>The narrowest type that holds every value of both, or null when there is none without loss.</summary>
    public static DeltaType? Wider(DeltaType left, DeltaType right)
    {
        if (left.Equals(right))
        {
            return left;
        }
        if (IntegerRank(left) is { } a && IntegerRank(right) is { } b)
        {
            return a >= b ? left : right;
        }
        return (left, right) switch
        {
            (DecimalType x, DecimalType y) => Decimal(Math.Max(x.Precision - x.Scale, y.Precision - y.Scale), Math.Max(x.Scale, y.Scale)),
            (DecimalType x, _) when IntegerDigits(right) is { } digits => Decimal(Math.Max(x.Precision - x.Scale, digits), x.Scale),
            (_, DecimalType y) when IntegerDigits(left) is { } digits => Decimal(Math.Max(y.Precision - y.Scale, digits), y.Scale),
            // long to double is what collectors need when a column turns out to have fractions; exact to 2^53.
            (PrimitiveType { Name: "double" }, _) when IntegerRank(right) is not null || right == PrimitiveType.Float => left,
            (_, PrimitiveType { Name: "double" }) when IntegerRank(left) is not null || left == PrimitiveType.Float => right,
            (PrimitiveType { Name: "float" }, _) when IntegerRank(right) is <= 1 => left,
            (_, PrimitiveType { Name: "float" }) when IntegerRank(left) is <= 1 => right,
            (PrimitiveType { Name: "timestamp" }, PrimitiveType { Name: "date" }) => left,
            (PrimitiveType { Name: "date" }, PrimitiveType { Name: "timestamp" }) => right,
            _ => null,
        };
    }

    private static DeltaType Merge(DeltaType known, DeltaType incoming, SchemaChange policy, TableName table, string column)
    {
        if (known.Equals(incoming))
        {
            return known;
        }
        switch (known, incoming)
        {
            case (StructType left, StructType right):
                var inner = Evolve(new DeltaSchema(left), new DeltaSchema(right), policy, table);
                return inner.Schema.Struct;
            case (ArrayType left, ArrayType right):
                return left with { Element = Merge(left.Element, right.Element, policy, table, column) };
            case (MapType left, MapType right):
                return left with { Key = Merge(left.Key, right.Key, policy, table, column), Value = Merge(left.Value, right.Value, policy, table, column) };
        }
        var wider = Wider(known, incoming);
        if (wider is not null && wider.Equals(known))
        {
            return known;
        }
        if (wider is null || policy != SchemaChange.AddAndWiden)
        {
            throw Mismatch(table, column, $"has '{column}' as {incoming}, but the table has it as {known}",
                wider is null ? "Cast the column, or replace the whole table." : "Allow widening, or cast the column.");
        }
        return wider;
    }

    private static bool OnlyAddsFields(DeltaType before, DeltaType after) => (before, after) switch
    {
        (StructType left, StructType right) => left.Fields.All(field =>
            right.Fields.FirstOrDefault(other => other.Name == field.Name) is { } match && OnlyAddsFields(field.Type, match.Type)),
        (ArrayType left, ArrayType right) => OnlyAddsFields(left.Element, right.Element),
        (MapType left, MapType right) => OnlyAddsFields(left.Key, right.Key) && OnlyAddsFields(left.Value, right.Value),
        _ => before.Equals(after),
    };

    private static DeltaField KeepComment(DeltaField column, DeltaField? before) =>
        column.Comment is null && before?.Comment is { } comment ? column.WithComment(comment) : column;

    private static int? IntegerRank(DeltaType type) => type switch
    {
        PrimitiveType { Name: "byte" } => 0,
        PrimitiveType { Name: "short" } => 1,
        PrimitiveType { Name: "integer" } => 2,
        PrimitiveType { Name: "long" } => 3,
        _ => null,
    };

    private static int? IntegerDigits(DeltaType type) => IntegerRank(type) switch { 0 => 3, 1 => 5, 2 => 10, 3 => 19, _ => null };

    private static DecimalType? Decimal(int whole, int scale) => whole + scale <= 38 ? new DecimalType(Math.Max(1, whole + scale), scale) : null;

    private static EscaleException Mismatch(TableName table, string column, string what, string remedy) => new(
        "lake.schema-mismatch", $"The new data for {table} {what}.", remedy, new Place(null, Table: table.ToString(), Field: column));
}
