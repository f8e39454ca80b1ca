using System.Globalization;
using System.Numerics;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Python's <c>'{0.name!r:>10}'.format(…)</c>; attributes go through the sandbox.</summary>
internal static class BraceFormat
{
    public static string Format(Evaluation evaluation, string format, JinjaTuple positional, JinjaDict named)
    {
        var next = 0;
        return Expand(evaluation, format, positional, named, ref next, 0);
    }

    public static string Digits(BigInteger value, int radix)
    {
        if (radix == 10)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }
        if (value.IsZero)
        {
            return "0";
        }
        var digits = new StringBuilder();
        for (; !value.IsZero; value /= radix)
        {
            digits.Insert(0, "0123456789abcdef"[(int)(value % radix)]);
        }
        return digits.ToString();
    }

    /// <summary><c>format(value, spec)</c>.</summary>
    public static string Apply(Evaluation evaluation, object? value, string text)
    {
        if (text.Length == 0)
        {
            return Representation.Text(evaluation, value);
        }
        if (value is JinjaObject thing and not JinjaUndefined && thing.Attribute("strftime", out var method))
        {
            return Representation.Text(evaluation, evaluation.Call(method, Arguments.Of(text)));
        }
        var spec = Spec.Read(evaluation, text);
        evaluation.Allocate(spec.Width);
        var number = Operators.Number(value);
        var body = number is null ? TextBody(evaluation, value, spec) : NumberBody(evaluation, number, spec);
        return spec.Align(body, isNumber: number is not null);
    }

    private static string Expand(Evaluation evaluation, string format, JinjaTuple positional, JinjaDict named, ref int next, int depth)
    {
        if (depth > 2)
        {
            throw evaluation.Fail("value", "Max string recursion exceeded");
        }
        var result = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            var character = format[at];
            if (character is '{' or '}' && at + 1 < format.Length && format[at + 1] == character)
            {
                result.Append(character);
                at++;
            }
            else if (character == '}')
            {
                throw evaluation.Fail("value", "Single '}' encountered in format string");
            }
            else if (character == '{')
            {
                var end = Close(evaluation, format, at);
                var text = Field(evaluation, format[(at + 1)..end], positional, named, ref next, depth);
                evaluation.Allocate(text.Length);
                result.Append(text);
                at = end;
            }
            else
            {
                result.Append(character);
            }
        }
        evaluation.Allocate(result.Length);
        return result.ToString();
    }

    private static int Close(Evaluation evaluation, string format, int at)
    {
        var depth = 0;
        for (var index = at; index < format.Length; index++)
        {
            depth += format[index] == '{' ? 1 : format[index] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return index;
            }
        }
        throw evaluation.Fail("value", "Single '{' encountered in format string");
    }

    private static string Field(Evaluation evaluation, string field, JinjaTuple positional, JinjaDict named, ref int next, int depth)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var spec = colon < 0 ? "" : Expand(evaluation, field[(colon + 1)..], positional, named, ref next, depth + 1);
        var name = colon < 0 ? field : field[..colon];
        var conversion = '\0';
        if (name.Length >= 2 && name[^2] == '!')
        {
            (conversion, name) = (name[^1], name[..^2]);
        }
        var value = Resolve(evaluation, name, positional, named, ref next);
        return Apply(evaluation, conversion switch
        {
            '\0' => value,
            's' => Representation.Text(evaluation, value),
            'r' or 'a' => Representation.Of(evaluation, value),
            _ => throw evaluation.Fail("value", $"Unknown conversion specifier '{conversion}'"),
        }, spec);
    }

    private static object? Resolve(Evaluation evaluation, string name, JinjaTuple positional, JinjaDict named, ref int next)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        var index = first.Length == 0 ? next++ : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : -1;
        object? value;
        if (index >= 0)
        {
            value = index < positional.Count ? positional[index]
                : throw evaluation.Fail("value", $"Replacement index {index} out of range for positional args tuple");
        }
        else if (!named.TryGet(first, out value))
        {
            throw evaluation.Fail("value", $"there is no argument '{first}' for the format");
        }
        for (var at = end; at >= 0 && at < name.Length;)
        {
            var stop = name[at] == '['
                ? name.IndexOf(']', at) is > 0 and var bracket ? bracket : throw evaluation.Fail("value", "Missing ']' in format string")
                : name.AsSpan(at + 1).IndexOfAny('.', '[') is >= 0 and var more ? at + 1 + more : name.Length;
            var key = name[(at + 1)..stop];
            value = name[at] == '.'
                ? Lookup.Attribute(evaluation, value, key)
                : Lookup.Item(evaluation, value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : key);
            at = name[at] == '[' ? stop + 1 : stop;
        }
        return value;
    }

    private static string TextBody(Evaluation evaluation, object? value, Spec spec)
    {
        if (spec.Kind is not ('\0' or 's'))
        {
            throw evaluation.Fail("value", $"Unknown format code '{spec.Kind}' for object of type '{Representation.TypeName(value)}'");
        }
        var text = Representation.Text(evaluation, value);
        return spec.Precision is { } length && length < text.Length ? text[..length] : text;
    }

    private static string NumberBody(Evaluation evaluation, object number, Spec spec)
    {
        var isReal = number is double || spec.Kind is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%';
        var body = isReal ? RealBody(Operators.Real(evaluation, number), spec) : WholeBody(evaluation, Operators.Whole(number)!.Value, spec);
        var negative = body[0] == '-';
        body = negative ? body[1..] : body;
        if (spec.Grouping != '\0')
        {
            body = Group(body, spec.Grouping, spec.Kind is 'x' or 'X' or 'b' or 'o' ? 4 : 3);
        }
        return (negative ? "-" : spec.Sign is '+' or ' ' ? spec.Sign.ToString() : "") + body;
    }

    private static string WholeBody(Evaluation evaluation, BigInteger value, Spec spec)
    {
        if (spec.Kind == 'c')
        {
            return value >= 0 && value < 0xd800 ? ((char)(int)value).ToString() : throw evaluation.Fail("value", "%c arg not in range(0x110000)");
        }
        var radix = spec.Kind switch
        {
            'x' or 'X' => 16, 'o' => 8, 'b' => 2, '\0' or 'd' or 'n' => 10,
            _ => throw evaluation.Fail("value", $"Unknown format code '{spec.Kind}' for object of type 'int'"),
        };
        var digits = Digits(BigInteger.Abs(value), radix);
        var prefix = !spec.IsAlternate ? "" : radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        var text = prefix + digits;
        return (value.Sign < 0 ? "-" : "") + (spec.Kind == 'X' ? text.ToUpperInvariant() : text);
    }

    private static string RealBody(double value, Spec spec)
    {
        var digits = Math.Min(spec.Precision ?? 6, 400);
        var text = char.ToLowerInvariant(spec.Kind) switch
        {
            'f' => ExactDecimal.Fixed(value, digits),
            'e' => ExactDecimal.Scientific(value, digits),
            'g' or 'n' => ExactDecimal.General(value, digits, spec.IsAlternate),
            '%' => ExactDecimal.Fixed(value * 100, digits) + "%",
            _ when spec.Precision is null => Representation.Real(value),
            _ => WithPoint(ExactDecimal.General(value, digits, spec.IsAlternate)),
        };
        return char.IsUpper(spec.Kind) ? text.ToUpperInvariant() : text;
    }

    private static string WithPoint(string text) => text.AsSpan().IndexOfAny(".eni") >= 0 ? text : text + ".0";

    private static string Group(string body, char separator, int size)
    {
        var end = body.AsSpan().IndexOfAny('.', 'e', '%');
        var whole = end < 0 ? body : body[..end];
        var result = new StringBuilder();
        for (var index = 0; index < whole.Length; index++)
        {
            result.Append(index > 0 && (whole.Length - index) % size == 0 ? separator.ToString() : "").Append(whole[index]);
        }
        return result.Append(end < 0 ? "" : body[end..]).ToString();
    }

    private sealed record Spec(char Fill, char Side, char Sign, bool IsAlternate, int Width, char Grouping, int? Precision, char Kind)
    {
        public static Spec Read(Evaluation evaluation, string text)
        {
            var at = 0;
            char Peek(int ahead = 0) => at + ahead < text.Length ? text[at + ahead] : '\0';
            char Take(string choices) => Peek() is not '\0' and var next && choices.Contains(next, StringComparison.Ordinal) ? text[at++] : '\0';
            int? Number()
            {
                var start = at;
                while (char.IsAsciiDigit(Peek()))
                {
                    at++;
                }
                return at == start ? null
                    : int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        ? number : throw evaluation.TooLarge("a width");
            }

            var (fill, side) = ('\0', '\0');
            if ("<>=^".Contains(Peek(1), StringComparison.Ordinal) && Peek(1) != '\0')
            {
                (fill, side) = (text[0], text[1]);
                at = 2;
            }
            else
            {
                side = Take("<>=^");
            }
            var sign = Take("+- ");
            Take("z");
            var alternate = Take("#") != '\0';
            if (Take("0") != '\0' && side == '\0')
            {
                (fill, side) = ('0', '=');
            }
            var width = Number() ?? 0;
            var grouping = Take(",_");
            int? precision = Take(".") == '\0' ? null : Number() ?? throw evaluation.Fail("value", "Format specifier missing precision");
            var kind = Peek();
            return at + 1 < text.Length
                ? throw evaluation.Fail("value", $"Invalid format specifier '{text}'")
                : new Spec(fill == '\0' ? ' ' : fill, side, sign, alternate, width, grouping, precision, kind);
        }

        public string Align(string body, bool isNumber)
        {
            var missing = Width - body.Length;
            if (missing <= 0)
            {
                return body;
            }
            switch (Side == '\0' ? isNumber ? '>' : '<' : Side)
            {
                case '<':
                    return body + new string(Fill, missing);
                case '^':
                    return new string(Fill, missing / 2) + body + new string(Fill, missing - (missing / 2));
                case '=' when body.Length > 0 && body[0] is '-' or '+' or ' ':
                    return body[0] + new string(Fill, missing) + body[1..];
                default:
                    return new string(Fill, missing) + body;
            }
        }
    }
}
