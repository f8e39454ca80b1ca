using System.Globalization;
using System.Text;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>Python's <c>datetime</c> (or, with <see cref="IsDate"/>, <c>date</c>) as templates use it: parts, <c>strftime</c>, sums with a duration.</summary>
/// <param name="time">The moment; its kind is not used.</param>
/// <param name="zone"><c>UTC</c>, or null for a time without zone.</param>
internal sealed class JinjaMoment(DateTime time, string? zone = null) : JinjaObject, IComparable
{
    public bool IsDate { get; init; }

    public DateTime Time { get; } = time;

    public string? Zone { get; } = zone;

    public override string TypeName => IsDate ? "date" : "datetime";

    public override string Show(Evaluation evaluation) => IsDate ? Format(evaluation, "%Y-%m-%d") : Iso(' ');

    public override string Represent(Evaluation evaluation) => IsDate
        ? $"datetime.date({Time.Year}, {Time.Month}, {Time.Day})"
        : $"datetime.datetime({Time.Year}, {Time.Month}, {Time.Day}, {Time.Hour}, {Time.Minute}{(Time.Second > 0 ? $", {Time.Second}" : "")})";

    public int CompareTo(object? other) => other is JinjaMoment moment ? Time.CompareTo(moment.Time) : 1;

    public override bool Equals(object? other) => other is JinjaMoment moment && moment.Time == Time && moment.IsDate == IsDate;

    public override int GetHashCode() => Time.GetHashCode();

