using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>A column as <c>adapter.get_columns_in_relation</c> and <c>api.Column</c> give it: its name, its type, and what kind of type that is.</summary>
/// <param name="name">The name.</param>
/// <param name="type">The SQL type, such as <c>DECIMAL(18,3)</c>.</param>
internal sealed class Column(string name, string type) : JinjaObject
{
    /// <summary>What dbt takes for the size of text without one.</summary>
    private const long UnboundedChars = 256;

    private static readonly string[] _integers =
        ["TINYINT", "SMALLINT", "INTEGER", "INT", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"];

    private static readonly string[] _texts = ["VARCHAR", "TEXT", "STRING", "CHAR", "BPCHAR", "CHARACTER VARYING"];

    /// <summary><c>api.Column</c>: makes columns and names types.</summary>
    public static JinjaDict Type { get; } = new(
    [
        new("create", new NativeFunction("create", "name label_or_dtype", (e, a) => new Column(Representation.Text(e, a[0]), Representation.Text(e, a[1])))),
        new("translate_type", new NativeFunction("translate_type", "dtype", (e, a) => Translated(Representation.Text(e, a[0])))),
        new("string_type", new NativeFunction("string_type", "size=None", (_, _) => "varchar")),
        new("numeric_type", new NativeFunction("numeric_type", "dtype precision=None scale=None", (e, a) => Representation.Text(e, a[0])
            + (a[1] is null || a[2] is null ? "" : $"({Representation.Text(e, a[1])},{Representation.Text(e, a[2])})"))),
    ]);

    public override string TypeName => "Column";

    public string Name => name;

    private string Base { get; } = type.Split('(')[0].Trim().ToUpperInvariant();

    private bool IsText => Array.IndexOf(_texts, Base) >= 0;

    private bool IsNumeric => Base is "DECIMAL" or "NUMERIC";

    private bool IsInteger => Array.IndexOf(_integers, Base) >= 0;

    private bool IsFloat => Base is "DOUBLE" or "FLOAT" or "REAL" or "FLOAT4" or "FLOAT8";

    public override string Represent(Evaluation evaluation) => $"<Column {name} ({type})>";

    public override bool Equals(object? other) => other is Column column && column.Represent(null!) == Represent(null!);

    public override int GetHashCode() => name.GetHashCode(StringComparison.Ordinal);

    public override bool Attribute(string attribute, out object? value)
    {
        value = attribute switch
        {
            "name" or "column" => name,
            "quoted" => DuckSql.Name(name),
            "dtype" or "data_type" or "expanded_data_type" => type,
            "char_size" => null,
            "numeric_precision" => Part(0),
            "numeric_scale" => Part(1),
            "is_string" => Answer(attribute, IsText),
            "is_numeric" => Answer(attribute, IsNumeric),
            "is_integer" => Answer(attribute, IsInteger),
            "is_float" => Answer(attribute, IsFloat),
            "is_number" => Answer(attribute, IsNumeric || IsInteger || IsFloat),
            "string_size" => new NativeFunction(attribute, "", (e, _) => IsText ? UnboundedChars : throw e.Fail("type", $"the column '{name}' is no text")),
            "can_expand_to" => new NativeFunction(attribute, "other_column", (_, _) => false),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    private static NativeFunction Answer(string question, bool answer) => new(question, "", (_, _) => answer);

    /// <summary>Types that dbt's adapters know under another name.</summary>
    private static string Translated(string type) => type.ToUpperInvariant() switch
    {
        "STRING" => "TEXT",
        _ => type,
    };

    private object? Part(int at)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var parts = IsNumeric && open > 0 ? type[(open + 1)..].TrimEnd(')').Split(',') : [];
        return at < parts.Length && long.TryParse(parts[at], NumberStyles.None | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
