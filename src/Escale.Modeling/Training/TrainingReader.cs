using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Preparation;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Training;

/// <summary>Reads <c>ml/NAME.yml</c>.</summary>
internal static partial class TrainingReader
{
    private enum Task
    {
        Regression,
        Classification,
    }

    private enum Role
    {
        Number,
        Category,
        Text,
        Timestamp,
        Identifier,
        Ignored,
    }

    /// <summary>The spec of a file.</summary>
    /// <param name="document">The file.</param>
    /// <param name="name">The file's name without its ending: the training's name unless the file says another.</param>
    /// <param name="path">The file relative to the project, or null.</param>
    /// <exception cref="EscaleException"><c>projects.*</c>, <c>modeling.spec-invalid</c>, with the place.</exception>
    public static TrainingSpec Read(YamlNode document, string name, string? path)
    {
        var reader = document.AsMap("a training").Reader("a training");
        name = reader.Text("name", name);
        if (!IsName().IsMatch(name))
        {
            throw (reader.Node("name") ?? document).Error("modeling.spec-invalid", $"'{name}' cannot be the name of a training.", "Use letters, digits, - and _, beginning with a letter; 60 at most.");
        }
        var (budget, trials) = (reader.Duration("budget"), reader.Integer("trials", 2, 100_000));
        if (budget is { } time && time < TimeSpan.FromSeconds(1))
        {
            throw reader.Node("budget")!.Error("modeling.spec-invalid", "The budget is below one second.", "Write a time such as 60s or 5m.");
        }
        var spec = new TrainingSpec
        {
            Id = reader.Text("id", name),
            Name = name,
            Description = reader.Text("description", ""),
            Table = Table(reader),
            Target = reader.Text("target"),
            Task = reader.Has("task") ? reader.Choice("task", Task.Regression) == Task.Regression ? LearningTask.Regression : LearningTask.Multiclass : null,
            Exclude = reader.Texts("exclude"),
            Roles = Roles(reader),
            Weights = reader.TextOrNull("weights"),
            Split = Split(reader.MapOrNull("split", "the split")),
            Metric = Metric(reader),
            Budget = budget ?? (trials is null ? TrainingSpec.DefaultBudget : null),
            Trials = (int?)trials,
            Families = [.. reader.Texts("families").Select(family => Family(reader, family)).Distinct()],
            Seed = (int)(reader.Integer("seed", int.MinValue, int.MaxValue) ?? 0),
            Costs = Costs(reader.MapOrNull("costs", "the costs")),
            Truth = Truth(reader.MapOrNull("truth", "the truth")),
            Retrain = Retraining.RetrainReader.Read(reader.MapOrNull("retrain", "the rule of retraining")),
            Path = path,
        };
        reader.Done();
        return Consistent(reader, spec);
    }

    private static TableName Table(YamlReader reader)
    {
        try
        {
            return TableName.Parse(reader.Text("table"));
        }
        catch (EscaleException error) when (error.Place is null)
        {
            throw error.At(reader.Need("table").Place);
        }
    }

    private static Truth.TruthSource? Truth(YamlReader? reader)
    {
        if (reader is null)
        {
            return null;
        }
        reader.Need("key");
        var source = new Truth.TruthSource(Table(reader), reader.Texts("key"));
        reader.Done();
        return source;
    }

    private static Dictionary<string, ColumnRole> Roles(YamlReader reader)
    {
        if (reader.MapOrNull("roles", "the roles") is not { } roles)
        {
            return [];
        }
        var read = roles.Map.Entries.ToDictionary(entry => entry.Name, entry => Enum.Parse<ColumnRole>(roles.Choice(entry.Name, Role.Ignored).ToString()), StringComparer.Ordinal);
        roles.Done();
        return read;
    }

    private static SplitChoice? Split(YamlReader? reader)
    {
        if (reader is null)
        {
            return null;
        }
        reader.Need("by");
        var split = new SplitChoice(reader.Choice("by", SplitKind.Random), reader.TextOrNull("column"));
        if (split.Kind != SplitKind.Random)
        {
            reader.Need("column");
        }
        else if (split.Column is not null)
        {
            throw reader.Node("column")!.Error("modeling.spec-invalid", "A random split takes no column.", "Remove the column, or write by: time or by: group.");
        }
        reader.Done();
        return split;
    }

    private static string? Metric(YamlReader reader)
    {
        if (reader.Node("metric") is not { } node)
        {
            return null;
        }
        try
        {
            return Learning.Metrics.Metric.ByName(node.AsText()).Name;
        }
        catch (LearningException error)
        {
            throw node.Error("projects.unknown-value", $"'metric' cannot be '{node.AsText()}'.", Nearest.Remedy(node.AsText(), Learning.Metrics.Metric.All.Select(metric => metric.Name), error.Remedy ?? ""));
        }
    }

    private static ModelFamily Family(YamlReader reader, string text)
    {
        var known = Enum.GetValues<ModelFamily>().Where(family => family != ModelFamily.Ensemble).ToDictionary(Spelling, StringComparer.Ordinal);
        return known.TryGetValue(text, out var family) ? family : throw reader.Node("families")!.Error(
            "projects.unknown-value", $"There is no family '{text}'.", Nearest.Remedy(text, known.Keys, "It is one of " + string.Join(", ", known.Keys) + "."));
    }

    /// <summary>How a family is written in files.</summary>
    public static string Spelling(ModelFamily family) => Capitals().Replace(family.ToString(), match => (match.Index > 0 ? "_" : "") + match.Value.ToLowerInvariant());

    private static ErrorCosts? Costs(YamlReader? reader)
    {
        if (reader is null)
        {
            return null;
        }
        _ = (reader.Need("false_positive"), reader.Need("false_negative"));
        var costs = new ErrorCosts(reader.Number("false_positive", 0)!.Value, reader.Number("false_negative", 0)!.Value);
        reader.Done();
        return costs.FalsePositive + costs.FalseNegative > 0 ? costs : throw reader.Map.Error("modeling.spec-invalid", "No error costs anything.", "Give one of the two errors a cost above 0.");
    }

    private static TrainingSpec Consistent(YamlReader reader, TrainingSpec spec)
    {
        string[] used = [.. new[] { spec.Weights, spec.Split?.Column }.OfType<string>()];
        if (spec.Exclude.Contains(spec.Target) || used.Contains(spec.Target) || spec.Roles.ContainsKey(spec.Target))
        {
            throw reader.Need("target").Error("modeling.spec-invalid", $"'{spec.Target}' is the target: it cannot be excluded, weigh rows, split them or have another role.", "Name another column there.");
        }
        if (spec.Metric is { } metric && spec.Task is { } task && !Learning.Metrics.Metric.ByName(metric).Supports(task) && !Learning.Metrics.Metric.ByName(metric).Supports(LearningTask.Binary))
        {
            throw reader.Need("metric").Error("modeling.spec-invalid", $"{metric} does not judge such a task.", "Choose another metric, or leave it out.");
        }
        return spec.Costs is not null && spec.Task == LearningTask.Regression
            ? throw reader.Need("costs").Error("modeling.spec-invalid", "Numbers have no false positives.", "Remove the costs.")
            : spec;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,59}$", RegexOptions.NonBacktracking)]
    private static partial Regex IsName();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capitals();
}