    public override object? Operate(string symbol, object? other, bool isLeft) => (symbol, other) switch
    {
        ("+", JinjaDuration duration) => Shift(duration.Length),
        ("-", JinjaDuration duration) when isLeft => Shift(-duration.Length),
        ("-", JinjaMoment moment) when isLeft => new JinjaDuration(Time - moment.Time),
        _ => NativeFunction.Missing,
    };

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "year" => (long)Time.Year,
            "month" => (long)Time.Month,
            "day" => (long)Time.Day,
            "hour" when !IsDate => (long)Time.Hour,
            "minute" when !IsDate => (long)Time.Minute,
            "second" when !IsDate => (long)Time.Second,
            "microsecond" when !IsDate => Time.Ticks % TimeSpan.TicksPerSecond / 10,
            "tzinfo" => Zone,
            "strftime" => new NativeFunction("strftime", "format", (e, a) => Format(e, Representation.Text(e, a[0]))),
            "isoformat" => new NativeFunction("isoformat", "sep='T' timespec='auto'", (e, a) => IsDate ? Show(e) : Iso(Representation.Text(e, a[0]).FirstOrDefault('T'))),
            "date" => new NativeFunction("date", "", (_, _) => new JinjaMoment(Time.Date) { IsDate = true }),
            "timestamp" => new NativeFunction("timestamp", "", (_, _) => (Time - DateTime.UnixEpoch).TotalSeconds),
            "weekday" => new NativeFunction("weekday", "", (_, _) => ((long)Time.DayOfWeek + 6) % 7),
            "isoweekday" => new NativeFunction("isoweekday", "", (_, _) => (((long)Time.DayOfWeek + 6) % 7) + 1),
            "astimezone" => new NativeFunction("astimezone", "tz=None", (_, _) => new JinjaMoment(Time, "UTC")),
            "replace" => new NativeFunction("replace", "year=? month=? day=? hour=? minute=? second=? microsecond=? tzinfo=?", Replace),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    /// <summary><c>strftime</c> with Python's directives, in English.</summary>
    public string Format(Evaluation evaluation, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }
            var directive = format[++at];
            var bare = directive == '-' && at + 1 < format.Length;
            directive = bare ? format[++at] : directive;
            var part = Part(directive);
            text.Append(bare && part.Length > 1 ? part.TrimStart('0').PadLeft(1, '0') : part);
        }
        evaluation.Allocate(text.Length);
        return text.ToString();
    }

    private string Part(char directive) => directive switch
    {
        'Y' => Time.Year.ToString("0000", CultureInfo.InvariantCulture),
        'm' => Two(Time.Month),
        'd' => Two(Time.Day),
        'H' => Two(Time.Hour),
        'M' => Two(Time.Minute),
        'S' => Two(Time.Second),
        'I' => Two(Time.Hour % 12 == 0 ? 12 : Time.Hour % 12),
        'y' => Two(Time.Year % 100),
        'f' => (Time.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture),
        'j' => Time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'p' => Time.Hour < 12 ? "AM" : "PM",
        'a' => Time.ToString("ddd", CultureInfo.InvariantCulture),
        'A' => Time.ToString("dddd", CultureInfo.InvariantCulture),
        'b' or 'h' => Time.ToString("MMM", CultureInfo.InvariantCulture),
        'B' => Time.ToString("MMMM", CultureInfo.InvariantCulture),
        'w' => ((int)Time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => ((((int)Time.DayOfWeek + 6) % 7) + 1).ToString(CultureInfo.InvariantCulture),
        'V' => Two(ISOWeek.GetWeekOfYear(Time)),
        'G' => ISOWeek.GetYear(Time).ToString("0000", CultureInfo.InvariantCulture),
        'U' => Two((Time.DayOfYear + 6 - (int)Time.DayOfWeek) / 7),
        'W' => Two((Time.DayOfYear + 6 - (((int)Time.DayOfWeek + 6) % 7)) / 7),
        'z' => Zone is null ? "" : "+0000",
        'Z' => Zone ?? "",
        's' => ((long)(Time - DateTime.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture),
        'c' => Time.ToString("ddd MMM ", CultureInfo.InvariantCulture) + Time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + Time.ToString(" HH':'mm':'ss yyyy", CultureInfo.InvariantCulture),
        'D' or 'x' => Time.ToString("MM'/'dd'/'yy", CultureInfo.InvariantCulture),
        'F' => Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        'T' or 'X' => Time.ToString("HH':'mm':'ss", CultureInfo.InvariantCulture),
        '%' => "%",
        _ => "%" + directive,
    };

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private string Iso(char separator)
    {
        var micros = Time.Ticks % TimeSpan.TicksPerSecond / 10;
        return Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + separator + Time.ToString("HH':'mm':'ss", CultureInfo.InvariantCulture)
            + (micros > 0 ? "." + micros.ToString("000000", CultureInfo.InvariantCulture) : "") + (Zone is null ? "" : "+00:00");
    }

    private JinjaMoment Shift(TimeSpan span) => new(IsDate ? (Time + span).Date : Time + span, Zone) { IsDate = IsDate };

    private object? Replace(Evaluation evaluation, object?[] arguments)
    {
        int Part(int index, int current) => ReferenceEquals(arguments[index], NativeFunction.Missing) ? current : (int)(Operators.Whole(arguments[index]) ?? current);
        var time = Modules.Moment(
            evaluation, Part(0, Time.Year), Part(1, Time.Month), Part(2, Time.Day), Part(3, Time.Hour), Part(4, Time.Minute), Part(5, Time.Second),
            Part(6, (int)(Time.Ticks % TimeSpan.TicksPerSecond / 10)));
        return new JinjaMoment(time, ReferenceEquals(arguments[7], NativeFunction.Missing) ? Zone : arguments[7] is null ? null : "UTC") { IsDate = IsDate };
    }
}

/// <summary>Python's <c>timedelta</c>.</summary>
internal sealed class JinjaDuration(TimeSpan length) : JinjaObject, IComparable
{
    public TimeSpan Length => length;

    public override string TypeName => "timedelta";

    public override bool IsTrue => length != TimeSpan.Zero;

    public int CompareTo(object? other) => other is JinjaDuration duration ? length.CompareTo(duration.Length) : 1;

    public override bool Equals(object? other) => other is JinjaDuration duration && duration.Length == length;

    public override int GetHashCode() => length.GetHashCode();

    public override object? Operate(string symbol, object? other, bool isLeft) => (symbol, other) switch
    {
        ("+", JinjaDuration duration) => new JinjaDuration(length + duration.Length),
        ("-", JinjaDuration duration) when isLeft => new JinjaDuration(length - duration.Length),
        ("*", long times) => new JinjaDuration(length * times),
        ("/", long parts) when isLeft && parts != 0 => new JinjaDuration(length / parts),
        _ => NativeFunction.Missing,
    };

    public override bool Attribute(string name, out object? value)
    {
        var days = (long)Math.Floor(length.TotalDays);
        var rest = length - TimeSpan.FromDays(days);
        value = name switch
        {
            "days" => days,
            "seconds" => (long)rest.TotalSeconds,
            "microseconds" => rest.Ticks % TimeSpan.TicksPerSecond / 10,
            "total_seconds" => new NativeFunction("total_seconds", "", (_, _) => length.TotalSeconds),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public override string Represent(Evaluation evaluation)
    {
        var days = (long)Math.Floor(length.TotalDays);
        var rest = length - TimeSpan.FromDays(days);
        var micros = rest.Ticks % TimeSpan.TicksPerSecond / 10;
        return (days == 0 ? "" : $"{days} day{(Math.Abs(days) == 1 ? "" : "s")}, ")
            + $"{rest.Hours}:{rest.Minutes:00}:{rest.Seconds:00}" + (micros > 0 ? $".{micros:000000}" : "");
    }
}
