using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Escale.Collect.Definitions;
using Escale.Collect.Files;

namespace Escale.Collect.Loading;

/// <summary>Judges texts against the types of their columns, and keeps for each column in doubt the type that fits all.</summary>
internal sealed class CsvValues
{
    private const int VectorBytes = 16;
    private const uint NoMark = 256;
    private readonly CsvDialect _dialect;
    private readonly IReadOnlyList<string> _types;
    private readonly Dictionary<int, string> _doubts = [];
    private readonly byte[][] _nulls;
    private readonly byte _mark;
    private readonly Kind[] _kinds;

    public CsvValues(CsvDialect dialect, IReadOnlyList<string> types)
    {
        (_dialect, _types, _mark) = (dialect, types, (byte)dialect.Decimal);
        _nulls = [.. dialect.NullValues.Where(value => value.Length > 0).Select(Encoding.UTF8.GetBytes)];
        var isIso = dialect.DateFormat is null && dialect.TimestampFormat is null;
        _kinds = [.. types.Select(type => KindOf(type, isIso))];
        LastChecked = Array.FindLastIndex(_kinds, kind => kind != Kind.Text);
    }

    /// <summary>The last column that is not text; -1 when all are.</summary>
    public int LastChecked { get; }

    /// <summary>The columns that do not fit their types, with the type that does.</summary>
    public IReadOnlyDictionary<int, string> Doubts => _doubts;

    /// <summary>Judges a text, however it lies in memory.</summary>
    public void Check(int column, ReadOnlySpan<byte> text)
    {
        Span<byte> padded = text.Length <= 128 ? stackalloc byte[128 + VectorBytes] : new byte[text.Length + VectorBytes];
        text.CopyTo(padded);
        if (!Fits(column, ref MemoryMarshal.GetReference(padded), text.Length))
        {
            Doubt(column, text);
        }
    }

    /// <summary>Whether a text is plainly of its column's type. False is no verdict yet.</summary>
    /// <param name="column">The column.</param>
    /// <param name="text">Its first byte; 16 bytes from there on can be read whatever its length.</param>
    /// <param name="length">Its length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Fits(int column, ref byte text, int length) => length == 0 || _kinds[column] switch
    {
        Kind.Text => true,
        Kind.Whole => IsNumber(ref text, length, NoMark),
        Kind.Number => IsNumber(ref text, length, _mark),
        Kind.Date => length == 10 && IsDate(MemoryMarshal.CreateReadOnlySpan(ref text, length)),
        Kind.Time => IsTime(MemoryMarshal.CreateReadOnlySpan(ref text, length)),
        Kind.Boolean => MemoryMarshal.CreateReadOnlySpan(ref text, length) is var word && (word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8)),
        _ => false,
    };

    /// <summary>Looks closely at a text that is not plainly of its column's type, and widens that if need be.</summary>
    public void Doubt(int column, ReadOnlySpan<byte> field)
    {
        foreach (var value in _nulls)
        {
            if (field.SequenceEqual(value))
            {
                return;
            }
        }
        Span<char> text = field.Length <= 128 ? stackalloc char[128] : new char[field.Length];
        text = Encoding.UTF8.TryGetChars(field, text, out var length) ? text[..length] : default;
        var type = text.Length == 0 ? null : CsvInference.TypeOf(text, _dialect);
        var now = _doubts.GetValueOrDefault(column, _types[column]);
        var wider = type is null ? null : now == type ? now : Widen(now, type);
        if (wider == _types[column])
        {
            return;
        }
        _doubts[column] = wider ?? SqlTypes.Text;
        if (wider is null)
        {
            _kinds[column] = Kind.Text;
        }
    }

    private static string? Widen(string now, string type) => now.StartsWith("DECIMAL", StringComparison.Ordinal)
        ? type is SqlTypes.Integer or SqlTypes.Number ? now : null
        : now is "INTEGER" or "SMALLINT" && type == SqlTypes.Integer ? now : SqlTypes.Widen(now, type);

    /// <summary>Digits, perhaps a sign before and a mark between them; no zeros in front. Up to 16 letters: longer ones are looked at closely.</summary>
    private static bool IsNumber(ref byte text, int length, uint mark)
    {
        if (length > VectorBytes)
        {
            return false;
        }
        var others = Vector128.GreaterThan(Vector128.LoadUnsafe(ref text) - Vector128.Create((byte)'0'), Vector128.Create((byte)9)).ExtractMostSignificantBits() & ((1u << length) - 1);
        var sign = text == '-' ? 1 : 0;
        others &= ~(uint)sign;
        var whole = others == 0 ? length : System.Numerics.BitOperations.TrailingZeroCount(others);
        var first = Unsafe.Add(ref text, sign);
        if (whole == sign || (first == '0' && (whole - sign > 1 || (whole == length && sign == 1))))
        {
            return false;
        }
        return others == 0 || ((others & (others - 1)) == 0 && whole < length - 1 && Unsafe.Add(ref text, whole) == mark);
    }

    /// <summary><c>2024-01-31 12:59:59</c>, plainly, perhaps with a fraction.</summary>
    private static bool IsTime(ReadOnlySpan<byte> field) =>
        field.Length is 19 or (> 20 and <= 26) && field[10] is (byte)' ' or (byte)'T' && field[13] == ':' && field[16] == ':'
        && IsDate(field) && Two(field, 11) <= 23 && Two(field, 14) <= 59 && Two(field, 17) <= 59
        && (field.Length == 19 || (field[19] == '.' && !field[20..].ContainsAnyExceptInRange((byte)'0', (byte)'9')));

    private static bool IsDate(ReadOnlySpan<byte> field)
    {
        if (field[4] != '-' || field[7] != '-' || Two(field, 0) is not (>= 0 and <= 99 and var century) || Two(field, 2) is not (>= 0 and <= 99 and var rest))
        {
            return false;
        }
        var (year, month, day) = (century * 100 + rest, Two(field, 5), Two(field, 8));
        return year > 0 && month is >= 1 and <= 12 && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month));
    }

    private static int Two(ReadOnlySpan<byte> field, int at)
    {
        var (tens, ones) = (field[at] - '0', field[at + 1] - '0');
        return (uint)tens <= 9 && (uint)ones <= 9 ? tens * 10 + ones : 100;
    }

    private static Kind KindOf(string type, bool isIso) => type switch
    {
        SqlTypes.Text => Kind.Text,
        SqlTypes.Integer or "INTEGER" or "SMALLINT" => Kind.Whole,
        SqlTypes.Number => Kind.Number,
        SqlTypes.Boolean => Kind.Boolean,
        SqlTypes.Date when isIso => Kind.Date,
        SqlTypes.Timestamp when isIso => Kind.Time,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => Kind.Number,
        _ => Kind.Other,
    };

    private enum Kind
    {
        Text,
        Whole,
        Number,
        Date,
        Time,
        Boolean,
        Other,
    }
}
