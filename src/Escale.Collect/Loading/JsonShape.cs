using System.Text;
using System.Text.Json;
using Escale.Collect.Definitions;
using Escale.Engines.DuckDb;

namespace Escale.Collect.Loading;

/// <summary>
/// The types that fit every record of a batch, found by looking at all of them: whole numbers, numbers, booleans, ISO dates and times,
/// text, lists and structures. What has two kinds becomes text, so that nothing is bent. Not thread-safe.
/// </summary>
internal sealed class JsonShape
{
    // An object with more names than this is a dictionary in disguise; it stays JSON text.
    private const int MaxFields = 200;
    private const int MaxDepth = 16;

    private readonly Node _root = new();

    /// <summary>The names of the fields in the order they first came, with their SQL types.</summary>
    public IReadOnlyList<(string Name, string Type)> Columns(NestedAs nested) =>
        [.. (_root.Fields ?? []).Select(field => (field.Key, TypeOf(field.Value, nested, 0)))];

    /// <summary>Adds the object that the reader stands at, and leaves the reader at its end.</summary>
    public void AddRecord(ref Utf8JsonReader reader) => AddObject(ref reader, _root, 0);

    /// <summary>Adds a field that is known to be there without any record showing it.</summary>
    public void AddField(string name) => (_root.Fields ??= new(StringComparer.Ordinal)).TryAdd(name, new Node());

    /// <summary>The shape as data, for another process.</summary>
    public ShapeNode Save() => Save(_root);

    /// <summary>A shape that another process saved, to be asked for its columns; what it cannot be is left out.</summary>
    public static JsonShape From(ShapeNode saved)
    {
        var shape = new JsonShape();
        Load(saved, shape._root, 0);
        return shape;
    }

    private static ShapeNode Save(Node node) => new(
        (int)node.Kinds, node.Fields is null ? null : [.. node.Fields.Select(field => new ShapeField(field.Key, Save(field.Value)))], node.Item is null ? null : Save(node.Item));

    private static void Load(ShapeNode saved, Node node, int depth)
    {
        node.Kinds = (Kinds)saved.Kinds & ~(saved.Item is null ? Kinds.List : Kinds.None);
        if (depth > MaxDepth)
        {
            node.Kinds = Kinds.Json;
            return;
        }
        foreach (var field in saved.Fields ?? [])
        {
            node.Fields ??= new(StringComparer.Ordinal);
            if (node.Fields.TryAdd(field.Name, new Node()))
            {
                Load(field.Node, node.Fields[field.Name], depth + 1);
            }
        }
        if (saved.Item is not null)
        {
            Load(saved.Item, node.Item = new Node(), depth + 1);
        }
    }

    private static void AddObject(ref Utf8JsonReader reader, Node node, int depth)
    {
        var fields = node.Fields ??= new(StringComparer.Ordinal);
        var index = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = Child(ref reader, node, fields, ref index);
            reader.Read();
            Add(ref reader, child, depth + 1);
        }
    }

    /// <summary>Records mostly have the same fields in the same order: try the one at the same place first.</summary>
    private static Node Child(ref Utf8JsonReader reader, Node node, Dictionary<string, Node> fields, ref int index)
    {
        if (index < node.Order.Count && reader.ValueTextEquals(node.Order[index].Utf8))
        {
            return node.Order[index++].Node;
        }
        var name = reader.GetString()!;
        if (!fields.TryGetValue(name, out var child))
        {
            child = new Node();
            fields.Add(name, child);
            node.Order.Add((Encoding.UTF8.GetBytes(name), child));
        }
        index = node.Order.FindIndex(entry => entry.Node == child) + 1;
        return child;
    }

    private static void Add(ref Utf8JsonReader reader, Node node, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when depth < MaxDepth && (node.Fields?.Count ?? 0) <= MaxFields:
                node.Kinds |= Kinds.Object;
                AddObject(ref reader, node, depth);
                break;
            case JsonTokenType.StartArray when depth < MaxDepth:
                node.Kinds |= Kinds.List;
                var item = node.Item ??= new Node();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Add(ref reader, item, depth + 1);
                }
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                node.Kinds |= Kinds.Json;
                reader.Skip();
                break;
            case JsonTokenType.String:
                node.Kinds |= KindOfText(ref reader);
                break;
            case JsonTokenType.Number:
                node.Kinds |= KindOfNumber(reader.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                node.Kinds |= Kinds.Boolean;
                break;
            default:
                break;
        }
    }

    private static Kinds KindOfText(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped || text.Length is < 10 or > 35 || text[4] != '-')
        {
            return Kinds.Text;
        }
        Span<char> characters = stackalloc char[35];
        return Encoding.UTF8.TryGetChars(text, characters, out var count)
            ? IsoTimes.TypeOf(characters[..count]) switch
            {
                SqlTypes.Date => Kinds.Date,
                SqlTypes.Timestamp => Kinds.Timestamp,
                SqlTypes.TimestampTz => Kinds.TimestampTz,
                _ => Kinds.Text,
            }
            : Kinds.Text;
    }

    private static Kinds KindOfNumber(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(".eE"u8) >= 0)
        {
            return text.Length <= 25 ? Kinds.Double : Kinds.BigNumber;
        }
        return text.Length <= 18 || long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? Kinds.Long : Kinds.BigNumber;
    }

    private static string TypeOf(Node node, NestedAs nested, int depth)
    {
        switch (node.Kinds)
        {
            case Kinds.Boolean:
                return SqlTypes.Boolean;
            case Kinds.Long:
                return SqlTypes.Integer;
            case Kinds.Double or (Kinds.Double | Kinds.Long):
                return SqlTypes.Number;
            case Kinds.Date:
                return SqlTypes.Date;
            case Kinds.Timestamp or (Kinds.Timestamp | Kinds.Date) or Kinds.TimestampTz:
                return SqlTypes.TimestampTz;
            case Kinds.List when nested == NestedAs.Typed:
                return TypeOf(node.Item!, nested, depth + 1) + "[]";
            case Kinds.Object when nested == NestedAs.Typed && node.Fields is { Count: > 0 and <= MaxFields } fields:
                var distinct = fields.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == fields.Count;
                return distinct ? "STRUCT(" + string.Join(", ", fields.Select(field => $"{DuckSql.Name(field.Key)} {TypeOf(field.Value, nested, depth + 1)}")) + ")" : SqlTypes.Text;
            default:
                return SqlTypes.Text;
        }
    }

    [Flags]
    private enum Kinds
    {
        None = 0,
        Boolean = 1,
        Long = 2,
        Double = 4,
        BigNumber = 8,
        Text = 16,
        Date = 32,
        Timestamp = 64,
        TimestampTz = 128,
        List = 256,
        Object = 512,
        Json = 1024,
    }

    private sealed class Node
    {
        public Kinds Kinds { get; set; }

        public Dictionary<string, Node>? Fields { get; set; }

        public List<(byte[] Utf8, Node Node)> Order { get; } = [];

        public Node? Item { get; set; }
    }
}

/// <summary>A place in a shape: what was seen there, and what is under it.</summary>
/// <param name="Kinds">Flags.</param>
/// <param name="Fields">Of the objects.</param>
/// <param name="Item">Of the lists.</param>
internal sealed record ShapeNode(int Kinds, IReadOnlyList<ShapeField>? Fields, ShapeNode? Item);

/// <summary>A field of a shape.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">What was seen there.</param>
internal sealed record ShapeField(string Name, ShapeNode Node);
