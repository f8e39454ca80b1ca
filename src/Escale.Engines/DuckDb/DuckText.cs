using System.Globalization;
using System.Text;

namespace Escale.Engines.DuckDb;

/// <summary>Values as text, as DuckDB casts them to VARCHAR.</summary>
internal static class DuckText
{
    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    /// <summary>Appends a value. <paramref name="quoted"/>: inside a nested value, where text that needs it stands in quotes.</summary>
    public static void Append(StringBuilder text, ColumnVector vector, int row, bool quoted)
    {
        if (vector.IsNull(row))
        {
            text.Append("NULL");
            return;
        }
        var type = vector.Type;
        switch (type.Id)
        {
            case DuckTypeId.List or DuckTypeId.Array:
                AppendList(text, vector, row);
                break;
            case DuckTypeId.Struct:
                AppendStruct(text, vector, row);
                break;
            case DuckTypeId.Map:
                AppendMap(text, vector, row);
                break;
            case DuckTypeId.Union:
                Append(text, vector.Field(vector.UnionMember(row)), row, quoted);
                break;
            default:
                var scalar = Scalar(vector, row);
                text.Append(quoted && NeedsQuotes(type, scalar) ? $"'{scalar.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'" : scalar);
                break;
        }
    }

    public static string Interval(DuckInterval value)
    {
        var parts = new List<string>(5);
        void Part(long count, string unit)
        {
            if (count != 0)
            {
                parts.Add(string.Create(_culture, $"{count} {unit}{(count is 1 or -1 ? "" : "s")}"));
            }
        }
        Part(value.Months / 12, "year");
        Part(value.Months % 12, "month");
        Part(value.Days, "day");
        if (value.Micros != 0)
        {
            parts.Add((value.Micros < 0 ? "-" : "") + Time(Int128.Abs(value.Micros), 6));
        }
        return parts.Count == 0 ? "00:00:00" : string.Join(' ', parts);
    }

    public static string TimeTz(DuckTimeTz value)
    {
        var offset = Math.Abs(value.OffsetSeconds);
        var text = string.Create(_culture, $"{Time(value.Micros, 6)}{(value.OffsetSeconds < 0 ? '-' : '+')}{offset / 3600:00}");
        text += offset % 3600 == 0 ? "" : string.Create(_culture, $":{offset / 60 % 60:00}");
        return text + (offset % 60 == 0 ? "" : string.Create(_culture, $":{offset % 60:00}"));
    }

    private static string Scalar(ColumnVector vector, int row) => vector.Type.Id switch
    {
        DuckTypeId.Varchar => Encoding.UTF8.GetString(vector.Utf8(row)),
        DuckTypeId.Boolean => vector.Values<bool>()[row] ? "true" : "false",
        DuckTypeId.Float => Real(vector.Values<float>()[row].ToString("R", _culture), vector.Values<float>()[row]),
        DuckTypeId.Double => Real(vector.Values<double>()[row].ToString("R", _culture), vector.Values<double>()[row]),
        DuckTypeId.Decimal => vector.DuckDecimal(row).ToString(),
        DuckTypeId.Uuid => vector.Guid(row).ToString("D"),
        DuckTypeId.Enum => vector.Type.EnumValues[vector.EnumIndex(row)],
        DuckTypeId.Blob => Blob(vector.Utf8(row)),
        DuckTypeId.Bit => Bits(vector.Utf8(row)),
        DuckTypeId.Date => Date(vector.Values<int>()[row]),
        DuckTypeId.Time => Time(vector.Values<long>()[row], 6),
        DuckTypeId.TimeNs => Time(vector.Values<long>()[row], 9),
        DuckTypeId.Timestamp => Timestamp(vector.Values<long>()[row], 6),
        DuckTypeId.TimestampS => Timestamp(vector.Values<long>()[row], 0),
        DuckTypeId.TimestampMs => Timestamp(vector.Values<long>()[row], 3),
        DuckTypeId.TimestampNs => Timestamp(vector.Values<long>()[row], 9),
        DuckTypeId.TimestampTz => Zoned(Timestamp(vector.Values<long>()[row], 6)),
        DuckTypeId.TimestampTzNs => Zoned(Timestamp(vector.Values<long>()[row], 9)),
        DuckTypeId.Variant or DuckTypeId.Geometry or DuckTypeId.Invalid or DuckTypeId.Any or DuckTypeId.StringLiteral
            or DuckTypeId.IntegerLiteral => throw new Kernel.EscaleException(
            "engines.duckdb.unsupported-type", $"A value of type {vector.Type} has no text here.", "Cast it to VARCHAR or JSON in the query."),
        _ => Convert.ToString(DuckObjects.Read(vector, row), _culture) ?? "NULL",
    };

