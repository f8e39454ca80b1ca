namespace Escale.Engines.DuckDb;

/// <summary>Dates and times between DuckDB's counts since 1970 and .NET's types.</summary>
internal static class DuckMoments
{
    public const int EpochDay = 719162;
    public const int LastDay = 3652058;
    public const long MicrosPerDay = 86_400_000_000;

    public static int Days(DateOnly date) => date.DayNumber - EpochDay;

    public static long Micros(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Micros(TimeOnly time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeOnly? TimeOf(Int128 ticks) => ticks >= 0 && ticks < TimeSpan.TicksPerDay ? new TimeOnly((long)ticks) : null;

    /// <summary>Any TIMESTAMP as a DateTime of unspecified kind; null for infinities and years that DateTime does not know.</summary>
    public static DateTime? DateTimeOf(ColumnVector vector, int row)
    {
        var count = (Int128)vector.Values<long>()[row];
        var ticks = DateTime.UnixEpoch.Ticks + vector.Type.Id switch
        {
            DuckTypeId.TimestampS => count * TimeSpan.TicksPerSecond,
            DuckTypeId.TimestampMs => count * TimeSpan.TicksPerMillisecond,
            DuckTypeId.TimestampNs or DuckTypeId.TimestampTzNs => FloorDivide(count, TimeSpan.NanosecondsPerTick),
            _ => count * TimeSpan.TicksPerMicrosecond,
        };
        return IsInfinite((long)count) || ticks < 0 || ticks > DateTime.MaxValue.Ticks ? null : new DateTime((long)ticks);
    }

    /// <summary>The largest and its negative stand for the infinities.</summary>
    public static bool IsInfinite(long count) => count is long.MaxValue or -long.MaxValue;

    /// <summary>The largest and its negative stand for the infinities.</summary>
    public static bool IsInfinite(int days) => days is int.MaxValue or -int.MaxValue;

    public static Int128 FloorDivide(Int128 value, long divisor)
    {
        var (quotient, rest) = Int128.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Year, month and day of a day since 1970, for any year (Howard Hinnant's civil_from_days).</summary>
    public static (long Year, int Month, int Day) Civil(long days)
    {
        days += 719468;
        var era = (days >= 0 ? days : days - 146096) / 146097;
        var dayOfEra = days - (era * 146097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * dayOfYear) + 2) / 153;
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (((153 * shifted) + 2) / 5) + 1));
    }
}
