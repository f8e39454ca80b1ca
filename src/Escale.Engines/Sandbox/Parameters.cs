using System.Collections;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>Query parameters as part of a frame.</summary>
internal static class Parameters
{
    private enum Tag : byte
    {
        Null,
        Bool,
        Long,
        Huge,
        Float,
        Double,
        Decimal,
        Text,
        Blob,
        Guid,
        Date,
        Time,
        Timestamp,
        Instant,
        Interval,
        List,
    }

    public static void Write(FrameWriter frame, IReadOnlyDictionary<string, object?>? parameters)
    {
        frame.Int(parameters?.Count ?? 0);
        foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
        {
            frame.Text(name);
            WriteValue(frame, value);
        }
    }

    public static List<(string Name, object? Value)> Read(ref FrameReader frame)
    {
        var parameters = new List<(string, object?)>();
        for (var left = frame.Int(); left > 0; left--)
        {
            parameters.Add((frame.Text(), ReadValue(ref frame)));
        }
        return parameters;
    }

    private static void WriteValue(FrameWriter frame, object? value)
    {
        _ = value switch
        {
            null or DBNull => frame.Byte((byte)Tag.Null),
            bool flag => frame.Byte((byte)Tag.Bool).Byte(flag ? (byte)1 : (byte)0),
            sbyte or byte or short or ushort or int or uint or long => frame.Byte((byte)Tag.Long)
                .Long(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
            ulong number => WriteHuge(frame, Tag.Huge, number),
            Int128 number => WriteHuge(frame, Tag.Huge, number),
            float number => frame.Byte((byte)Tag.Float).Int(BitConverter.SingleToInt32Bits(number)),
            double number => frame.Byte((byte)Tag.Double).Long(BitConverter.DoubleToInt64Bits(number)),
            decimal number => WriteDecimal(frame, DuckParameters.Digits(number)),
            DuckDecimal number => WriteDecimal(frame, number),
            string text => frame.Byte((byte)Tag.Text).Text(text),
            byte[] bytes => frame.Byte((byte)Tag.Blob).Bytes(bytes),
            Guid guid => frame.Byte((byte)Tag.Guid).Bytes(guid.ToByteArray()),
            DateOnly date => frame.Byte((byte)Tag.Date).Int(date.DayNumber),
            TimeOnly time => frame.Byte((byte)Tag.Time).Long(time.Ticks),
            DateTime time => frame.Byte((byte)Tag.Timestamp).Long(time.Ticks),
            DateTimeOffset instant => frame.Byte((byte)Tag.Instant).Long(instant.UtcTicks),
            TimeSpan span => WriteInterval(frame, new DuckInterval(0, 0, span.Ticks / TimeSpan.TicksPerMicrosecond)),
            DuckInterval interval => WriteInterval(frame, interval),
            IEnumerable list => WriteList(frame, [.. list.Cast<object?>()]),
            _ => throw new EscaleException("engines.duckdb.parameter-type", $"A {value.GetType().Name} cannot be a parameter.", "Pass it as text or a number."),
        };
    }

    private static FrameWriter WriteHuge(FrameWriter frame, Tag tag, Int128 value) =>
        frame.Byte((byte)tag).Long((long)(ulong)value).Long((long)(value >> 64));

    private static FrameWriter WriteDecimal(FrameWriter frame, DuckDecimal value) => WriteHuge(frame, Tag.Decimal, value.Unscaled).Int(value.Scale);

    private static FrameWriter WriteInterval(FrameWriter frame, DuckInterval value) =>
        frame.Byte((byte)Tag.Interval).Int(value.Months).Int(value.Days).Long(value.Micros);

    private static FrameWriter WriteList(FrameWriter frame, object?[] values)
    {
        frame.Byte((byte)Tag.List).Int(values.Length);
        foreach (var value in values)
        {
            WriteValue(frame, value);
        }
        return frame;
    }

    private static object? ReadValue(ref FrameReader frame) => (Tag)frame.Byte() switch
    {
        Tag.Bool => frame.Byte() != 0,
        Tag.Long => frame.Long(),
        Tag.Huge => ReadHuge(ref frame),
        Tag.Float => BitConverter.Int32BitsToSingle(frame.Int()),
        Tag.Double => BitConverter.Int64BitsToDouble(frame.Long()),
        Tag.Decimal => ReadDecimal(ref frame),
        Tag.Text => frame.Text(),
        Tag.Blob => frame.Bytes().ToArray(),
        Tag.Guid => new Guid(frame.Bytes()),
        Tag.Date => DateOnly.FromDayNumber(frame.Int()),
        Tag.Time => new TimeOnly(frame.Long()),
        Tag.Timestamp => new DateTime(frame.Long()),
        Tag.Instant => new DateTimeOffset(frame.Long(), TimeSpan.Zero),
        Tag.Interval => new DuckInterval(frame.Int(), frame.Int(), frame.Long()),
        Tag.List => ReadList(ref frame),
        _ => null,
    };

    private static Int128 ReadHuge(ref FrameReader frame)
    {
        var lower = (ulong)frame.Long();
        return new Int128((ulong)frame.Long(), lower);
    }

    private static object ReadDecimal(ref FrameReader frame)
    {
        var digits = new DuckDecimal(ReadHuge(ref frame), frame.Int());
        return Int128.Abs(digits.Unscaled) >> 96 == 0 && digits.Scale <= 28 ? digits.ToDecimal() : digits;
    }

    private static object?[] ReadList(ref FrameReader frame)
    {
        var values = new object?[frame.Int()];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = ReadValue(ref frame);
        }
        return values;
    }
}