    /// <summary>DuckDB shows a point in every number that is not whole by type, and exponents from 1e+16 and below 1e-04.</summary>
    private static string Real(string shortest, double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        var sign = shortest[0] == '-' ? "-" : "";
        var body = shortest.AsSpan(sign.Length);
        var e = body.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(body[(e + 1)..], _culture);
        var mantissa = (e < 0 ? body : body[..e]).ToString();
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        exponent -= leading;
        if (digits.Length == 0)
        {
            return sign + "0.0";
        }
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(_culture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }
        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }
        var whole = digits.Length > exponent + 1 ? digits[..(exponent + 1)] : digits.PadRight(exponent + 1, '0');
        return $"{sign}{whole}.{(digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0")}";
    }

    private static string Blob(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            _ = value is >= 32 and <= 126 and not ((byte)'\\' or (byte)'\'' or (byte)'"')
                ? text.Append((char)value)
                : text.Append(_culture, $"\\x{value:X2}");
        }
        return text.ToString();
    }

    /// <summary>The first byte says how many of the second's highest bits are padding.</summary>
    private static string Bits(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8);
        for (var bit = 8 + bytes[0]; bit < bytes.Length * 8; bit++)
        {
            text.Append((bytes[bit >> 3] & (0x80 >> (bit & 7))) != 0 ? '1' : '0');
        }
        return text.ToString();
    }

    private static string Date(int days) => DuckMoments.IsInfinite(days) ? Infinity(days) : Day(days);

    private static string Day(long days)
    {
        var (year, month, day) = DuckMoments.Civil(days);
        return year > 0
            ? string.Create(_culture, $"{year:0000}-{month:00}-{day:00}")
            : string.Create(_culture, $"{1 - year:0000}-{month:00}-{day:00} (BC)");
    }

    private static string Time(Int128 count, int digits)
    {
        var unit = (long)Math.Pow(10, digits);
        var (seconds, fraction) = ((long)(count / unit), (long)(count % unit));
        var text = string.Create(_culture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        return fraction == 0 ? text : text + "." + fraction.ToString(_culture).PadLeft(digits, '0').TrimEnd('0');
    }

    private static string Timestamp(long count, int digits)
    {
        if (DuckMoments.IsInfinite(count))
        {
            return Infinity(count);
        }
        var perDay = 86_400 * (long)Math.Pow(10, digits);
        var day = (long)DuckMoments.FloorDivide(count, perDay);
        var date = Day(day);
        var time = Time(count - (day * (Int128)perDay), digits);
        return date.EndsWith(" (BC)", StringComparison.Ordinal) ? $"{date[..^5]} (BC) {time}" : $"{date} {time}";
    }

    private static string Zoned(string timestamp) => timestamp.EndsWith("infinity", StringComparison.Ordinal) ? timestamp : timestamp + "+00";

    private static string Infinity(long sign) => sign > 0 ? "infinity" : "-infinity";

    private static bool NeedsQuotes(DuckType type, string text)
    {
        if (type.Id is not (DuckTypeId.Varchar or DuckTypeId.Enum) || type.IsJson)
        {
            return type.Id is not (DuckTypeId.Varchar or DuckTypeId.Enum) && text.AsSpan().IndexOfAny(":,") >= 0;
        }
        return text.Length == 0 || text[0] == ' ' || text[^1] == ' ' || text.Equals("NULL", StringComparison.OrdinalIgnoreCase)
            || text.AsSpan().IndexOfAny("[]{}(),:'\"\\=") >= 0;
    }

    private static void AppendList(StringBuilder text, ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        text.Append('[');
        for (var index = 0; index < length; index++)
        {
            text.Append(index > 0 ? ", " : "");
            Append(text, vector.Elements, start + index, quoted: true);
        }
        text.Append(']');
    }

    private static void AppendStruct(StringBuilder text, ColumnVector vector, int row)
    {
        var fields = vector.Type.Children;
        var isNamed = fields.Count > 0 && fields[0].Name.Length > 0;
        text.Append(isNamed ? '{' : '(');
        for (var index = 0; index < fields.Count; index++)
        {
            text.Append(index > 0 ? ", " : "").Append(isNamed ? $"'{fields[index].Name}': " : "");
            Append(text, vector.Field(index), row, quoted: true);
        }
        text.Append(isNamed ? '}' : ')');
    }

    private static void AppendMap(StringBuilder text, ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        text.Append('{');
        for (var index = 0; index < length; index++)
        {
            text.Append(index > 0 ? ", " : "");
            Append(text, vector.Keys, start + index, quoted: true);
            text.Append('=');
            Append(text, vector.MapValues, start + index, quoted: true);
        }
        text.Append('}');
    }
}
