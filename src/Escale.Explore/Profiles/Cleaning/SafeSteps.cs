using System.Text.Json.Nodes;
using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Recipes.Suggestions;
using Escale.Ui;

namespace Escale.Explore.Profiles.Cleaning;

/// <summary>
/// "Clean it for me": the steps that lose nothing, in the order in which they help each other. What needs a decision (values far out, how to fill, what
/// is written in several ways, personal data) is left to people, as are dates and numbers of which some cannot be read.
/// </summary>
internal static class SafeSteps
{
    private static readonly string[] _order = ["trim", "control_signs", "null_words", "number_as_text", "date_as_text", "duplicate_rows", "drop"];

    /// <summary>The safe steps, but for those that people have refused, or taught the tree not to suggest; each with a note that says why.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="reader">Whose language the notes are in.</param>
    /// <param name="adviser">The tree; null: as it ships.</param>
    /// <param name="isRefused">Whether somebody refused a kind of step for a column; null: nobody did.</param>
    public static IReadOnlyList<JsonObject> Of(TableProfile profile, Reader reader, Adviser? adviser = null, Func<string, string, bool>? isRefused = null)
    {
        var unwanted = adviser is null || adviser == Adviser.Shipped ? [] : Advised(profile, Adviser.Shipped).Except(Advised(profile, adviser)).ToHashSet();
        bool IsUnwanted(Alert alert) => SuggestedKind.All.First(kind => kind.Alerts.Contains(alert.Code)).Name is var kind && alert.Columns.FirstOrDefault("") is var column && (isRefused?.Invoke(column, kind) == true || unwanted.Contains((kind, column)));
        var safe = profile.Alerts.Where(alert => alert.Step is not null && IsSafe(alert, profile) && !IsUnwanted(alert)).ToList();
        return
        [
            .. safe.GroupBy(alert => (Kind: KindOf(alert), Settings: SettingsOf(alert.Step!))).OrderBy(group => Array.IndexOf(_order, group.Key.Kind)).ThenBy(group => group.Key.Settings, StringComparer.Ordinal)
                .Select(group => Joined([.. group], profile, reader)),
        ];
    }

    private static IEnumerable<(string Kind, string Column)> Advised(TableProfile profile, Adviser adviser) => Suggester.Find(profile, adviser).Select(found => (found.Advice.Kind.Name, found.ColumnName));

    /// <summary>The steps as a recipe's file.</summary>
    public static string Yaml(TableProfile profile, IReadOnlyList<JsonObject> steps) =>
        $"table: {profile.Name}\nsteps:\n{string.Join('\n', steps.Select(step => "  " + StepJson.Yaml(step).Replace("\n", "\n  ", StringComparison.Ordinal)))}\n";

    /// <summary>Whether what mends an alert loses nothing.</summary>
    public static bool IsSafe(Alert alert, TableProfile profile) => alert.Code switch
    {
        _ when !profile.Basis.IsWhole => false, // a sample cannot tell that a column is constant, or that all of its values can be read
        "padded" or "empty_texts" or "control_signs" or "duplicate_rows" or "empty_column" or "constant" => true,
        "null_words" => NullWords.AreCertain(ColumnOf(alert, profile)),
        "number_as_text" or "date_as_text" => ColumnOf(alert, profile) is { Meaning.Share: >= 1 } && profile.Basis.IsExact && HasFormats(alert.Step!),
        _ => false,
    };

    private static bool HasFormats(JsonObject step) => step["formats"] is not JsonArray { Count: 0 };

    private static ColumnProfile ColumnOf(Alert alert, TableProfile profile) => profile.Columns.First(column => column.Name == alert.Columns[0]);

    private static string KindOf(Alert alert) => alert.Code switch { "padded" or "empty_texts" => "trim", "empty_column" or "constant" => "drop", var code => code };

    /// <summary>The settings of a step but for its columns: steps with the same can be one.</summary>
    public static string SettingsOf(JsonObject step) => string.Join('\n', step.Where(setting => setting.Key != "columns").Select(setting => $"{setting.Key}={setting.Value?.ToJsonString()}"));

    private static JsonObject Joined(IReadOnlyList<Alert> alerts, TableProfile profile, Reader reader)
    {
        var step = alerts[0].Step!.DeepClone().AsObject();
        if (step["columns"] is not null)
        {
            var columns = alerts.SelectMany(alert => alert.Columns).ToHashSet(StringComparer.Ordinal);
            step["columns"] = new JsonArray([.. profile.Columns.Select(column => column.Name).Where(columns.Contains).Select(name => (JsonNode)name)]);
        }
        step["note"] = string.Join("; ", alerts.Take(4).Select(alert => AlertWords.Tell(alert, reader).Title)) + (alerts.Count > 4 ? "; …" : "");
        return step;
    }
}
