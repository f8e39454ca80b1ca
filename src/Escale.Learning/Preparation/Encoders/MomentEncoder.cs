using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>What is read from a moment. The names are those of saved files.</summary>
internal enum MomentPart
{
    ElapsedDays,
    Year,
    Month,
    Day,
    Weekday,
    DayOfYear,
    Hour,
    MonthSine,
    MonthCosine,
    WeekdaySine,
    WeekdayCosine,
    DayOfYearSine,
    DayOfYearCosine,
    HourSine,
    HourCosine,
    IsMissing,
}

/// <summary>A moment as the parts of its date: days since 2000-01-01, year, month, day, weekday (Monday 0), hour; those that come round also on a circle.</summary>
internal sealed class MomentEncoder : ColumnEncoder
{
    public const string KindName = "moment";

    private static readonly long _start = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).Ticks;
    private readonly MomentPart[] _parts;
    private readonly NumberStep[] _steps;

    private MomentEncoder(int input, IReadOnlyList<Feature> features, MomentPart[] parts, NumberStep[] steps)
        : base(input, features) => (_parts, _steps) = (parts, steps);

    public IReadOnlyList<MomentPart> Parts => _parts;

    /// <summary>What is done to each part.</summary>
    public IReadOnlyList<NumberStep> Steps => _steps;

    public override string Kind => KindName;

    public static MomentEncoder? Fit(Column column, int input, FitContext context)
    {
        var ticks = CellReading.Moments(column);
        var hasMissing = ticks.Contains(CellReading.NoMoment);
        var (features, parts, steps) = (new List<Feature>(), new List<MomentPart>(), new List<NumberStep>());
        foreach (var part in Candidates(context))
        {
            var numbers = Array.ConvertAll(ticks, tick => Number(part, tick));
            if (NumberStep.Fit(numbers, context.Settings) is not { } step || step.Least == step.Most)
            {
                continue; // Always the same, such as the hour of a date: says nothing.
            }
            features.Add(new Feature($"{column.Name}: {Name(part)}", null, column.Name));
            parts.Add(part);
            steps.Add(context.Style == FeatureStyle.Native ? NumberStep.Plain : step);
        }
        if (hasMissing && context.Style == FeatureStyle.Scaled && context.Settings.AddMissingIndicators && ticks.Any(tick => tick != CellReading.NoMoment))
        {
            features.Add(new Feature($"{column.Name} is missing", null, column.Name));
            parts.Add(MomentPart.IsMissing);
            steps.Add(NumberStep.Plain);
        }
        return features.Count == 0 ? null : new MomentEncoder(input, features, [.. parts], [.. steps]);
    }

    public override ReadOnlyMemory<float>[] Encode(Column column)
    {
        var ticks = CellReading.Moments(column);
        var columns = NewColumns(ticks.Length);
        for (var at = 0; at < columns.Length; at++)
        {
            for (var row = 0; row < ticks.Length; row++)
            {
                columns[at][row] = _steps[at].Apply(Number(_parts[at], ticks[row]));
            }
        }
        return Done(columns);
    }

    public override void EncodeRow(in CellValue cell, Span<float> features)
    {
        for (var at = 0; at < features.Length; at++)
        {
            features[at] = _steps[at].Apply(Number(_parts[at], cell.Ticks));
        }
    }

    public static MomentEncoder Load(SavedNode node, int input, IReadOnlyList<Feature> features)
    {
        var parts = node.Texts("parts").Select(name => System.Enum.TryParse<MomentPart>(name, out var part) && System.Enum.IsDefined(part)
            ? part : throw SavedNode.Damaged($"'{name}' is no part of a date")).ToArray();
        CheckCount(features, parts.Length);
        var steps = node.Array<double>("steps", parts.Length * 5);
        return new MomentEncoder(input, features, parts, [.. Enumerable.Range(0, parts.Length).Select(at => NumberStep.Load(steps.AsSpan(at * 5, 5)))]);
    }

    protected override void SaveOwn(SavedNode node)
    {
        node.Set("parts", _parts.Select(part => part.ToString()));
        node.SetArray<double>("steps", [.. _steps.SelectMany(step => step.Saved())]);
    }

    private static IEnumerable<MomentPart> Candidates(FitContext context)
    {
        MomentPart[] whole = [MomentPart.ElapsedDays, MomentPart.Year, MomentPart.Month, MomentPart.Day, MomentPart.Weekday, MomentPart.DayOfYear, MomentPart.Hour];
        return context is { Style: FeatureStyle.Scaled, Settings.CyclicDates: true }
            ? [.. whole, .. Enumerable.Range((int)MomentPart.MonthSine, 8).Select(part => (MomentPart)part)]
            : whole;
    }

    private static double Number(MomentPart part, long ticks)
    {
        if (ticks == CellReading.NoMoment)
        {
            return part == MomentPart.IsMissing ? 1 : double.NaN;
        }
        var moment = new DateTime(ticks);
        var weekday = ((int)moment.DayOfWeek + 6) % 7;
        return part switch
        {
            MomentPart.ElapsedDays => (ticks - _start) / (double)TimeSpan.TicksPerDay,
            MomentPart.Year => moment.Year,
            MomentPart.Month => moment.Month,
            MomentPart.Day => moment.Day,
            MomentPart.Weekday => weekday,
            MomentPart.DayOfYear => moment.DayOfYear,
            MomentPart.Hour => moment.TimeOfDay.TotalHours,
            MomentPart.MonthSine => Math.Sin(Math.Tau * (moment.Month - 1) / 12),
            MomentPart.MonthCosine => Math.Cos(Math.Tau * (moment.Month - 1) / 12),
            MomentPart.WeekdaySine => Math.Sin(Math.Tau * weekday / 7),
            MomentPart.WeekdayCosine => Math.Cos(Math.Tau * weekday / 7),
            MomentPart.DayOfYearSine => Math.Sin(Math.Tau * (moment.DayOfYear - 1) / 365.25),
            MomentPart.DayOfYearCosine => Math.Cos(Math.Tau * (moment.DayOfYear - 1) / 365.25),
            MomentPart.HourSine => Math.Sin(Math.Tau * moment.TimeOfDay.TotalDays),
            MomentPart.HourCosine => Math.Cos(Math.Tau * moment.TimeOfDay.TotalDays),
            _ => 0,
        };
    }

    private static string Name(MomentPart part) => part switch
    {
        MomentPart.ElapsedDays => "days since 2000",
        MomentPart.DayOfYear => "day of year",
        MomentPart.MonthSine => "month, sine",
        MomentPart.MonthCosine => "month, cosine",
        MomentPart.WeekdaySine => "weekday, sine",
        MomentPart.WeekdayCosine => "weekday, cosine",
        MomentPart.DayOfYearSine => "day of year, sine",
        MomentPart.DayOfYearCosine => "day of year, cosine",
        MomentPart.HourSine => "hour, sine",
        MomentPart.HourCosine => "hour, cosine",
        _ => part.ToString().ToLowerInvariant(),
    };
}
