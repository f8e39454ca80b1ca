using System.Text;
using System.Text.Json;

namespace Escale.Collect.Loading;

/// <summary>A key of a record that cannot be a column or field.</summary>
internal sealed class JsonKeyFault(string message) : Exception(message);

/// <summary>
/// Refuses records whose keys cannot be columns or fields: a key that is there twice (one of the values would be lost), that is empty, or that
/// holds a NUL. Not thread-safe.
/// </summary>
internal sealed class JsonKeys
{
    // Few keys are compared with each other; more are put into a set, so that an object of a million keys costs no trillion comparisons.
    private const int MaxCompared = 48;

    private readonly List<Level> _levels = [];

    /// <summary>Walks one JSON value to its end, reading every text in it, so that one that is no Unicode is found too.</summary>
    /// <exception cref="JsonKeyFault">A key cannot be taken in.</exception>
    /// <exception cref="JsonException">This is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A text is no Unicode.</exception>
    public void Check(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var depth = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Open(depth++);
                    break;
                case JsonTokenType.EndObject:
                    depth--;
                    break;
                case JsonTokenType.PropertyName:
                    Add(_levels[depth - 1], ref reader, json);
                    break;
                case JsonTokenType.String when reader.ValueIsEscaped || !Ascii.IsValid(reader.ValueSpan):
                    _ = reader.GetString();
                    break;
            }
        }
    }

    private void Open(int depth)
    {
        if (depth == _levels.Count)
        {
            _levels.Add(new Level());
        }
        _levels[depth].Keys.Clear();
        _levels[depth].Many = null;
    }

    private static void Add(Level level, ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var isPlain = !reader.ValueIsEscaped && Ascii.IsValid(reader.ValueSpan);
        var text = isPlain ? null : reader.GetString();
        if (reader.ValueSpan.IsEmpty || text?.Contains('\0') == true)
        {
            throw new JsonKeyFault("a key is empty or holds a NUL character");
        }
        if (level.Keys.Count >= MaxCompared)
        {
            level.Many ??= All(level, json);
            if (!level.Many.Add(text ?? reader.GetString()!))
            {
                throw Twice(ref reader);
            }
            return;
        }
        foreach (var (start, length, known) in level.Keys)
        {
            if (known is null ? reader.ValueTextEquals(json.Slice(start, length)) : reader.ValueTextEquals(known))
            {
                throw Twice(ref reader);
            }
        }
        level.Keys.Add(((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, text));
    }

    private static HashSet<string> All(Level level, ReadOnlySpan<byte> json)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (start, length, known) in level.Keys)
        {
            all.Add(known ?? Encoding.UTF8.GetString(json.Slice(start, length)));
        }
        return all;
    }

    private static JsonKeyFault Twice(ref Utf8JsonReader reader) => new($"the key '{reader.GetString()}' is there twice");

    private sealed class Level
    {
        public List<(int Start, int Length, string? Text)> Keys { get; } = [];

        public HashSet<string>? Many { get; set; }
    }
}
