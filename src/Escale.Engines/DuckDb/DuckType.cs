using System.Globalization;
using System.Text;

namespace Escale.Engines.DuckDb;

/// <summary>A SQL type with its parameters. Immutable. <see cref="ToString"/> is the type in SQL.</summary>
public sealed class DuckType
{
    private static readonly Dictionary<DuckTypeId, DuckType> _simple =
        Enum.GetValues<DuckTypeId>().ToDictionary(id => id, id => new DuckType { Id = id });

    private DuckType()
    {
    }

    /// <summary>Which type.</summary>
    public required DuckTypeId Id { get; init; }

    /// <summary>DECIMAL: digits, 1 to 38. Otherwise 0.</summary>
    public int Width { get; private init; }

    /// <summary>DECIMAL: digits after the point. Otherwise 0.</summary>
    public int Scale { get; private init; }

    /// <summary>ARRAY: number of elements of each value. Otherwise 0.</summary>
    public int ArraySize { get; private init; }

    /// <summary>ENUM: its values in order. Otherwise empty.</summary>
    public IReadOnlyList<string> EnumValues { get; private init; } = [];

    /// <summary>
    /// LIST and ARRAY: one, the element. STRUCT: its fields. MAP: <c>key</c> and <c>value</c>. UNION: its members. Otherwise empty.
    /// </summary>
    public IReadOnlyList<DuckColumn> Children { get; private init; } = [];

    /// <summary>The name given to the type, such as <c>JSON</c>, or null.</summary>
    public string? Alias { get; private init; }

    /// <summary>Whether the text is JSON.</summary>
    public bool IsJson => Id == DuckTypeId.Varchar && string.Equals(Alias, "JSON", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether values are text, also JSON.</summary>
    public bool IsText => Id == DuckTypeId.Varchar;

    /// <summary>Whether values are numbers: integers of any size, DECIMAL, FLOAT, DOUBLE.</summary>
    public bool IsNumber => Id is (>= DuckTypeId.TinyInt and <= DuckTypeId.Double)
        or DuckTypeId.HugeInt or DuckTypeId.UHugeInt or DuckTypeId.Decimal or DuckTypeId.BigNum;

    /// <summary>Whether values hold other values: LIST, ARRAY, STRUCT, MAP, UNION.</summary>
    public bool IsNested => Id is DuckTypeId.List or DuckTypeId.Array or DuckTypeId.Struct or DuckTypeId.Map or DuckTypeId.Union;

    internal DuckLayout Layout => Id switch
    {
        DuckTypeId.Varchar or DuckTypeId.Blob or DuckTypeId.Bit or DuckTypeId.BigNum or DuckTypeId.Geometry => DuckLayout.Text,
        DuckTypeId.List or DuckTypeId.Map => DuckLayout.List,
        DuckTypeId.Struct or DuckTypeId.Union or DuckTypeId.Array or DuckTypeId.Variant => DuckLayout.None,
        _ => DuckLayout.Fixed,
    };

    /// <summary>Bytes of one value in the vector's data; 0 when the children hold it.</summary>
    internal int SizeBytes => Id switch
    {
        DuckTypeId.Boolean or DuckTypeId.TinyInt or DuckTypeId.UTinyInt or DuckTypeId.SqlNull => 1,
        DuckTypeId.SmallInt or DuckTypeId.USmallInt => 2,
        DuckTypeId.Integer or DuckTypeId.UInteger or DuckTypeId.Float or DuckTypeId.Date => 4,
        DuckTypeId.Decimal => Width <= 4 ? 2 : Width <= 9 ? 4 : Width <= 18 ? 8 : 16,
        DuckTypeId.Enum => EnumValues.Count <= 256 ? 1 : EnumValues.Count <= 65536 ? 2 : 4,
        DuckTypeId.HugeInt or DuckTypeId.UHugeInt or DuckTypeId.Uuid or DuckTypeId.Interval => 16,
        _ => Layout switch { DuckLayout.Text or DuckLayout.List => 16, DuckLayout.None => 0, _ => 8 },
    };

    /// <summary>A type without parameters.</summary>
    public static DuckType Simple(DuckTypeId id) => _simple[id];

    /// <summary>DECIMAL(width, scale).</summary>
    public static DuckType Decimal(int width, int scale) => new() { Id = DuckTypeId.Decimal, Width = width, Scale = scale };

    /// <summary>ENUM of these values.</summary>
    public static DuckType Enumeration(IReadOnlyList<string> values) => new() { Id = DuckTypeId.Enum, EnumValues = values };

    /// <summary>A list of elements.</summary>
    public static DuckType List(DuckType element) => new() { Id = DuckTypeId.List, Children = [new("element", element)] };

    /// <summary>An array of a fixed number of elements.</summary>
    public static DuckType Array(DuckType element, int size) =>
        new() { Id = DuckTypeId.Array, Children = [new("element", element)], ArraySize = size };

    /// <summary>A structure of named fields.</summary>
    public static DuckType Struct(IReadOnlyList<DuckColumn> fields) => new() { Id = DuckTypeId.Struct, Children = fields };

    /// <summary>A map.</summary>
    public static DuckType Map(DuckType key, DuckType value) =>
        new() { Id = DuckTypeId.Map, Children = [new("key", key), new("value", value)] };

    /// <summary>A union of named members.</summary>
    public static DuckType Union(IReadOnlyList<DuckColumn> members) => new() { Id = DuckTypeId.Union, Children = members };

    /// <summary>The same type under a name.</summary>
    public DuckType As(string? alias) => alias is null ? this : new()
    {
        Id = Id, Width = Width, Scale = Scale, ArraySize = ArraySize, EnumValues = EnumValues, Children = Children, Alias = alias,
    };

    /// <summary>The type in SQL, such as <c>DECIMAL(18,3)</c> or <c>STRUCT("a" INTEGER)[]</c>.</summary>
    public override string ToString() => Alias ?? Id switch
    {
        DuckTypeId.Decimal => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Width},{Scale})"),
        DuckTypeId.Enum => $"ENUM({string.Join(", ", EnumValues.Select(value => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"))})",
        DuckTypeId.List => $"{Children[0].Type}[]",
        DuckTypeId.Array => string.Create(CultureInfo.InvariantCulture, $"{Children[0].Type}[{ArraySize}]"),
        DuckTypeId.Struct => $"STRUCT({Fields()})",
        DuckTypeId.Union => $"UNION({Fields()})",
        DuckTypeId.Map => $"MAP({Children[0].Type}, {Children[1].Type})",
        DuckTypeId.TimestampS => "TIMESTAMP_S",
        DuckTypeId.TimestampMs => "TIMESTAMP_MS",
        DuckTypeId.TimestampNs => "TIMESTAMP_NS",
        DuckTypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckTypeId.TimestampTzNs => "TIMESTAMP_NS WITH TIME ZONE",
        DuckTypeId.TimeTz => "TIME WITH TIME ZONE",
        DuckTypeId.TimeNs => "TIME_NS",
        DuckTypeId.SqlNull => "\"NULL\"",
        _ => Id.ToString().ToUpperInvariant(),
    };

    private string Fields()
    {
        var text = new StringBuilder();
        foreach (var field in Children)
        {
            text.Append(text.Length > 0 ? ", " : "");
            text.Append(field.Name.Length > 0 ? DuckSql.Name(field.Name) + " " : "").Append(field.Type);
        }
        return text.ToString();
    }
}

/// <summary>A column of a result, or a field of a nested type.</summary>
/// <param name="Name">As SQL named it.</param>
/// <param name="Type">Its type.</param>
public sealed record DuckColumn(string Name, DuckType Type);
