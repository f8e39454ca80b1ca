using System.Collections;
using System.Text;
using Escale.Kernel;

namespace Escale.Projects.Yaml;

/// <summary>
/// Changes values in a YAML file and leaves every line alone whose value stays: comments, order and style are their author's. Items of lists are
/// known by their <c>id</c>. What was written is read again and compared; where a file is too clever for this (anchors), it is written anew.
/// </summary>
public sealed class YamlSplice
{
    private readonly string[] _lines;
    private readonly StringBuilder _out = new();

    private YamlSplice(string text) => _lines = [.. Lines(text)];

    /// <summary>The file's text with these values.</summary>
    public static string Update(string text, IReadOnlyDictionary<string, object?> value)
    {
        if (YamlFile.Parse(text, "") is not YamlMap old || old.Entries.Count == 0)
        {
            return YamlWriter.Document(value);
        }
        if (Same(old.ToValue(), value))
        {
            return text;
        }
        var splice = new YamlSplice(text);
        splice.Map(old, value, 0, splice._lines.Length);
        var made = splice._out.ToString();
        try
        {
            return Same(YamlFile.Parse(made, "").ToValue(), value) ? made : YamlWriter.Document(value);
        }
        catch (EscaleException)
        {
            return YamlWriter.Document(value);
        }
    }

    /// <summary>Whether two plain values say the same; keys of mappings in any order.</summary>
    public static bool Same(object? a, object? b) => (a, b) switch
    {
        (IReadOnlyDictionary<string, object?> x, IReadOnlyDictionary<string, object?> y) => x.Count == y.Count && x.All(entry => y.TryGetValue(entry.Key, out var other) && Same(entry.Value, other)),
        (IList x, IList y) => x.Count == y.Count && x.Cast<object?>().Zip(y.Cast<object?>()).All(pair => Same(pair.First, pair.Second)),
        (long x, double y) => x == y,
        (double x, long y) => x == y,
        _ => Equals(a, b),
    };

    private void Map(YamlMap map, IReadOnlyDictionary<string, object?> value, int from, int to)
    {
        var indent = map.Entries[0].Key.Column - 1;
        var starts = map.Entries.Select((entry, at) => at == 0 ? from : Lead(entry.Key.Line - 1, indent)).Append(to).ToList();
        for (var at = 0; at < map.Entries.Count; at++)
        {
            var entry = map.Entries[at];
            if (!value.TryGetValue(entry.Name, out var next))
            {
                continue;
            }
            if (Same(entry.Value.ToValue(), next))
            {
                Copy(starts[at], starts[at + 1]);
                continue;
            }
            Copy(starts[at], entry.Key.Line - 1);
            Change(entry, next, indent, starts[at + 1]);
        }
        foreach (var (key, next) in value.Where(entry => map[entry.Key] is null && map.Entry(entry.Key) is null))
        {
            EndLine();
            YamlWriter.Entry(_out, indent, key, next);
        }
    }

    private void Change(YamlEntry entry, object? next, int indent, int to)
    {
        var isBelow = entry.Value.Line > entry.Key.Line;
        if (isBelow && entry.Value is YamlMap { Entries.Count: > 0 } map && next is IReadOnlyDictionary<string, object?> value && !IsFlow(map))
        {
            Copy(entry.Key.Line - 1, entry.Key.Line);
            Map(map, value, entry.Key.Line, to);
        }
        else if (isBelow && entry.Value is YamlList list && next is List<object?> { Count: > 0 } items && list.Items.Count > 0 && list.Items.All(item => item is YamlMap one && IdOf(one.ToValue()) is not null && !IsFlow(one)))
        {
            Copy(entry.Key.Line - 1, entry.Key.Line);
            Items(list, items, entry.Key.Line, to);
        }
        else
        {
            EndLine();
            YamlWriter.Entry(_out, indent, entry.Name, next);
            var blank = to;
            while (blank > entry.Key.Line && _lines[blank - 1].AsSpan().Trim().Length == 0)
            {
                blank--;
            }
            Copy(blank, to);
        }
    }

    private void Items(YamlList list, List<object?> items, int from, int to)
    {
        var indent = ((YamlMap)list.Items[0]).Entries[0].Key.Column - 1;
        var starts = list.Items.Select((item, at) => at == 0 ? from : Lead(item.Line - 1, indent)).Append(to).ToList();
        var old = list.Items.Select((item, at) => (Map: (YamlMap)item, From: starts[at], To: starts[at + 1])).ToDictionary(item => IdOf(item.Map.ToValue())!, StringComparer.Ordinal);
        foreach (var item in items)
        {
            EndLine();
            if (IdOf(item) is not { } id || !old.TryGetValue(id, out var known))
            {
                YamlWriter.Item(_out, indent - 2, item);
            }
            else if (Same(known.Map.ToValue(), item))
            {
                Copy(known.From, known.To);
            }
            else if (known.Map.Entries[0] is var first && Same(first.Value.ToValue(), ((IReadOnlyDictionary<string, object?>)item!).GetValueOrDefault(first.Name)))
            {
                Map(known.Map, (IReadOnlyDictionary<string, object?>)item!, known.From, known.To);
            }
            else
            {
                Copy(known.From, known.Map.Line - 1);
                YamlWriter.Item(_out, indent - 2, item);
            }
        }
    }

    /// <summary>Where the comments above a line begin; what is written deeper belongs to what stands before.</summary>
    private int Lead(int line, int indent)
    {
        while (line > 0 && _lines[line - 1].AsSpan().TrimStart() is ['#', ..] && _lines[line - 1].Length - _lines[line - 1].AsSpan().TrimStart().Length <= indent)
        {
            line--;
        }
        return line;
    }

    private bool IsFlow(YamlMap map) => _lines[map.Line - 1].AsSpan(Math.Min(map.Column - 1, _lines[map.Line - 1].Length)) is ['{', ..];

    private void Copy(int from, int to)
    {
        for (var at = from; at < to; at++)
        {
            EndLine();
            _out.Append(_lines[at]);
        }
    }

    private void EndLine()
    {
        if (_out.Length > 0 && _out[^1] != '\n')
        {
            _out.Append('\n');
        }
    }

    private static string? IdOf(object? item) => (item as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("id") as string;

    private static IEnumerable<string> Lines(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            yield return text[at..end];
            at = end;
        }
    }
}
