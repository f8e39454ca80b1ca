using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Escale.Projects.Jinja;

/// <summary>JSON as Python's <c>json.dumps</c> writes it and <c>json.loads</c> reads it.</summary>
internal static class JsonText
{
    public static string Write(Evaluation evaluation, object? value, int? indent = null, bool sortKeys = false)
    {
        var result = new StringBuilder();
        Write(evaluation, value, indent, sortKeys, 0, result);
        return result.ToString();
    }

    /// <summary>Reads a document; whole numbers stay exact.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static object? Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Read(document.RootElement);
    }

    private static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JinjaDict(element.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, Read(entry.Value)))),
        JsonValueKind.Array => new JinjaList(element.EnumerateArray().Select(Read)),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText().AsSpan().IndexOfAny(".eE") < 0
            ? Operators.Shrink(BigInteger.Parse(element.GetRawText(), CultureInfo.InvariantCulture))
            : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static void Write(Evaluation evaluation, object? value, int? indent, bool sortKeys, int depth, StringBuilder result)
    {
        evaluation.EnsureStack();
        evaluation.Charge(1);
        if (depth > 200)
        {
            throw evaluation.TooDeep();
        }
        switch (value)
        {
            case null:
                result.Append("null");
                break;
            case bool flag:
                result.Append(flag ? "true" : "false");
                break;
            case double real:
                result.Append(double.IsNaN(real) ? "NaN" : double.IsInfinity(real) ? real > 0 ? "Infinity" : "-Infinity" : Representation.Real(real));
                break;
            case string or JinjaMarkup:
                Quote(value.ToString()!, result);
                break;
            case long or BigInteger:
                result.Append(Representation.Of(evaluation, value));
                break;
            case JinjaDict dict:
                var entries = sortKeys ? SelectionFilters.Sort(evaluation, dict.Keys, key => key, false) : [.. dict.Keys];
                Block(entries, '{', '}', key =>
                {
                    Quote(Key(evaluation, key), result);
                    result.Append(": ");
                    Write(evaluation, dict[key], indent, sortKeys, depth + 1, result);
                });
                break;
            case JinjaList or JinjaTuple:
                Block([.. (IEnumerable<object?>)value], '[', ']', item => Write(evaluation, item, indent, sortKeys, depth + 1, result));
                break;
            default:
                throw value is JinjaUndefined undefined && undefined.Mode == UndefinedMode.Strict
                    ? undefined.Failure(evaluation)
                    : evaluation.Fail("type", $"Object of type {Representation.TypeName(value)} is not JSON serializable");
        }
        evaluation.Allocate(1);

        void Block(List<object?> items, char open, char close, Action<object?> write)
        {
            result.Append(open);
            for (var index = 0; index < items.Count; index++)
            {
                result.Append(index == 0 ? "" : indent is null ? ", " : ",");
                NewLine(depth + 1);
                write(items[index]);
            }
            if (items.Count > 0)
            {
                NewLine(depth);
            }
            result.Append(close);
        }

        void NewLine(int level)
        {
            if (indent is { } width)
            {
                result.Append('\n').Append(' ', width * level);
            }
        }
    }

    private static string Key(Evaluation evaluation, object? key) => key switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string or JinjaMarkup or long or BigInteger or double => Representation.Text(evaluation, key),
        _ => throw evaluation.Fail("type", $"keys must be str, int, float, bool or None, not {Representation.TypeName(key)}"),
    };

    private static void Quote(string text, StringBuilder result)
    {
        result.Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                < ' ' or > '~' => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => result.Append(character),
            };
        }
        result.Append('"');
    }
}
