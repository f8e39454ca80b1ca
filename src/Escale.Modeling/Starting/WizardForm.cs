using System.Globalization;
using Escale.Kernel;
using Escale.Learning.Automatic;
using Escale.Modeling.Training;
using Escale.Projects.Yaml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Escale.Modeling.Starting;

/// <summary>What was filled in on the page that starts a training, as it was written: it is shown again when something must be corrected.</summary>
public sealed record WizardForm
{
    /// <summary>The model's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The table.</summary>
    public string Table { get; init; } = "";

    /// <summary>The column to predict.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether the expert settings are used.</summary>
    public bool IsExpert { get; init; }

    /// <summary>The most time; half a minute unless another is chosen, so that a first model of a small table is there within a minute of its file.</summary>
    public string Budget { get; init; } = "30s";

    /// <summary>The most models.</summary>
    public string Trials { get; init; } = "";

    /// <summary>What to be good at; empty for the usual.</summary>
    public string Metric { get; init; } = "";

    /// <summary>The column with the weight of each row.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Where chance starts.</summary>
    public string Seed { get; init; } = "";

    /// <summary>How rows are set aside: empty, random, time:COLUMN or group:COLUMN.</summary>
    public string Split { get; init; } = "";

    /// <summary>What a false alarm costs.</summary>
    public string CostPositive { get; init; } = "";

    /// <summary>What a miss costs.</summary>
    public string CostNegative { get; init; } = "";

    /// <summary>Kinds of model; empty for all.</summary>
    public IReadOnlyList<string> Families { get; init; } = [];

    /// <summary>Columns not to learn from.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The training that is written anew, or empty.</summary>
    public string Replaces { get; init; } = "";

    /// <summary>Reads what was sent.</summary>
    internal static WizardForm Read(IFormCollection form) => new()
    {
        Name = Text(form["name"]), Description = Text(form["description"]), Table = Text(form["table"]), Target = form["target"].ToString(), IsExpert = form["mode"] == "expert",
        Budget = Text(form["budget"]), Trials = Text(form["trials"]), Metric = Text(form["metric"]), Weights = form["weights"].ToString(), Seed = Text(form["seed"]), Split = form["split"].ToString(),
        CostPositive = Text(form["cost_positive"]), CostNegative = Text(form["cost_negative"]), Families = [.. form["family"].OfType<string>()],
        Exclude = [.. form["column"].OfType<string>().Except(form["use"].OfType<string>(), StringComparer.Ordinal)], Replaces = Text(form["replaces"]),
    };

    /// <summary>What a training that is there says, to be changed.</summary>
    internal static WizardForm Of(TrainingSpec spec) => new()
    {
        Name = spec.Name, Description = spec.Description, Table = spec.Table.ToString(), Target = spec.Target, IsExpert = true,
        Budget = spec.Budget is { } budget ? string.Create(CultureInfo.InvariantCulture, $"{budget.TotalSeconds:0.###}s") : "", Trials = spec.Trials?.ToString(CultureInfo.InvariantCulture) ?? "",
        Metric = spec.Metric ?? "", Weights = spec.Weights ?? "", Seed = spec.Seed == 0 ? "" : spec.Seed.ToString(CultureInfo.InvariantCulture),
        Split = spec.Split is { } split ? split.Column is null ? "random" : $"{split.Kind.ToString().ToLowerInvariant()}:{split.Column}" : "",
        CostPositive = spec.Costs?.FalsePositive.ToString(CultureInfo.InvariantCulture) ?? "", CostNegative = spec.Costs?.FalseNegative.ToString(CultureInfo.InvariantCulture) ?? "",
        Families = [.. spec.Families.Select(TrainingReader.Spelling)], Exclude = spec.Exclude, Replaces = spec.Name,
    };

    /// <summary>The training that it asks for, checked as one in a file is.</summary>
    /// <exception cref="EscaleException"><c>modeling.spec-invalid</c>, <c>projects.*</c>.</exception>
    internal TrainingSpec ToSpec(TrainingSpec? before)
    {
        // The texts of the form are put into the training's own text and read from there: one set of rules, one set of errors.
        var spec = (before ?? new TrainingSpec { Id = Name, Name = Name, Table = TableName.Parse(Table), Target = Target }) with
        {
            Name = Name, Description = Description, Table = TableName.Parse(Table), Target = Target, Exclude = Exclude, Budget = null, Trials = null, Metric = null, Weights = null, Split = null, Seed = 0, Costs = null, Families = [],
        };
        var text = new System.Text.StringBuilder(SpecText.Write(spec));
        Add("budget", Budget);
        if (IsExpert)
        {
            Add("trials", Trials);
            Add("metric", Metric);
            Add("weights", Quoted(Weights));
            Add("seed", Seed);
            Add("split", SplitText());
            Add("families", Families.Count is 0 || Families.Count == Enum.GetValues<ModelFamily>().Length - 2 ? "" : "[" + string.Join(", ", Families.Select(Quoted)) + "]");
            Add("costs", CostPositive.Length + CostNegative.Length > 0 ? $"{{false_positive: {Number(CostPositive)}, false_negative: {Number(CostNegative)}}}" : "");
        }
        return TrainingReader.Read(YamlFile.Parse(text.ToString(), "ml/" + Name + ".yml"), Name, "ml/" + Name + ".yml");

        void Add(string key, string value)
        {
            if (value.Length > 0)
            {
                text.Append(key).Append(": ").Append(value.ReplaceLineEndings(" ")).Append('\n');
            }
        }
    }

    private string SplitText()
    {
        var colon = Split.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? Split == "random" ? "{by: random}" : "" : $"{{by: {(Split.StartsWith("time:", StringComparison.Ordinal) ? "time" : "group")}, column: {Quoted(Split[(colon + 1)..])}}}";
    }

    // What is no number is shown as it was written, quoted, by the error that follows.
    private static string Number(string text)
    {
        var plain = text.Replace(',', '.');
        return plain.Length == 0 ? "1" : double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : Quoted(text);
    }

    private static string Quoted(string text) => text.Length == 0 ? "" : System.Text.Json.JsonSerializer.Serialize(text);

    private static string Text(StringValues values) => values.ToString().Trim();
}
