using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Encodings.Web;

namespace Escale.Modeling.Training;

/// <summary>Writes a training as the text of its file; <see cref="TrainingReader"/> reads the same training from it.</summary>
internal static class SpecText
{
    private static readonly JsonSerializerOptions _text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The YAML.</summary>
    public static string Write(TrainingSpec spec)
    {
        var text = new StringBuilder();
        Add("id", Quoted(spec.Id));
        Add("name", Quoted(spec.Name));
        AddIf(spec.Description.Length > 0, "description", Quoted(spec.Description));
        Add("table", Quoted(spec.Table.ToString()));
        Add("target", Quoted(spec.Target));
        AddIf(spec.Task is not null, "task", spec.Task == Learning.LearningTask.Regression ? "regression" : "classification");
        AddIf(spec.Exclude.Count > 0, "exclude", List(spec.Exclude.Select(Quoted)));
        AddIf(spec.Roles.Count > 0, "roles", "{" + string.Join(", ", spec.Roles.Select(role => $"{Quoted(role.Key)}: {role.Value.ToString().ToLowerInvariant()}")) + "}");
        AddIf(spec.Weights is not null, "weights", Quoted(spec.Weights ?? ""));
        AddIf(spec.Split is not null, "split", spec.Split is { Column: { } column } split ? $"{{by: {split.Kind.ToString().ToLowerInvariant()}, column: {Quoted(column)}}}" : "{by: random}");
        AddIf(spec.Metric is not null, "metric", Quoted(spec.Metric ?? ""));
        AddIf(spec.Budget is not null, "budget", string.Create(CultureInfo.InvariantCulture, $"{spec.Budget?.TotalSeconds:0.###}s"));
        AddIf(spec.Trials is not null, "trials", string.Create(CultureInfo.InvariantCulture, $"{spec.Trials}"));
        AddIf(spec.Families.Count > 0, "families", List(spec.Families.Select(TrainingReader.Spelling)));
        AddIf(spec.Seed != 0, "seed", spec.Seed.ToString(CultureInfo.InvariantCulture));
        AddIf(spec.Costs is not null, "costs", string.Create(CultureInfo.InvariantCulture, $"{{false_positive: {spec.Costs?.FalsePositive:0.############}, false_negative: {spec.Costs?.FalseNegative:0.############}}}"));
        return text.ToString();

        void Add(string key, string value) => text.Append(key).Append(": ").Append(value).Append('\n');

        void AddIf(bool condition, string key, string value)
        {
            if (condition)
            {
                Add(key, value);
            }
        }
    }

    // A JSON string is a YAML string.
    private static string Quoted(string text) => text.All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or '.') && text.Length > 0 && text is not ("true" or "false" or "yes" or "no" or "on" or "off" or "null" or "." or "y" or "n")
        && char.IsAsciiLetter(text[0]) ? text : JsonSerializer.Serialize(text, _text);

    private static string List(IEnumerable<string> items) => "[" + string.Join(", ", items) + "]";
}
