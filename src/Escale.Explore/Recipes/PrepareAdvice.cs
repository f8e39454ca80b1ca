using Escale.Engines.Tables;
using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Recipes.Suggestions;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Recipes;

/// <summary><c>escale prepare TABLE --suggest</c> and <c>--clean</c>: what the recipe page suggests of a table, and "clean it for me", without the page.</summary>
internal static class PrepareAdvice
{
    private static readonly Reader _reader = new(Language.English);

    /// <summary>Shows the steps that are suggested, the surest first.</summary>
    public static async Task<int> SuggestAsync(VerbCall call, string table, CancellationToken cancellationToken)
    {
        var (name, profile, answers) = await LookAsync(call, table, cancellationToken);
        // A tree that fills holes is learned when somebody chooses it, on the page.
        var suggested = Suggester.Suggest(profile, answers.Adviser(), _reader, answers.RefusedIn(name.ToString())).Where(one => one.Kind != "fill_model").ToList();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(suggested);
            return ExitCode.Success;
        }
        foreach (var one in suggested)
        {
            call.Output.Line($"{(one.IsSafe ? "safe" : "    ")}  {one.Title}{(one.Columns.Count > 0 ? $": {string.Join(", ", one.Columns)}" : "")}{(one.Rows is { } rows ? $" ({_reader.Count(Profiles.Words.RowCount, rows)})" : "")}");
            call.Output.Line($"      {one.Reason}");
        }
        call.Output.Message(suggested.Count == 0 ? $"Nothing is suggested for {name}." : $"`escale prepare {name} --clean` makes a recipe of the safe ones.");
        return ExitCode.Success;
    }

    /// <summary>Makes a recipe of the steps that lose nothing.</summary>
    /// <exception cref="EscaleException"><c>explore.nothing-to-clean</c>, <c>explore.recipe-exists</c>.</exception>
    public static async Task<int> CleanAsync(VerbCall call, string table, string? recipe, CancellationToken cancellationToken)
    {
        var (name, profile, answers) = await LookAsync(call, table, cancellationToken);
        var made = RecipeCleaning.Save(call.Get<RecipeFiles>(), profile, name, recipe, answers, _reader);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { made.Name, Steps = RecipeEndpoints.StepsOf(made) });
            return ExitCode.Success;
        }
        call.Output.Line($"recipes/{made.Name}.yml: {made.Steps.Count} {(made.Steps.Count == 1 ? "step" : "steps")}");
        call.Output.Message($"`escale prepare {made.Name} --preview` shows what it changes; `escale run` makes its table.");
        return ExitCode.Success;
    }

    private static async Task<(TableName Name, TableProfile Profile, Answers Answers)> LookAsync(VerbCall call, string table, CancellationToken cancellationToken)
    {
        var name = TableName.Parse(table);
        using var session = call.Get<LakeEngine>().OpenSession();
        return (name, await ProfileRunner.TableAsync(session, TableShape.Open(session, name, null), full: true, null, cancellationToken), call.Get<Answers>());
    }
}
