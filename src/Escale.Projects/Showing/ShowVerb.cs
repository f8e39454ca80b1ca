using System.CommandLine;
using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;
using Escale.Projects.Lineage;
using Escale.Projects.Listing;

namespace Escale.Projects.Showing;

/// <summary><c>escale show</c>: all that is known of one asset.</summary>
internal static class ShowVerb
{
    public static void Add(Cli cli)
    {
        var name = new Argument<string>("asset") { Description = "A name, a source's table as source:name.table, or an id" };
        var command = new Command("show", "Show one asset: what it is, its columns, what it reads and what reads it") { name };
        cli.Add(
            cli.Root, command,
            (call, ct) =>
            {
                var graph = call.Get<Project>().Graph;
                var asset = Find(graph, call.Value(name)!);
                var columns = ColumnsOf(call, graph, asset, ct);
                if (call.Output.IsJson)
                {
                    call.Output.WriteJson(AsJson(graph, asset, columns));
                }
                else
                {
                    Write(call.Output, graph, asset, columns);
                }
                return Task.FromResult(ExitCode.Success);
            },
            examples: ["escale show fact_port_call", "escale show source:ais_receiver.ais_positions", "escale show dim_vessel --json"]);
    }

    /// <summary>The one asset that a name means: the asset itself before the checks and copies that share its name.</summary>
    /// <exception cref="EscaleException"><c>projects.selection-empty</c>.</exception>
    internal static Asset Find(AssetGraph graph, string name)
    {
        if (graph.Find(name) is { } byId)
        {
            return byId;
        }
        var chosen = graph.Select([name]);
        var exact = chosen.Where(asset => asset.Name == name || LsVerb.Term(asset) == name).ToList();
        return exact.OrderBy(asset => asset.IsCheck).ThenBy(asset => asset.Kind == "warehouse").FirstOrDefault()
            ?? (chosen.Where(asset => !asset.IsCheck).ToList() is [var only] ? only : throw new EscaleException(
                "projects.selection-ambiguous", $"'{name}' selects {chosen.Count} assets; show takes one.", "List them with: escale ls --select " + name));
    }

    private sealed record ShownColumn(string Name, string? DataType, string Description, IReadOnlyList<AssetColumnRef> From, bool IsComplete);

    /// <summary>The declared columns and, for a model, those of its SQL with their origins.</summary>
    private static List<ShownColumn> ColumnsOf(VerbCall call, AssetGraph graph, Asset asset, CancellationToken ct)
    {
        IReadOnlyList<AssetColumnLineage> traced = [];
        if (asset.Definition is SqlModel)
        {
            var compiler = call.Get<SqlCompiler>();
            using var answers = new LakeAnswers(call.Get<LakeEngine>);
            var options = answers.For(new CompileOptions { Verb = "show" });
            using var database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
            using var connection = database.Connect();
            var needed = graph.Upstream(asset.Id).Select(other => other.Id).Append(asset.Id).ToHashSet(StringComparer.Ordinal);
            traced = ProjectLineage.Read(
                graph, connection, other => needed.Contains(other.Id) ? compiler.Compile(other, options, ct).Sql : null, _ => null, ct)[asset.Id];
        }
        var names = traced.Select(column => column.Name).Concat(asset.Columns.Select(column => column.Name));
        return
        [
            .. names.Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Select(name =>
            {
                var declared = asset.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
                var origin = traced.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
                return new ShownColumn(name, declared?.DataType, declared?.Description ?? "", origin?.From ?? [], origin?.IsComplete ?? false);
            }),
        ];
    }

    private static object AsJson(AssetGraph graph, Asset asset, List<ShownColumn> columns) => new
    {
        Asset = LsVerb.Describe(asset),
        Columns = columns,
        asset.Config,
        Upstream = graph.Upstream(asset.Id).Select(other => other.Id),
        Downstream = graph.Downstream(asset.Id).Where(other => !other.IsCheck).Select(other => other.Id),
        Tests = Checks(graph, asset).Select(check => check.Id),
        asset.WaitsFor,
        asset.CodeFingerprint,
    };

    private static void Write(CliOutput output, AssetGraph graph, Asset asset, List<ShownColumn> columns)
    {
        output.Line($"{asset.Kind} {LsVerb.Term(asset)}");
        if (asset.Description.Length > 0)
        {
            output.Line();
            output.Line(asset.Description);
        }
        output.Line();
        Fact(output, "table", asset.Table?.ToString());
        Fact(output, "file", asset.Path);
        Fact(output, "id", asset.Id);
        Fact(output, "package", asset.Package);
        Fact(output, "tags", string.Join(", ", asset.Tags));
        foreach (var (key, value) in asset.Config.Where(pair => pair.Key is not ("tags" or "meta")).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Fact(output, key, Text(value));
        }
        if (columns.Count > 0)
        {
            output.Line();
            output.Table(["COLUMN", "TYPE", "COMPUTED FROM", "DESCRIPTION"], columns.Select(column => (IReadOnlyList<string>)
            [
                column.Name, column.DataType ?? "",
                string.Join(", ", column.From.Select(from => $"{graph[from.Asset].Name}.{from.Column}")) + (column.IsComplete || asset.Definition is not SqlModel ? "" : " ?"),
                column.Description.ReplaceLineEndings(" "),
            ]));
        }
        List(output, "reads", asset.Reads.Select(id => graph[id]));
        List(output, "is read by", graph.Downstream(asset.Id, 1).Where(other => !other.IsCheck));
        List(output, "tests", Checks(graph, asset));
    }

    private static IEnumerable<Asset> Checks(AssetGraph graph, Asset asset) => graph.Downstream(asset.Id, 1).Where(other => other.IsCheck);

    private static void Fact(CliOutput output, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            output.Line($"{name,-22}{value}");
        }
    }

    private static void List(CliOutput output, string title, IEnumerable<Asset> assets)
    {
        var first = true;
        foreach (var asset in assets)
        {
            if (first)
            {
                output.Line();
            }
            output.Line($"{(first ? title : ""),-22}{LsVerb.Term(asset)}");
            first = false;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        IReadOnlyDictionary<string, object?> map => string.Join(", ", map.Select(pair => $"{pair.Key}: {Text(pair.Value)}")),
        IEnumerable<object?> list => string.Join(", ", list.Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
