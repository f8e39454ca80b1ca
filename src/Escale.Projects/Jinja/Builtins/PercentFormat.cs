using System.Globalization;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Python's <c>'…%s…' % values</c>.</summary>
internal static class PercentFormat
{
    public static string Format(Evaluation evaluation, string format, object? values)
    {
        var reader = new Reader(evaluation, format, values);
        return reader.Run();
    }

    private sealed class Reader(Evaluation evaluation, string format, object? values)
    {
        private readonly StringBuilder _result = new();
        private int _at;
        private int _used;
        private bool _usedMapping;

        public string Run()
        {
            while (_at < format.Length)
            {
                var mark = format.IndexOf('%', _at);
                var end = mark < 0 ? format.Length : mark;
                _result.Append(format, _at, end - _at);
                _at = end;
                if (mark >= 0)
                {
                    _at++;
                    Directive();
                }
            }
            var given = values is JinjaTuple tuple ? tuple.Count : 1;
            if (!_usedMapping && _used < given && values is not (JinjaDict or JinjaList))
            {
                throw evaluation.Fail("type", "not all arguments converted during string formatting");
            }
            evaluation.Allocate(_result.Length);
            return _result.ToString();
        }

        private void Directive()
        {
            var key = Key();
            var flags = "";
            while (_at < format.Length && "#0- +".Contains(format[_at], StringComparison.Ordinal))
            {
                flags += format[_at++];
            }
            var width = Number();
            int? precision = null;
            if (_at < format.Length && format[_at] == '.')
            {
                _at++;
                precision = Number() ?? 0;
            }
            while (_at < format.Length && format[_at] is 'l' or 'h' or 'L')
            {
                _at++;
            }
            if (_at >= format.Length)
            {
                throw evaluation.Fail("value", "incomplete format");
            }
            var kind = format[_at++];
            if (kind == '%')
            {
                _result.Append('%');
                return;
            }
            if (width < 0)
            {
                (width, flags) = (-width, flags + "-");
            }
            var value = key is null ? Take() : Named(key);
            Append(Convert(kind, value, flags, precision), kind, flags, width ?? 0);
        }

        private string? Key()
        {
            if (_at >= format.Length || format[_at] != '(')
            {
                return null;
            }
            var end = format.IndexOf(')', _at);
            if (end < 0)
            {
                throw evaluation.Fail("value", "incomplete format key");
            }
            var key = format[(_at + 1)..end];
            _at = end + 1;
            return key;
        }

        private int? Number()
        {
            if (_at < format.Length && format[_at] == '*')
            {
                _at++;
                return Operators.Whole(Take()) is { } given && given < 100_000_000 && given > -100_000_000 ? (int)given : throw evaluation.TooLarge("a width");
            }
            var start = _at;
            while (_at < format.Length && char.IsAsciiDigit(format[_at]))
            {
                _at++;
            }
            return _at == start ? null
                : int.TryParse(format.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number : throw evaluation.TooLarge("a width");
        }

        private object? Take()
        {
            var index = _used++;
            if (values is JinjaTuple tuple)
            {
                return index < tuple.Count ? tuple[index] : throw evaluation.Fail("type", "not enough arguments for format string");
            }
            return index == 0 ? values : throw evaluation.Fail("type", "not enough arguments for format string");
        }

        private object? Named(string key)
        {
            _usedMapping = true;
            var dict = values as JinjaDict ?? throw evaluation.Fail("type", "format requires a mapping");
            return dict.TryGet(key, out var value) ? value : throw evaluation.Fail("value", $"there is no key '{key}' for the format");
        }

        private string Convert(char kind, object? value, string flags, int? precision)
        {
            switch (kind)
            {
                case 's' or 'r' or 'a':
                    var text = kind == 's' ? Representation.Text(evaluation, value) : Representation.Of(evaluation, value);
                    return precision < text.Length ? text[..precision.Value] : text;
                case 'c':
                    return value is string { Length: 1 } one ? one
                        : Operators.Whole(value) is { } code && code >= 0 && code < 0x110000 && (code < 0xd800 || code > 0xdfff) ? char.ConvertFromUtf32((int)code)
                        : throw evaluation.Fail("type", "%c requires int or char");
                case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                    return Sign(Whole(kind, value, flags, precision), flags);
                case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                    evaluation.Charge(1 + ((precision ?? 6) / 8));
                    var number = Operators.Real(evaluation, value);
                    var digits = Math.Min(precision ?? 6, 400);
                    var real = char.ToLowerInvariant(kind) switch
                    {
                        'f' => ExactDecimal.Fixed(number, digits),
                        'e' => ExactDecimal.Scientific(number, digits),
                        _ => ExactDecimal.General(number, digits, flags.Contains('#', StringComparison.Ordinal)),
                    };
                    return Sign(char.IsUpper(kind) ? real.ToUpperInvariant() : real, flags);
                default:
                    throw evaluation.Fail("value", $"unsupported format character '{kind}'");
            }
        }

        private string Whole(char kind, object? value, string flags, int? precision)
        {
            var number = value is double real && double.IsFinite(real) && kind is 'd' or 'i' or 'u'
                ? new System.Numerics.BigInteger(Math.Truncate(real))
                : Operators.Whole(value) ?? throw evaluation.Fail("type", $"%{kind} format: a real number is required, not {Representation.TypeName(value)}");
            var digits = BraceFormat.Digits(System.Numerics.BigInteger.Abs(number), kind switch { 'x' or 'X' => 16, 'o' => 8, _ => 10 });
            var padded = digits.PadLeft(Math.Min(precision ?? 0, 100_000), '0');
            var prefix = !flags.Contains('#', StringComparison.Ordinal) ? "" : kind switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", _ => "" };
            return (number.Sign < 0 ? "-" : "") + prefix + (kind == 'X' ? padded.ToUpperInvariant() : padded);
        }

        private static string Sign(string text, string flags) => text[0] == '-' ? text
            : flags.Contains('+', StringComparison.Ordinal) ? "+" + text
            : flags.Contains(' ', StringComparison.Ordinal) ? " " + text
            : text;

        private void Append(string text, char kind, string flags, int width)
        {
            evaluation.Allocate(Math.Max(width, text.Length));
            if (text.Length >= width)
            {
                _result.Append(text);
            }
            else if (flags.Contains('-', StringComparison.Ordinal))
            {
                _result.Append(text.PadRight(width));
            }
            else if (flags.Contains('0', StringComparison.Ordinal) && kind is not ('s' or 'r' or 'c' or 'a'))
            {
                var lead = text.Length > 0 && text[0] is '-' or '+' or ' ' ? 1 : 0;
                lead += text.AsSpan(lead).StartsWith("0x", StringComparison.OrdinalIgnoreCase) || text.AsSpan(lead).StartsWith("0o", StringComparison.Ordinal) ? 2 : 0;
                _result.Append(text, 0, lead).Append('0', width - text.Length).Append(text, lead, text.Length - lead);
            }
            else
            {
                _result.Append(text.PadLeft(width));
            }
        }
    }
}
