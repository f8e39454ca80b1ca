using System.Text;
using Escale.Engines.DuckDb;
using Escale.Learning.Frames;

namespace Escale.Modeling.Training;

/// <summary>One column on its way from DuckDB's vectors into a frame.</summary>
internal abstract class FrameColumn(string name)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Takes the values of a chunk.</summary>
    public abstract void Add(ColumnVector vector);

    /// <summary>The column, once every chunk was taken.</summary>
    public abstract Column Build();

    /// <summary>A column for a type; null for what nothing can be learned from (lists, structures, bytes).</summary>
    public static FrameColumn? Of(DuckColumn column) => column.Type.Id switch
    {
        DuckTypeId.Boolean => new BooleanFrameColumn(column.Name),
        DuckTypeId.TinyInt => new IntegerFrameColumn<sbyte>(column.Name, static value => value),
        DuckTypeId.SmallInt => new IntegerFrameColumn<short>(column.Name, static value => value),
        DuckTypeId.Integer => new IntegerFrameColumn<int>(column.Name, static value => value),
        DuckTypeId.BigInt => new IntegerFrameColumn<long>(column.Name, static value => value),
        DuckTypeId.UTinyInt => new IntegerFrameColumn<byte>(column.Name, static value => value),
        DuckTypeId.USmallInt => new IntegerFrameColumn<ushort>(column.Name, static value => value),
        DuckTypeId.UInteger => new IntegerFrameColumn<uint>(column.Name, static value => value),
        DuckTypeId.UBigInt => new NumberFrameColumn<ulong>(column.Name, static value => value),
        DuckTypeId.HugeInt => new NumberFrameColumn<Int128>(column.Name, static value => (double)value),
        DuckTypeId.UHugeInt => new NumberFrameColumn<UInt128>(column.Name, static value => (double)value),
        DuckTypeId.Float => new NumberFrameColumn<float>(column.Name, static value => value),
        DuckTypeId.Double => new NumberFrameColumn<double>(column.Name, static value => value),
        DuckTypeId.Decimal => Decimal(column),
        DuckTypeId.Time => new NumberFrameColumn<long>(column.Name, static micros => micros / 1e6),
        DuckTypeId.Date or DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs or DuckTypeId.TimestampTz => new MomentFrameColumn(column.Name),
        DuckTypeId.Varchar or DuckTypeId.Enum or DuckTypeId.Uuid or DuckTypeId.SqlNull => new TextFrameColumn(column.Name),
        _ => null,
    };

    private static FrameColumn Decimal(DuckColumn column)
    {
        var divisor = Math.Pow(10, column.Type.Scale);
        return column.Type.Width switch
        {
            <= 4 => new NumberFrameColumn<short>(column.Name, value => value / divisor),
            <= 9 => new NumberFrameColumn<int>(column.Name, value => value / divisor),
            <= 18 => new NumberFrameColumn<long>(column.Name, value => value / divisor),
            _ => new NumberFrameColumn<Int128>(column.Name, value => (double)value / divisor),
        };
    }
}

/// <summary>Values that grow.</summary>
internal struct Growing<T>()
{
    private T[] _values = new T[2048];

    public int Count { get; private set; }

    public readonly ReadOnlyMemory<T> Values => _values.AsMemory(0, Count);

    /// <summary>Room for so many more.</summary>
    public Span<T> More(int count)
    {
        if (Count + count > _values.Length)
        {
            Array.Resize(ref _values, (int)Math.Min(Array.MaxLength, Math.Max((long)Count + count, (long)_values.Length * 2)));
        }
        Count += count;
        return _values.AsSpan(Count - count, count);
    }
}

internal sealed class NumberFrameColumn<T>(string name, Func<T, double> convert) : FrameColumn(name)
    where T : unmanaged
{
    private Growing<double> _numbers = new();

    public override void Add(ColumnVector vector)
    {
        var values = vector.Values<T>();
        var numbers = _numbers.More(vector.Count);
        for (var row = 0; row < numbers.Length; row++)
        {
            numbers[row] = vector.IsNull(row) ? double.NaN : convert(values[row]);
        }
    }

    public override Column Build() => Column.OfNumbers(Name, _numbers.Values);
}

internal sealed class IntegerFrameColumn<T>(string name, Func<T, long> convert) : FrameColumn(name)
    where T : unmanaged
{
    private Growing<long> _numbers = new();
    private Growing<bool> _isMissing = new();
    private bool _anyMissing;

    public override void Add(ColumnVector vector)
    {
        var values = vector.Values<T>();
        var numbers = _numbers.More(vector.Count);
        var isMissing = _isMissing.More(vector.Count);
        for (var row = 0; row < numbers.Length; row++)
        {
            isMissing[row] = vector.IsNull(row);
            numbers[row] = isMissing[row] ? 0 : convert(values[row]);
            _anyMissing |= isMissing[row];
        }
    }

    public override Column Build() => Column.OfIntegers(Name, _numbers.Values, _anyMissing ? _isMissing.Values : default);
}

