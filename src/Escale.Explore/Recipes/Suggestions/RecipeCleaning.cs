using System.Globalization;
using System.Text.Json.Nodes;
using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Cleaning;
using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>"Clean it for me": makes an ordinary recipe of the steps that lose nothing. Thread-safe.</summary>
internal sealed class RecipeCleaning(RecipeProfiles profiles, Answers answers, RecipeFiles files)
{
    /// <summary>Makes the recipe's file.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">The recipe's name; null: after the table, another than there is.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="reader">Whose language the notes are in.</param>
    /// <param name="cancellationToken">Stops it before the file is there.</param>
    /// <exception cref="EscaleException"><c>explore.nothing-to-clean</c>, <c>explore.recipe-exists</c>.</exception>
    public async Task<Recipe> MakeAsync(TableName table, string? name, Caller caller, Reader reader, CancellationToken cancellationToken)
    {
        var draft = RecipeFiles.Draft("draft", new JsonObject { ["table"] = table.ToString(), ["steps"] = new JsonArray() });
        return Save(files, await profiles.OfAsync(draft, caller, cancellationToken), table, name, answers, reader);
    }

    /// <summary>Makes the recipe's file of a profile.</summary>
    public static Recipe Save(RecipeFiles files, TableProfile profile, TableName table, string? name, Answers answers, Reader reader)
    {
        var steps = SafeSteps.Of(profile, reader, answers.Adviser(), answers.RefusedIn(table.ToString()));
        if (steps.Count == 0)
        {
            throw new EscaleException("explore.nothing-to-clean", $"Nothing in {table} can be cleaned without a decision of yours.", "Open a recipe of the table and look at the suggestions.");
        }
        var chosen = name ?? FreeName(files, table);
        files.Save(chosen, Value(table.ToString(), steps), null);
        return files.Get(chosen);
    }

    /// <summary>What the file of safe steps says.</summary>
    public static JsonObject Value(string table, IReadOnlyList<JsonObject> steps) => new()
    {
        ["table"] = table,
        ["steps"] = new JsonArray([.. steps.Select((step, at) => WithId(step, at + 1))]),
    };

    private static JsonNode WithId(JsonObject step, int number)
    {
        var made = new JsonObject { ["id"] = string.Create(CultureInfo.InvariantCulture, $"s{number}") };
        foreach (var (key, value) in step)
        {
            made[key] = value?.DeepClone();
        }
        return made;
    }

    private static string FreeName(RecipeFiles files, TableName table)
    {
        var plain = string.Concat(table.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        var first = (char.IsAsciiDigit(plain[0]) ? "_" + plain : plain) is var safe && safe.Length > 54 ? safe[..54] + "_clean" : safe + "_clean";
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? first : string.Create(CultureInfo.InvariantCulture, $"{first}_{number}")).First(one => !files.Has(one));
    }
}
