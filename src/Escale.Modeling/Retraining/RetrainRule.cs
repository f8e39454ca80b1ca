using System.Globalization;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Retraining;

/// <summary>When a challenger is trained, and when it takes the champion's place. Immutable.</summary>
/// <param name="OnDrift">When what an endpoint is asked looks other than at training.</param>
/// <param name="OnQuality">When the errors in use are clearly larger than at training.</param>
/// <param name="NewRows">When the table has so many rows more than were learned from, or null.</param>
/// <param name="Age">When the version in use is so old, or null.</param>
/// <param name="Margin">By how much the challenger must be better, in the metric: the lower end of where the difference lies with 95 % confidence. 0: better, and not by chance.</param>
/// <param name="Pause">The least time between two trainings by this rule.</param>
/// <param name="Promote">Whether a better challenger takes the place by itself; else a person decides.</param>
public sealed record RetrainRule(bool OnDrift, bool OnQuality, long? NewRows, TimeSpan? Age, double Margin, TimeSpan Pause, bool Promote)
{
    /// <summary>The pause when none is given.</summary>
    public static TimeSpan DefaultPause { get; } = TimeSpan.FromDays(1);

    /// <summary>The rule of a challenge that a person asks for, for a model that has none.</summary>
    public static RetrainRule Plain { get; } = new(false, false, null, null, 0, DefaultPause, Promote: true);
}

/// <summary>Reads and writes <c>retrain:</c> of <c>ml/NAME.yml</c>.</summary>
internal static class RetrainReader
{
    /// <summary>The rule, or null.</summary>
    public static RetrainRule? Read(YamlReader? reader)
    {
        if (reader is null)
        {
            return null;
        }
        var rule = new RetrainRule(
            reader.Bool("drift", false), reader.Bool("quality", false), reader.Integer("new_rows", 1, 1_000_000_000_000), reader.Duration("age"), reader.Number("margin", 0) ?? 0, reader.Duration("pause") ?? RetrainRule.DefaultPause,
            reader.Bool("promote", true));
        reader.Done();
        return rule is { OnDrift: false, OnQuality: false, NewRows: null, Age: null }
            ? throw reader.Map.Error("modeling.spec-invalid", "The rule of retraining says no time to train.", "Write drift: true, quality: true, new_rows: 500 or age: 30d under retrain.")
            : rule;
    }

    /// <summary>As YAML.</summary>
    public static Dictionary<string, object?> Write(RetrainRule rule)
    {
        var file = new Dictionary<string, object?>();
        Add(rule.OnDrift, "drift", true);
        Add(rule.OnQuality, "quality", true);
        Add(rule.NewRows is not null, "new_rows", rule.NewRows);
        Add(rule.Age is not null, "age", Time(rule.Age ?? default));
        Add(rule.Margin > 0, "margin", rule.Margin);
        Add(rule.Pause != RetrainRule.DefaultPause, "pause", Time(rule.Pause));
        Add(!rule.Promote, "promote", false);
        return file;

        void Add(bool condition, string key, object? value)
        {
            if (condition)
            {
                file[key] = value;
            }
        }
    }

    private static string Time(TimeSpan time) => time.TotalDays >= 1 && time.Ticks % TimeSpan.TicksPerDay == 0 ? $"{time.Days}d" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");
}
