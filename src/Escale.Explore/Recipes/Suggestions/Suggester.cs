using System.Text.Json.Nodes;
using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Profiles.Cleaning;
using Escale.Ui;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>A step that is suggested.</summary>
/// <param name="Kind">What kind of step; with the columns what it is known by.</param>
/// <param name="Columns">The columns; none: the whole table.</param>
/// <param name="Step">The step as it stands in a recipe's file, ready to be added.</param>
/// <param name="Title">What it does.</param>
/// <param name="Reason">Why, in the reader's language.</param>
/// <param name="Path">The whole way through the decision tree, a line for each thing that it asked.</param>
/// <param name="Rows">Rows concerned, where that is known.</param>
/// <param name="Share">Their share.</param>
/// <param name="IsSafe">Whether nothing is lost by it, so that "clean it for me" takes it.</param>
/// <param name="Sureness">The share of alike examples that wanted it, 0 to 1.</param>
internal sealed record Suggestion(
    string Kind, IReadOnlyList<string> Columns, JsonObject Step, string Title, string Reason, IReadOnlyList<string> Path, long? Rows, double? Share, bool IsSafe, double Sureness);

/// <summary>Makes suggestions of a profile by the tree: what it advises for each column, with the step that the profile's alerts know.</summary>
internal static class Suggester
{
    private static readonly Text _of = new("{0}: {1}", "{0} : {1}");

    /// <summary>What is advised for one column or the table, with the alert that knows the step.</summary>
    internal sealed record Found(Advice Advice, ColumnProfile? Column, Alert Alert, JsonObject Step, bool IsSafe)
    {
        public string ColumnName => Column?.Name ?? "";
    }

    /// <summary>All that is advised, the table's own last, columns in their order.</summary>
    public static IEnumerable<Found> Find(TableProfile profile, Adviser adviser, Func<string, string, bool>? isRefused = null)
    {
        if (profile.Rows == 0)
        {
            yield break;
        }
        foreach (var column in profile.Columns.Append(null))
        {
            foreach (var advice in adviser.Advise(column is null ? Signs.Of(profile) : Signs.Of(column, profile)))
            {
                if (isRefused?.Invoke(column?.Name ?? "", advice.Kind.Name) != true && advice.Kind.AlertFor(profile, column) is { } alert && advice.Kind.StepFor(alert, column) is { } step && IsWhole(step))
                {
                    yield return new Found(advice, column, alert, step, SafeSteps.IsSafe(alert, profile) && alert.Step is not null && alert.Code != "missing");
                }
            }
        }
    }

    /// <summary>The suggestions, those that are surest and concern most rows first; columns that need the same step share one.</summary>
    public static IReadOnlyList<Suggestion> Suggest(TableProfile profile, Adviser adviser, Reader reader, Func<string, string, bool>? isRefused = null) =>
    [
        .. Find(profile, adviser, isRefused).GroupBy(found => (found.Advice.Kind.Name, SafeSteps.SettingsOf(found.Step), found.IsSafe, One: found.Step["columns"] is null ? found.ColumnName : ""))
            .Select(group => Joined([.. group.OrderByDescending(found => found.Alert.Rows ?? 0)], profile, reader))
            .OrderByDescending(suggestion => Math.Round(suggestion.Sureness, 2)).ThenByDescending(suggestion => suggestion.IsSafe).ThenByDescending(suggestion => suggestion.Share ?? 0).ThenBy(suggestion => suggestion.Kind, StringComparer.Ordinal)
    ];

    private static Suggestion Joined(IReadOnlyList<Found> alike, TableProfile profile, Reader reader)
    {
        var (first, columns) = (alike[0], alike.Select(found => found.ColumnName).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal));
        string[] names = [.. profile.Columns.Select(column => column.Name).Where(columns.Contains)];
        var step = first.Step.DeepClone().AsObject();
        if (step["columns"] is not null && names.Length > 0)
        {
            step["columns"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        }
        var reason = SignWords.Reason(first.Advice, reader);
        return new Suggestion(
            first.Advice.Kind.Name, names, step, SignWords.Capital(reader[first.Advice.Kind.Title]), names.Length > 1 ? reader[_of, first.ColumnName, reason] : reason, SignWords.Path(first.Advice, reader),
            alike.Any(found => found.Alert.Rows is null) ? null : alike.Max(found => found.Alert.Rows), alike.Max(found => found.Alert.Share), first.IsSafe, alike.Min(found => found.Advice.Sureness));
    }

    // Dates whose formats are unknown, words that nobody saw: what the alert cannot say, no step can.
    private static bool IsWhole(JsonObject step) => step["formats"] is not JsonArray { Count: 0 } && step["values"] is not JsonObject { Count: 0 };
}