internal sealed class BooleanFrameColumn(string name) : FrameColumn(name)
{
    private Growing<bool> _values = new();
    private Growing<bool> _isMissing = new();
    private bool _anyMissing;

    public override void Add(ColumnVector vector)
    {
        var values = vector.Values<bool>();
        var kept = _values.More(vector.Count);
        var isMissing = _isMissing.More(vector.Count);
        for (var row = 0; row < kept.Length; row++)
        {
            isMissing[row] = vector.IsNull(row);
            kept[row] = !isMissing[row] && values[row];
            _anyMissing |= isMissing[row];
        }
    }

    public override Column Build() => Column.OfBooleans(Name, _values.Values, _anyMissing ? _isMissing.Values : default);
}

/// <summary>Dates and moments; infinite ones and years that no calendar here knows are missing.</summary>
internal sealed class MomentFrameColumn(string name) : FrameColumn(name)
{
    private const long MostDays = 2_932_896; // 9999-12-31
    private Growing<DateTime> _values = new();
    private Growing<bool> _isMissing = new();
    private bool _anyMissing;

    public override void Add(ColumnVector vector)
    {
        var kept = _values.More(vector.Count);
        var isMissing = _isMissing.More(vector.Count);
        for (var row = 0; row < kept.Length; row++)
        {
            var moment = vector.IsNull(row) ? null : MomentOf(vector, row);
            (kept[row], isMissing[row]) = (moment ?? default, moment is null);
            _anyMissing |= isMissing[row];
        }
    }

    public override Column Build() => Column.OfTimestamps(Name, _values.Values, _anyMissing ? _isMissing.Values : default);

    private static DateTime? MomentOf(ColumnVector vector, int row)
    {
        var micros = vector.Type.Id switch
        {
            DuckTypeId.Date => (Int128)vector.Values<int>()[row] * TimeSpan.TicksPerDay,
            DuckTypeId.TimestampS => (Int128)vector.Values<long>()[row] * TimeSpan.TicksPerSecond,
            DuckTypeId.TimestampMs => (Int128)vector.Values<long>()[row] * TimeSpan.TicksPerMillisecond,
            DuckTypeId.TimestampNs => vector.Values<long>()[row] / TimeSpan.NanosecondsPerTick,
            _ => (Int128)vector.Values<long>()[row] * TimeSpan.TicksPerMicrosecond,
        };
        var ticks = micros + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= (MostDays * TimeSpan.TicksPerDay) + DateTime.UnixEpoch.Ticks ? new DateTime((long)ticks) : null;
    }
}

/// <summary>Texts, each kept once; few of them are categories.</summary>
internal sealed class TextFrameColumn : FrameColumn
{
    private const double MostLevels = 0.5;

    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _names = [];
    private Growing<int> _codes = new();
    private char[] _characters = new char[256];

    public TextFrameColumn(string name)
        : base(name) => _lookup = _levels.GetAlternateLookup<ReadOnlySpan<char>>();

    public override void Add(ColumnVector vector)
    {
        var codes = _codes.More(vector.Count);
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = vector.IsNull(row) || vector.Type.Id == DuckTypeId.SqlNull ? -1 : vector.Type.Id == DuckTypeId.Varchar ? CodeOf(vector.Utf8(row)) : CodeOf(vector.Text(row).AsSpan());
        }
    }

    public override Column Build()
    {
        if (_names.Count <= MostLevels * (_codes.Count - _codes.Values.Span.Count(-1)))
        {
            return Column.OfLevels(Name, _codes.Values, _names);
        }
        var codes = _codes.Values.Span;
        var texts = new string?[_codes.Count];
        for (var row = 0; row < texts.Length; row++)
        {
            texts[row] = codes[row] < 0 ? null : _names[codes[row]];
        }
        return Column.OfTexts(Name, texts);
    }

    private int CodeOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > _characters.Length)
        {
            _characters = new char[utf8.Length];
        }
        return CodeOf(_characters.AsSpan(0, Encoding.UTF8.GetChars(utf8, _characters)));
    }

    private int CodeOf(ReadOnlySpan<char> text)
    {
        if (!_lookup.TryGetValue(text, out var code))
        {
            _names.Add(text.ToString());
            _levels.Add(_names[^1], code = _names.Count - 1);
        }
        return code;
    }
}
