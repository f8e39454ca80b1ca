using System.CommandLine;
using System.Text;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Projects.Graph.Selection;

namespace Escale.Projects.Compiling;

/// <summary><c>escale compile</c>: the SQL of models and tests with their Jinja resolved, into <c>.escale/compiled</c>.</summary>
internal static class CompileVerb
{
    private sealed record Compiled(string Id, string File, string Sql);

    public static void Add(Cli cli)
    {
        var selection = new SelectionOptions();
        var incremental = new Option<bool>("--incremental") { Description = "As when the table stands: is_incremental() is true" };
        var command = new Command("compile", "Write the SQL of models and tests with their Jinja resolved") { incremental };
        selection.AddTo(command);
        cli.Add(
            cli.Root, command,
            (call, ct) =>
            {
                var compiler = call.Get<SqlCompiler>();
                using var answers = new LakeAnswers(call.Get<LakeEngine>);
                var options = answers.For(new CompileOptions { Verb = "compile", IsIncremental = call.Value(incremental), Log = call.Output.Message });
                var chosen = selection.Choose(call).Where(asset => asset.Definition is SqlModel or DataTest).ToList();
                var compiled = chosen.Select(asset => Write(call, asset, compiler.Compile(asset, options, ct).Sql)).ToList();
                Report(call.Output, compiled);
                return Task.FromResult(ExitCode.Success);
            },
            examples: ["escale compile", "escale compile --select fact_port_call", "escale compile --select tag:gold --json"]);
    }

    private static Compiled Write(VerbCall call, Asset asset, string sql)
    {
        // A generic test has no file of its own: it goes beside the property file that names it, under its name.
        var relative = asset.Definition is DataTest { File: null }
            ? $"{Path.GetDirectoryName(asset.Path)?.Replace('\\', '/')}/{asset.Name}.sql".TrimStart('/')
            : Path.ChangeExtension(asset.Path!, ".sql");
        var file = SafePath.Under(Path.Combine(call.Project.StateFolder, "compiled"), relative);
        var writer = call.Get<DurableWriter>();
        writer.Files.CreateFolder(Path.GetDirectoryName(file)!);
        writer.Write(file, Encoding.UTF8.GetBytes(sql.TrimEnd() + "\n"));
        return new Compiled(asset.Id, call.Project.Show(file), sql);
    }

    private static void Report(CliOutput output, List<Compiled> compiled)
    {
        switch (compiled)
        {
            case var _ when output.IsJson:
                output.WriteJson(compiled);
                break;
            case []:
                output.Message("Nothing of what is selected is made by SQL.");
                break;
            case [var only]:
                output.Line(only.Sql.Trim());
                output.Message("-- " + only.File);
                break;
            default:
                compiled.ForEach(one => output.Line(one.File));
                break;
        }
    }
}
