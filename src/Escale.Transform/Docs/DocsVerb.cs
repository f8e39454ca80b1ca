using System.CommandLine;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Projects.Compile;

namespace Escale.Transform.Docs;

/// <summary><c>escale docs</c>: the project's documentation as a folder of pages.</summary>
internal static class DocsVerb
{
    public static void Add(Cli cli)
    {
        var output = new Option<string?>("--output", "-o") { Description = "The folder to write (default: .escale/docs)", HelpName = "DIR" };
        var command = new Command("docs", "Write the documentation: catalogue, columns and their provenance, tests, as pages that need no server") { output };
        cli.Add(
            cli.Root, command,
            async (call, ct) =>
            {
                var folder = call.Value(output) is { } given ? Path.GetFullPath(given) : Path.Combine(call.Project.StateFolder, "docs");
                var compiler = call.Get<SqlCompiler>();
                using var answers = new LakeAnswers(call.Get<LakeEngine>);
                var options = answers.For(new CompileOptions { Verb = "docs" });
                var warnings = new List<string>();
                var data = await call.Get<DocsCatalogue>().ReadAsync(asset => Compile(compiler, asset, options, warnings.Add, ct), warnings.Add, ct);
                var page = new DocsSite(call.Get<DurableWriter>()).Write(folder, data);
                warnings.ForEach(warning => call.Output.Message("warning: " + warning));
                if (call.Output.IsJson)
                {
                    call.Output.WriteJson(new { Page = page, Assets = data.Assets.Count, Warnings = warnings });
                }
                else
                {
                    call.Output.Line($"{data.Assets.Count(asset => !asset.Check)} tables and models, {data.Assets.Count(asset => asset.Check)} tests");
                    call.Output.Line($"Open {page}");
                }
                return ExitCode.Success;
            },
            examples: ["escale docs", "escale docs --output public"]);
    }

    /// <summary>A model that cannot be compiled, since a macro asks for what is not there yet say, is shown as written.</summary>
    private static string? Compile(SqlCompiler compiler, Asset asset, CompileOptions options, Action<string> warn, CancellationToken ct)
    {
        try
        {
            return compiler.Compile(asset, options, ct).Sql;
        }
        catch (EscaleException error)
        {
            warn($"{asset.Name} is shown as written: {error.Message}");
            return null;
        }
    }
}
