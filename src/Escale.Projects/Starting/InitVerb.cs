using System.CommandLine;
using Escale.Kernel;

namespace Escale.Projects.Starting;

/// <summary><c>escale init</c>: a small project that runs as it is.</summary>
internal static class InitVerb
{
    public static void Add(Cli cli)
    {
        var folder = new Argument<string?>("dir") { Description = "The folder of the new project (default: here)", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("init", "Create a small project that runs as it is") { folder };
        cli.Add(
            cli.Root, command,
            (call, _) =>
            {
                var created = SampleProject.Create(call.Project.Folder, call.Get<DurableWriter>());
                if (call.Output.IsJson)
                {
                    call.Output.WriteJson(new { call.Project.Folder, Files = created });
                }
                else
                {
                    foreach (var file in created)
                    {
                        call.Output.Line("created " + file);
                    }
                    var at = call.Value(folder) is { } given and not "." ? " " + given : "";
                    call.Output.Line();
                    call.Output.Line($"Next: escale run{at}");
                }
                return Task.FromResult(ExitCode.Success);
            },
            folder, Opening.Folder, ["escale init", "escale init shop"]);
    }
}
