using System.CommandLine;
using System.Text;
using Escale.Kernel;
using Escale.Orchestrate.Export.Airflow;
using Escale.Orchestrate.Export.Argo;
using Escale.Orchestrate.Export.Kubernetes;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export;

/// <summary><c>escale export</c>: pipelines for those who outgrow the scheduler in the program.</summary>
internal static class ExportVerbs
{
    private const string StandardOutput = "-";

    public static void Add(Cli cli)
    {
        var group = cli.Group("export", "Pipelines for other orchestrators: the same order, rules, retries and schedules");
        Add(cli, group, "airflow", "One file of DAGs for Airflow 2.10 and 3", [], (set, _) => [AirflowFile.Of(set)]);
        var container = new ContainerOptions();
        Add(cli, group, "kubernetes", "CronJobs and Jobs", container.All, (set, call) => KubernetesManifests.Of(set, container.Of(call)));
        Add(cli, group, "argo", "WorkflowTemplates and CronWorkflows for Argo Workflows 3.7 and later", container.All, (set, call) => ArgoManifests.Of(set, container.Of(call)));
    }

    private static void Add(Cli cli, Command group, string name, string description, IReadOnlyList<Option> more, Func<ExportSet, VerbCall, IReadOnlyList<ExportedFile>> make)
    {
        var pipelines = new Argument<string[]>("PIPELINE") { Description = "Pipelines (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var to = new Option<string>("--to") { Description = "The folder to write to; - is standard output", HelpName = "DIR", DefaultValueFactory = _ => StandardOutput };
        var command = new Command(name, description) { pipelines, to };
        more.ToList().ForEach(command.Options.Add);
        cli.Add(group, command, (call, _) =>
        {
            var set = Chosen(call, call.Value(pipelines) ?? []);
            Write(call, set, make(set, call), call.Value(to)!);
            return Task.FromResult(ExitCode.Success);
        }, examples: [$"escale export {name} --to deploy", $"escale export {name} daily"]);
    }

    private static ExportSet Chosen(VerbCall call, string[] names)
    {
        var (files, root) = (call.Get<PipelineFiles>(), call.Project);
        var folder = files.Read();
        var chosen = names.Length > 0 ? [.. names.Distinct().Select(files.Get)] : folder.Errors.Count > 0 ? throw folder.Errors[0] : folder.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).ToList();
        if (chosen.Count == 0)
        {
            throw new EscaleException("orchestrate.pipeline-not-found", "There is no pipeline to export.", $"Write {PipelineFiles.Folder}/daily.yml with a schedule and what to build.");
        }
        foreach (var pipeline in chosen)
        {
            if (pipeline.Triggers.After.FirstOrDefault(name => chosen.All(other => other.Name != name)) is { } missing)
            {
                throw ExportSet.Refusal(pipeline, $"it comes after '{missing}', which is not exported with it.", $"Name both: escale export … {missing} {pipeline.Name}.");
            }
        }
        return new ExportSet(new DirectoryInfo(root.Folder).Name, root.Folder, chosen, folder.Pools, call.Get<TimeProvider>().GetUtcNow());
    }

    private static void Write(VerbCall call, ExportSet set, IReadOnlyList<ExportedFile> files, string to)
    {
        var folder = to == StandardOutput ? null : Path.GetFullPath(to);
        foreach (var file in files.Where(_ => folder is not null))
        {
            Directory.CreateDirectory(folder!);
            call.Get<DurableWriter>().Write(Path.Combine(folder!, file.Name), Encoding.UTF8.GetBytes(file.Text));
        }
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Files = files.Select(file => new { file.Name, Path = folder is null ? null : Path.Combine(folder, file.Name), Text = folder is null ? file.Text : null }), set.Notes });
            return;
        }
        if (folder is null)
        {
            call.Output.Results.Write(string.Join("---\n", files.Select(file => file.Text)));
        }
        else
        {
            files.ToList().ForEach(file => call.Output.Line(Path.Combine(to, file.Name)));
        }
        set.Notes.ToList().ForEach(note => call.Output.Message("Note: " + note));
    }

    /// <summary>How the program runs in a cluster.</summary>
    private sealed class ContainerOptions
    {
        private readonly Option<string> _image = new("--image") { Description = "The image that has the program", HelpName = "IMAGE", DefaultValueFactory = _ => "escale:latest" };
        private readonly Option<string> _claim = new("--claim") { Description = "The volume claim that holds the project", HelpName = "NAME", DefaultValueFactory = _ => "escale-project" };
        private readonly Option<string> _cpu = new("--cpu") { Description = "Processors that a pod asks for", HelpName = "N", DefaultValueFactory = _ => "500m" };
        private readonly Option<string> _memory = new("--memory") { Description = "Memory that a pod asks for, and its limit", HelpName = "SIZE", DefaultValueFactory = _ => "2Gi" };

        public IReadOnlyList<Option> All => [_image, _claim, _cpu, _memory];

        public ContainerSettings Of(VerbCall call) => new(call.Value(_image)!, call.Value(_claim)!, call.Value(_cpu)!, call.Value(_memory)!);
    }
}
