using Escale.Kernel;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>A table or view as templates see it: prints as its quoted name, or as the CTE of an ephemeral model.</summary>
internal sealed class Relation : JinjaObject
{
    private readonly string? _text;

    /// <summary><c>api.Relation</c>: makes relations.</summary>
    public static JinjaDict Api { get; } = new(
    [
        new("create", new NativeFunction("create", "database=None schema=None identifier=None type='table' **named", (e, a) =>
            new Relation(new TableName(Representation.Text(e, a[1]), Representation.Text(e, a[2])), Representation.Text(e, a[3])))),
        new("add_ephemeral_prefix", new NativeFunction("add_ephemeral_prefix", "name", (e, a) => DbtNames.CtePrefix + Representation.Text(e, a[0]))),
    ]);

    public Relation(TableName table, string type = "table", string? text = null)
    {
        Table = table;
        Type = type;
        _text = text;
    }

    public TableName Table { get; }

    public string Type { get; }

    public override string TypeName => "Relation";

    /// <summary>As dbt's relations, which packages recognise by it.</summary>
    public override bool IsMapping => true;

    public string Text => _text ?? Table.ToSql();

    public override string Represent(Evaluation evaluation) => Text;

    public override bool Equals(object? other) => other is Relation relation && relation.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "database" => DbtNames.Database,
            "schema" => Table.Schema,
            "identifier" or "name" or "table" or "alias" => Table.Name,
            "type" => Type,
            "is_table" => Type == "table",
            "is_view" => Type == "view",
            "is_cte" => Type == "cte",
            "metadata" => new JinjaDict([new("type", "DuckDBRelation")]),
            "get" => new NativeFunction("get", "key default=None", (e, a) => Attribute(Representation.Text(e, a[0]), out var found) ? found : a[1]),
            "render" => new NativeFunction("render", "", (_, _) => Text),
            "include" or "quote" or "incorporate" => new NativeFunction(name, "database=? schema=? identifier=? path=? type=?", (e, a) => Include(e, name, a)),
            "without_identifier" => new NativeFunction(name, "", (_, _) => $"\"{Table.Schema}\""),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    private object? Include(Evaluation evaluation, string name, object?[] arguments)
    {
        if (name == "incorporate" && arguments[3] is JinjaDict path)
        {
            return new Relation(new TableName(path["schema"] as string ?? Table.Schema, path["identifier"] as string ?? Table.Name));
        }
        var hidesSchema = name == "include" && arguments[1] is false;
        var hidesName = name == "include" && arguments[2] is false;
        evaluation.Charge(1);
        return hidesSchema ? new Relation(Table, Type, $"\"{Table.Name}\"")
            : hidesName ? new Relation(Table, Type, $"\"{Table.Schema}\"")
            : this;
    }
}

/// <summary>Names that templates see as constants.</summary>
internal static class DbtNames
{
    /// <summary>dbt's <c>target.database</c>: the lake has no databases, one name stands for it.</summary>
    public const string Database = "lake";

    /// <summary>The dialect, as <c>target.type</c> and the prefix of adapter macros.</summary>
    public const string Adapter = "duckdb";

    /// <summary>What <c>dbt_version</c> says: the version whose language this follows.</summary>
    public const string Version = "1.10.0";

    /// <summary>Prefix of an ephemeral model's CTE.</summary>
    public const string CtePrefix = "__dbt__cte__";
}
