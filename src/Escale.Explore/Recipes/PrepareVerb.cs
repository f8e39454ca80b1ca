using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Escale.Engines.Tables;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Recipes;

/// <summary><c>escale prepare</c>: a recipe's rows, without a run: of its own table, of a file, or of another table.</summary>
internal static class PrepareVerb
{
    private const int PreviewRows = 20;
    private const int WidestCell = 40;

    public static void Add(Cli cli)
    {
        var what = new Argument<string>("WHAT") { Description = "A recipe of the project, a file (CSV, TSV, Excel, JSON, Parquet), or a table (schema.table)" };
        var recipe = new Option<string?>("--recipe", "-r") { Description = "The recipe for a file or table: its name, or a YAML file", HelpName = "RECIPE" };
        var to = new Option<string?>("--to", "-o") { Description = "The CSV file to write; default: standard output", HelpName = "OUT" };
        var preview = new Option<bool>("--preview") { Description = "Show the rows after each step and the first of the result" };
        var suggest = new Option<bool>("--suggest") { Description = "Of a table, show the steps that would clean it, each with its reason" };
        var clean = new Option<bool>("--clean") { Description = "Of a table, make a recipe of the suggested steps that lose nothing; --recipe names it" };
        cli.Add(
            cli.Root, new Command("prepare", "Apply a cleaning recipe to a table or a file") { what, recipe, to, preview, suggest, clean },
            (call, cancellationToken) => call.Value(suggest) ? PrepareAdvice.SuggestAsync(call, call.Value(what)!, cancellationToken)
                : call.Value(clean) ? PrepareAdvice.CleanAsync(call, call.Value(what)!, call.Value(recipe), cancellationToken)
                : RunAsync(call, call.Value(what)!, call.Value(recipe), call.Value(to), call.Value(preview), cancellationToken),
            examples: ["escale prepare bronze.titanic --suggest", "escale prepare titanic --preview", "escale prepare new.csv --recipe titanic --to clean.csv", "escale prepare bronze.other --recipe recipes/titanic.yml --json"]);
    }

    private static async Task<int> RunAsync(VerbCall call, string what, string? recipeName, string? to, bool preview, CancellationToken cancellationToken)
    {
        var files = call.Get<RecipeFiles>();
        var recipe = recipeName is null ? files.Get(what) : File.Exists(recipeName) ? RecipeFiles.Parse(NameOf(recipeName), ProjectFile.ReadText(recipeName, recipeName)) : files.Get(recipeName);
        await using var file = recipeName is not null && File.Exists(what) ? await call.Get<IFileTables>().OpenAsync(what, cancellationToken) : null;
        recipe = recipeName is null || file is not null ? recipe : recipe with { Table = what, TablePlace = new Place(what) };
        var catalog = call.Get<LakeEngine>().Catalog;
        var compiled = RecipeCompiler.Compile(
            recipe, RecipeUse.Table, name => RecipeTables.Find(name, call.Get<Project>().Graph, catalog, recipe.TablePlace).ToSql(), inputSql: file?.Sql);
        var queries = call.Get<LakeQueries>();
        foreach (var (step, node) in Formula.All(recipe))
        {
            await using var tree = await queries.StartAsync("select json_serialize_sql($text::varchar)::varchar", null, null, cancellationToken, new Dictionary<string, object?> { ["text"] = $"select ({node.AsText()})" });
            await tree.ReadAsync(cancellationToken);
            RecipeChecks.Formula(step, node, JsonNode.Parse(tree.Chunk[0].Text(0))!);
        }
        if (preview)
        {
            await CountAsync(call, queries, recipe, compiled, file, cancellationToken);
        }
        await using var rows = await queries.StartAsync(compiled.Query(null, preview ? $"{compiled.Rows} limit {PreviewRows}" : compiled.Rows), null, null, cancellationToken, readPaths: file?.ReadPaths);
        await WriteAsync(call, rows, to, preview, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>How many rows there are after each step, for people.</summary>
    private static async Task CountAsync(VerbCall call, LakeQueries queries, Recipe recipe, CompiledRecipe compiled, FileTable? file, CancellationToken cancellationToken)
    {
        var counts = string.Join(", ", compiled.After.Select(relation => $"(select count(*) from {relation})"));
        await using var counted = await queries.StartAsync(compiled.Query(null, $"select {counts}"), null, null, cancellationToken, readPaths: file?.ReadPaths);
        await counted.ReadAsync(cancellationToken);
        for (var at = 0; at < compiled.After.Count; at++)
        {
            var name = at == 0 ? file?.Name ?? recipe.Table : $"{at}. {recipe.Steps[at - 1].Type}{(recipe.Steps[at - 1].IsDisabled ? " (off)" : "")}";
            call.Output.Message(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {counted.Chunk[at].Values<long>()[0],12:#,0} rows"));
        }
    }

    private static async Task WriteAsync(VerbCall call, QueryStream rows, string? to, bool preview, CancellationToken cancellationToken)
    {
        if (to is null)
        {
            await using var bytes = Console.OpenStandardOutput();
            await using var text = new StreamWriter(bytes, new UTF8Encoding(false));
            await SqlVerb.CopyAsync(rows, call.Output.IsJson ? new JsonRows(new BufferedStream(bytes), lines: true) : preview ? new PrettyRows(text, WidestCell) : new CsvRows(text, false), long.MaxValue, cancellationToken);
            return;
        }
        var target = Path.GetFullPath(to);
        var partial = target + DurableWriter.TemporaryPrefix + Environment.ProcessId;
        try
        {
            await using (var bytes = File.Create(partial))
            await using (var text = new StreamWriter(bytes, new UTF8Encoding(false), 64 << 10))
            {
                await SqlVerb.CopyAsync(rows, new CsvRows(text, false), long.MaxValue, cancellationToken);
            }
            File.Move(partial, target, overwrite: true);
        }
        catch
        {
            File.Delete(partial); // a half-written result is none
            throw;
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path) is var name && RecipeReader.IsName(name) ? name : "recipe";
}
