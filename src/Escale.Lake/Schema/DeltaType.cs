using System.Globalization;

namespace Escale.Lake;

/// <summary>A type of the Delta schema (Delta protocol, "Schema Serialization Format"). Compared by value.</summary>
public abstract record DeltaType
{
    /// <summary>The type's SQL-like name, for messages: <c>decimal(10,2)</c>, <c>array&lt;long&gt;</c>.</summary>
    public abstract override string ToString();
}

/// <summary>A type without parts; the names are the protocol's.</summary>
public sealed record PrimitiveType : DeltaType
{
    private static readonly Dictionary<string, PrimitiveType> _known = new(StringComparer.Ordinal);

    /// <summary>8-bit signed integer.</summary>
    public static readonly PrimitiveType Byte = new("byte");

    /// <summary>16-bit signed integer.</summary>
    public static readonly PrimitiveType Short = new("short");

    /// <summary>32-bit signed integer.</summary>
    public static readonly PrimitiveType Integer = new("integer");

    /// <summary>64-bit signed integer.</summary>
    public static readonly PrimitiveType Long = new("long");

    /// <summary>32-bit floating point.</summary>
    public static readonly PrimitiveType Float = new("float");

    /// <summary>64-bit floating point.</summary>
    public static readonly PrimitiveType Double = new("double");

    /// <summary>True or false.</summary>
    public static readonly PrimitiveType Boolean = new("boolean");

    /// <summary>UTF-8 text.</summary>
    public static readonly PrimitiveType String = new("string");

    /// <summary>Bytes.</summary>
    public static readonly PrimitiveType Binary = new("binary");

    /// <summary>A calendar date.</summary>
    public static readonly PrimitiveType Date = new("date");

    /// <summary>Microseconds since 1970 UTC.</summary>
    public static readonly PrimitiveType Timestamp = new("timestamp");

    /// <summary>Microseconds without zone; read, never written (it needs a table feature).</summary>
    public static readonly PrimitiveType TimestampWithoutZone = new("timestamp_ntz");

    private PrimitiveType(string name)
    {
        Name = name;
        _known[name] = this;
    }

    /// <summary>The protocol's name.</summary>
    public string Name { get; }

    /// <summary>The type of a name, or null.</summary>
    public static PrimitiveType? Find(string name) => _known.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An exact decimal.</summary>
/// <param name="Precision">Digits in all, 1 to 38.</param>
/// <param name="Scale">Digits after the point.</param>
public sealed record DecimalType(int Precision, int Scale) : DeltaType
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"decimal({Precision},{Scale})");
}

/// <summary>A list.</summary>
/// <param name="Element">The type of its elements.</param>
/// <param name="ContainsNull">Whether elements may be null.</param>
public sealed record ArrayType(DeltaType Element, bool ContainsNull = true) : DeltaType
{
    /// <inheritdoc/>
    public override string ToString() => $"array<{Element}>";
}

/// <summary>A map.</summary>
/// <param name="Key">The type of its keys.</param>
/// <param name="Value">The type of its values.</param>
/// <param name="ValueContainsNull">Whether values may be null.</param>
public sealed record MapType(DeltaType Key, DeltaType Value, bool ValueContainsNull = true) : DeltaType
{
    /// <inheritdoc/>
    public override string ToString() => $"map<{Key},{Value}>";
}

/// <summary>Named fields; the whole schema of a table is one.</summary>
/// <param name="Fields">The fields in order.</param>
public sealed record StructType(IReadOnlyList<DeltaField> Fields) : DeltaType
{
    /// <inheritdoc/>
    public bool Equals(StructType? other) => other is not null && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(Fields.Count, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"struct<{string.Join(",", Fields.Select(field => $"{field.Name}:{field.Type}"))}>";
}

/// <summary>A column, or a field of a struct.</summary>
/// <param name="Name">Its name; unique without regard to case.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nullable">Whether it may be null.</param>
public sealed record DeltaField(string Name, DeltaType Type, bool Nullable = true)
{
    /// <summary>The key of the description in <see cref="Metadata"/>.</summary>
    public const string CommentKey = "comment";

    /// <summary>The field's metadata: key to JSON text.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The description, or null.</summary>
    public string? Comment =>
        Metadata.TryGetValue(CommentKey, out var json) ? System.Text.Json.JsonSerializer.Deserialize<string>(json) : null;

    /// <summary>The same field with another description; null takes it away.</summary>
    public DeltaField WithComment(string? comment)
    {
        var metadata = new Dictionary<string, string>(Metadata, StringComparer.Ordinal);
        metadata.Remove(CommentKey);
        if (comment is not null)
        {
            metadata[CommentKey] = System.Text.Json.JsonSerializer.Serialize(comment);
        }
        return this with { Metadata = metadata };
    }

    /// <inheritdoc/>
    public bool Equals(DeltaField? other) =>
        other is not null && Name == other.Name && Type.Equals(other.Type) && Nullable == other.Nullable && Metadata.Count == other.Metadata.Count
        && Metadata.All(pair => other.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Nullable);
}
