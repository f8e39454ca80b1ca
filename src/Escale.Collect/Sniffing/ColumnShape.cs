using System.Text;

namespace Escale.Collect.Sniffing;

/// <summary>What the values of a column look like, to judge where the fields of a damaged record belong.</summary>
internal sealed class ColumnShape
{
    private const int LongestShape = 28;
    private const double Empty = 1;
    private readonly Dictionary<string, int> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private bool _isExact;
    private int _count;
    private int _empty;
    private double _logs;
    private double _logSquares;

    /// <summary>Whether nearly all values have one of few forms.</summary>
    public bool IsStructured { get; private set; }

    /// <summary>Whether the usual forms have digits in them.</summary>
    public bool HasDigits { get; private set; }

    /// <summary>Whether no value was seen.</summary>
    public bool IsEmpty => _count == _empty;

    /// <summary>The form of a text: runs of digits are 9, runs of letters a, of blanks one blank; null for long prose.</summary>
    public static string? Of(ReadOnlySpan<char> text) => Of(text, isExact: false);

    /// <summary>The form with each digit.</summary>
    private static string? Of(ReadOnlySpan<char> text, bool isExact)
    {
        text = text.Trim();
        var shape = new StringBuilder();
        var last = '\0';
        foreach (var letter in text)
        {
            var kind = char.IsAsciiDigit(letter) ? '9' : char.IsLetter(letter) ? 'a' : char.IsWhiteSpace(letter) ? ' ' : letter;
            if (kind == last && (kind is 'a' or ' ' || (kind == '9' && !isExact)))
            {
                continue;
            }
            shape.Append(last = kind);
            if (shape.Length > LongestShape)
            {
                return null;
            }
        }
        return shape.ToString();
    }

    public void Add(string value)
    {
        _count++;
        if (string.IsNullOrWhiteSpace(value))
        {
            _empty++;
            return;
        }
        var shape = Of(value) ?? "";
        _shapes[shape] = _shapes.GetValueOrDefault(shape) + 1;
        var exact = Of(value, isExact: true) ?? "";
        _exact[exact] = _exact.GetValueOrDefault(exact) + 1;
        var log = Math.Log(1 + value.Length);
        _logs += log;
        _logSquares += log * log;
    }

    /// <summary>To be called when all values were added.</summary>
    public void Finish()
    {
        var filled = _count - _empty;
        var frequent = _shapes.Where(shape => shape.Key.Length > 0 && (shape.Value >= 0.04 * filled || shape.Value == filled)).Sum(shape => shape.Value);
        IsStructured = filled > 0 && frequent >= 0.9 * filled;
        _isExact = IsStructured && _exact.Where(shape => shape.Key.Length > 0 && (shape.Value >= 0.02 * filled || shape.Value == filled)).Sum(shape => shape.Value) >= 0.9 * filled;
        HasDigits = _shapes.Where(shape => shape.Key.Contains('9', StringComparison.Ordinal)).Sum(shape => shape.Value) > 0.7 * filled;
    }

    /// <summary>Whether values of this form are usual.</summary>
    public bool Knows(string value) => Of(value) is { Length: > 0 } shape && _shapes.TryGetValue(shape, out var seen) && seen >= 0.03 * (_count - _empty);

    /// <summary>How badly a value fits: 0 well, 2 not at all.</summary>
    public double Misfit(ReadOnlySpan<char> value)
    {
        var filled = _count - _empty;
        if (value.IsWhiteSpace())
        {
            return _count == 0 ? 0.3 : _empty > 0.02 * _count ? 0.05 : Empty;
        }
        if (filled == 0)
        {
            return _count == 0 ? 0.3 : 1.2;
        }
        var shape = Of(value) ?? "";
        if (shape.Length > 0 && _shapes.TryGetValue(shape, out var seen))
        {
            return (seen >= 0.04 * filled || IsStructured ? 0 : 0.1) + (_isExact && !_exact.ContainsKey(Of(value, isExact: true) ?? "") ? 0.35 : 0);
        }
        if (IsStructured)
        {
            return 2;
        }
        // A number or a date where only words were.
        var isBare = shape.Length > 0 && shape.Contains('9', StringComparison.Ordinal) && !shape.Contains('a', StringComparison.Ordinal);
        return (isBare ? 0.9 : 0.15) + Length(value.Length, filled);
    }

    private double Length(int length, int filled)
    {
        var mean = _logs / filled;
        var spread = Math.Max(0.25, Math.Sqrt(Math.Max(0, _logSquares / filled - mean * mean)));
        return Math.Clamp(0.3 * (Math.Abs(Math.Log(1 + length) - mean) / spread - 1.5), 0, 0.9);
    }
}
