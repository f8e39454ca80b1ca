using System.CommandLine;
using System.Text;
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
                var created = Create(call.Project.Folder, call.Get<DurableWriter>());
                if (call.Output.IsJson)
                {
                    call.Output.WriteJson(new { call.Project.Folder, Files = created });
                }
                else
                {
                    created.ForEach(file => call.Output.Line("created " + file));
                    var at = call.Value(folder) is { } given and not "." ? " " + given : "";
                    call.Output.Line();
                    call.Output.Line($"Next: escale run{at}");
                }
                return Task.FromResult(ExitCode.Success);
            },
            folder, Opening.Folder, ["escale init", "escale init shop"]);
    }

    /// <summary>Writes the files of a new project; returns their paths.</summary>
    /// <exception cref="EscaleException"><c>projects.exists</c>: the folder holds a project, or one of the files to create. Nothing is written then.</exception>
    internal static List<string> Create(string folder, DurableWriter writer)
    {
        var files = Template.Files(Path.GetFileName(folder)).ToList();
        var there = files.Select(file => file.Path).Append(Dbt.ProjectYml.FileName).FirstOrDefault(path => File.Exists(Path.Combine(folder, path)));
        if (there is not null)
        {
            throw new EscaleException(
                "projects.exists", $"The folder already holds {there}; init never overwrites.", "Choose an empty folder: escale init NAME", new Place(there));
        }
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(folder, path);
            writer.Files.CreateFolder(Path.GetDirectoryName(full)!);
            if (!writer.WriteIfAbsent(full, Encoding.UTF8.GetBytes(text)))
            {
                throw new EscaleException("projects.exists", $"{path} appeared meanwhile; it was left as it is.", "Run init again in an empty folder.", new Place(path));
            }
        }
        return [.. files.Select(file => file.Path)];
    }
}
