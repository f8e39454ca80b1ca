using Escale.Learning.Preparation.Encoders;

namespace Escale.Learning.Onnx;

/// <summary>
/// Exports the parts of moments: whole-number arithmetic on ticks since the year 1, the calendar's by the algorithm of Howard Hinnant (chrono-Compatible Low-Level Date Algorithms, 2013).
/// Moments come in as microseconds since 1970-01-01, with <see cref="Missing"/> for none.
/// </summary>
internal sealed class OnnxMoments
{
    /// <summary>What stands for a missing moment.</summary>
    public const long Missing = long.MinValue;

    private const long DaysBefore1970 = 719_162;
    private const long DaysFromMarchOfYear0 = 306;
    private const long DaysOf400Years = 146_097;

    private readonly OnnxGraph _graph;
    private readonly OnnxValue _isMissing;
    private readonly OnnxValue _ticks;
    private readonly OnnxValue _day;
    private readonly Dictionary<MomentPart, OnnxValue> _known = [];

    public OnnxMoments(OnnxGraph graph, OnnxValue microseconds)
    {
        _graph = graph;
        _isMissing = graph.Node("Equal", OnnxType.Boolean, [microseconds, graph.Whole(Missing)]);
        var present = graph.Where(_isMissing, graph.Whole(0), microseconds);
        _ticks = graph.Add(graph.Multiply(present, graph.Whole(TimeSpan.TicksPerMicrosecond)), graph.Whole(DaysBefore1970 * TimeSpan.TicksPerDay));
        _day = Divided(_ticks, TimeSpan.TicksPerDay);
    }

    /// <summary>A part of each moment: doubles, N rows × 1, NaN where there is no moment.</summary>
    public OnnxValue Part(MomentPart part) => part == MomentPart.IsMissing
        ? _graph.Cast(_isMissing, OnnxType.Double)
        : _graph.Where(_isMissing, _graph.Number(double.NaN), Present(part));

    private OnnxValue Present(MomentPart part)
    {
        var sinceStart = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).Ticks;
        return part switch
        {
            MomentPart.ElapsedDays => Ratio(_graph.Subtract(_ticks, _graph.Whole(sinceStart)), TimeSpan.TicksPerDay),
            MomentPart.Hour => Ratio(TicksOfDay(), TimeSpan.TicksPerHour),
            MomentPart.HourSine => Sine(0),
            MomentPart.HourCosine => Sine(Math.PI / 2),
            MomentPart.MonthSine => Circle(MomentPart.Month, 1, 12, 12, Math.Sin),
            MomentPart.MonthCosine => Circle(MomentPart.Month, 1, 12, 12, Math.Cos),
            MomentPart.WeekdaySine => Circle(MomentPart.Weekday, 0, 7, 7, Math.Sin),
            MomentPart.WeekdayCosine => Circle(MomentPart.Weekday, 0, 7, 7, Math.Cos),
            MomentPart.DayOfYearSine => Circle(MomentPart.DayOfYear, 1, 366, 365.25, Math.Sin),
            MomentPart.DayOfYearCosine => Circle(MomentPart.DayOfYear, 1, 366, 365.25, Math.Cos),
            _ => _graph.Cast(Whole(part), OnnxType.Double),
        };
    }

    /// <summary>A part that is a whole number.</summary>
    private OnnxValue Whole(MomentPart part)
    {
        if (part == MomentPart.Weekday)
        {
            return Remainder(_day, 7); // 0001-01-01 was a Monday.
        }
        if (!_known.ContainsKey(MomentPart.Year))
        {
            AddCalendar();
        }
        return _known[part];
    }

    private void AddCalendar()
    {
        // Years of the calculation begin in March, so that the leap day is their last.
        var marchDay = _graph.Add(_day, _graph.Whole(DaysFromMarchOfYear0));
        var dayOfEra = Remainder(marchDay, DaysOf400Years);
        var leaps = _graph.Subtract(_graph.Subtract(Divided(dayOfEra, 36_524), Divided(dayOfEra, 1_460)), Divided(dayOfEra, 146_096));
        var yearOfEra = Divided(_graph.Add(dayOfEra, leaps), 365);
        var daysBefore = _graph.Subtract(_graph.Add(Times(yearOfEra, 365), Divided(yearOfEra, 4)), Divided(yearOfEra, 100));
        var dayOfYear = _graph.Subtract(dayOfEra, daysBefore);
        var monthFromMarch = Divided(_graph.Add(Times(dayOfYear, 5), _graph.Whole(2)), 153);
        var isAfterNewYear = _graph.Node("GreaterOrEqual", OnnxType.Boolean, [monthFromMarch, _graph.Whole(10)]);
        var year = _graph.Add(_graph.Add(yearOfEra, Times(Divided(marchDay, DaysOf400Years), 400)), _graph.Cast(isAfterNewYear, OnnxType.Int64));
        var lastYear = _graph.Subtract(year, _graph.Whole(1));
        var daysBeforeYear = _graph.Add(_graph.Subtract(_graph.Add(Times(lastYear, 365), Divided(lastYear, 4)), Divided(lastYear, 100)), Divided(lastYear, 400));
        _known[MomentPart.Year] = year;
        _known[MomentPart.Month] = _graph.Add(monthFromMarch, _graph.Where(isAfterNewYear, _graph.Whole(-9), _graph.Whole(3)));
        _known[MomentPart.Day] = _graph.Subtract(_graph.Add(dayOfYear, _graph.Whole(1)), Divided(_graph.Add(Times(monthFromMarch, 153), _graph.Whole(2)), 5));
        _known[MomentPart.DayOfYear] = _graph.Add(_graph.Subtract(_day, daysBeforeYear), _graph.Whole(1));
    }

    /// <summary>Sine or cosine of a part on its circle, from a table.</summary>
    private OnnxValue Circle(MomentPart part, int first, int count, double round, Func<double, double> of)
    {
        double[] table = [.. Enumerable.Range(0, count).Select(at => of(Math.Tau * at / round))];
        return _graph.Node("Gather", OnnxType.Double, [_graph.Constant(table, count), _graph.Subtract(Whole(part), _graph.Whole(first))], OnnxAttribute.Of("axis", 0));
    }

    /// <summary>Sine of the time of day; some runtimes have no cosine in double precision.</summary>
    private OnnxValue Sine(double shift)
    {
        var angle = _graph.Multiply(Ratio(TicksOfDay(), TimeSpan.TicksPerDay), _graph.Number(Math.Tau));
        return _graph.Node("Sin", OnnxType.Double, [shift == 0 ? angle : _graph.Add(angle, _graph.Number(shift))]);
    }

    private OnnxValue TicksOfDay() => Remainder(_ticks, TimeSpan.TicksPerDay);

    private OnnxValue Ratio(OnnxValue ticks, long unit) => _graph.Divide(_graph.Cast(ticks, OnnxType.Double), _graph.Number(unit));

    private OnnxValue Times(OnnxValue value, long by) => _graph.Multiply(value, _graph.Whole(by));

    private OnnxValue Divided(OnnxValue value, long by) => _graph.Divide(value, _graph.Whole(by));

    private OnnxValue Remainder(OnnxValue value, long by) => _graph.Subtract(value, Times(Divided(value, by), by));
}
