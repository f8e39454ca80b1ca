using System.Globalization;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Training;

/// <summary>Writes a training as the text of its file; <see cref="TrainingReader"/> reads the same training from it.</summary>
internal static class SpecText
{
    /// <summary>The YAML.</summary>
    public static string Write(TrainingSpec spec)
    {
        var file = new Dictionary<string, object?> { ["id"] = spec.Id, ["name"] = spec.Name };
        AddIf(spec.Description.Length > 0, "description", spec.Description);
        file["table"] = spec.Table.ToString();
        file["target"] = spec.Target;
        AddIf(spec.Task is not null, "task", spec.Task == Learning.LearningTask.Regression ? "regression" : "classification");
        AddIf(spec.Exclude.Count > 0, "exclude", Texts(spec.Exclude));
        AddIf(spec.Roles.Count > 0, "roles", spec.Roles.ToDictionary(role => role.Key, role => (object?)role.Value.ToString().ToLowerInvariant()));
        AddIf(spec.Weights is not null, "weights", spec.Weights);
        AddIf(spec.Split is not null, "split", Split(spec.Split));
        AddIf(spec.Metric is not null, "metric", spec.Metric);
        AddIf(spec.Budget is not null, "budget", string.Create(CultureInfo.InvariantCulture, $"{spec.Budget?.TotalSeconds:0.###}s"));
        AddIf(spec.Trials is not null, "trials", (long?)spec.Trials);
        AddIf(spec.Families.Count > 0, "families", Texts(spec.Families.Select(TrainingReader.Spelling)));
        AddIf(spec.Seed != 0, "seed", (long)spec.Seed);
        AddIf(spec.Costs is not null, "costs", new Dictionary<string, object?> { ["false_positive"] = spec.Costs?.FalsePositive, ["false_negative"] = spec.Costs?.FalseNegative });
        AddIf(spec.Truth is not null, "truth", new Dictionary<string, object?> { ["table"] = spec.Truth?.Table.ToString(), ["key"] = Texts(spec.Truth?.Keys ?? []) });
        AddIf(spec.Retrain is not null, "retrain", spec.Retrain is null ? null : Retraining.RetrainReader.Write(spec.Retrain));
        return YamlWriter.Document(file);

        void AddIf(bool condition, string key, object? value)
        {
            if (condition)
            {
                file[key] = value;
            }
        }
    }

    private static List<object?> Texts(IEnumerable<string> texts) => [.. texts];

    private static Dictionary<string, object?> Split(SplitChoice? split)
    {
        var written = new Dictionary<string, object?> { ["by"] = split?.Kind.ToString().ToLowerInvariant() };
        if (split?.Column is { } column)
        {
            written["column"] = column;
        }
        return written;
    }
}
