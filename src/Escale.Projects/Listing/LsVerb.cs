using System.CommandLine;
using Escale.Kernel;
using Escale.Projects.Graph.Selection;

namespace Escale.Projects.Listing;

/// <summary><c>escale ls</c>: the assets of the project, or those of a selection.</summary>
internal static class LsVerb
{
    private enum Shape
    {
        Table,
        Name,
        Path,
        Json,
    }

    public static void Add(Cli cli)
    {
        var selection = new SelectionOptions();
        var kinds = new Option<string[]>("--resource-type")
        {
            Description = "Only assets of this kind: source, seed, model, test, warehouse", HelpName = "KIND", AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<Shape>("--output", "-o") { Description = "table, name (for another --select), path, or json" };
        var command = new Command("ls", "List the assets of the project") { kinds, output };
        selection.AddTo(command);
        cli.Add(
            cli.Root, command,
            (call, _) =>
            {
                var chosen = OfKinds(selection.Choose(call), call.Value(kinds) ?? []);
                Write(call.Output, chosen, call.Output.IsJson ? Shape.Json : call.Value(output));
                foreach (var warning in call.Get<Project>().Warnings)
                {
                    call.Output.Message("warning: " + warning);
                }
                return Task.FromResult(ExitCode.Success);
            },
            examples: ["escale ls", "escale ls --select +fact_port_call --resource-type model", "escale ls --select tag:gold --output name", "escale ls --json"]);
    }

    /// <summary>The term that selects this asset and no other of its kind.</summary>
    public static string Term(Asset asset) => asset.SourceName is null ? asset.Name : $"source:{asset.SourceName}.{asset.Name}";

    private static List<Asset> OfKinds(IReadOnlyList<Asset> assets, string[] kinds)
    {
        if (kinds.Length == 0 || kinds.Contains("all"))
        {
            return [.. assets];
        }
        string[] known = [.. assets.Select(asset => asset.Kind).Concat(["source", "seed", "model", "test", "warehouse"]).Distinct()];
        foreach (var kind in kinds.Except(known))
        {
            throw new EscaleException("projects.unknown-kind", $"There is no kind of asset '{kind}'.", Nearest.Remedy(kind, known, "It is one of " + string.Join(", ", known) + "."));
        }
        return [.. assets.Where(asset => kinds.Contains(asset.Kind))];
    }

    private static void Write(CliOutput output, List<Asset> assets, Shape shape)
    {
        switch (shape)
        {
            case Shape.Json:
                output.WriteJson(assets.Select(Describe));
                break;
            case Shape.Name:
                assets.ForEach(asset => output.Line(Term(asset)));
                break;
            case Shape.Path:
                foreach (var path in assets.Select(asset => asset.Path).Where(path => path is not null).Distinct())
                {
                    output.Line(path!);
                }
                break;
            default:
                output.Table(["KIND", "NAME", "TABLE", "KEPT AS", "FILE"], assets.Select(asset => (IReadOnlyList<string>)
                    [asset.Kind, Term(asset), asset.Table?.ToString() ?? "", asset.Config.GetValueOrDefault("materialized")?.ToString() ?? "", asset.Path ?? ""]));
                break;
        }
    }

    /// <summary>The JSON form of an asset.</summary>
    public static object Describe(Asset asset) => new
    {
        asset.Id,
        asset.Kind,
        asset.Name,
        Table = asset.Table?.ToString(),
        asset.Path,
        asset.Package,
        Source = asset.SourceName,
        Materialized = asset.Config.GetValueOrDefault("materialized"),
        asset.Tags,
        asset.Description,
        asset.Reads,
        asset.Runnable,
        asset.Fqn,
    };
}
