using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Export;
using Escale.Orchestrate.Export.Argo;
using Escale.Orchestrate.Export.Kubernetes;
using Escale.Testing;
using YamlDotNet.RepresentationModel;

namespace Escale.Orchestrate.Tests.Export;

/// <summary>The manifests of Kubernetes and Argo, read by a YAML library and held against what the clusters ask of their fields.</summary>
public sealed partial class ManifestTests : IDisposable
{
    private static readonly ContainerSettings _settings = new("registry.example.org/escale:1", "escale-project", "500m", "2Gi");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_CronJob_runs_the_pipeline_at_its_times()
    {
        var set = ExportSamples.Set(_folder, ("daily", ExportSamples.Daily), ("Week_ly", ExportSamples.Weekly));
        var files = KubernetesManifests.Of(set, _settings);
        Assert.Equal(["week-ly.yml", "daily.yml"], files.Select(file => file.Name));
        var (cron, job) = (Documents(files[1])[0], Documents(files[1])[1]);
        Checked(cron, "batch/v1", "CronJob");
        Assert.Equal(("30 6 * * 1,2,3,4,5", "Africa/Dakar", "Allow"), (At(cron, "spec", "schedule"), At(cron, "spec", "timeZone"), At(cron, "spec", "concurrencyPolicy")));
        Assert.Equal("10920", At(cron, "spec", "jobTemplate", "spec", "activeDeadlineSeconds"));
        Assert.Equal(set.Pipelines.Single(pipeline => pipeline.Name == "daily").Description, At(cron, "metadata", "annotations", "escale/description"));
        var container = Node(cron, "spec", "jobTemplate", "spec", "template", "spec", "containers", "0");
        Assert.Equal(["pipeline", "run", "daily", "--project", "/project", "--of-job", "$(JOB_NAME)", "--followers"], Items(container, "args"));
        Assert.Equal("metadata.labels['batch.kubernetes.io/job-name']", Env(container, "JOB_NAME", "fieldRef", "fieldPath"));
        Assert.Equal(("escale", "TOKEN"), (Env(container, "TOKEN", "secretKeyRef", "name"), Env(container, "TOKEN", "secretKeyRef", "key")));
        Assert.Equal("true", Env(container, "AGENT", "configMapKeyRef", "optional"));
        Assert.Equal(("Never", "2Gi"), (At(cron, "spec", "jobTemplate", "spec", "template", "spec", "restartPolicy"), At(container, "resources", "limits", "memory")));
        Checked(job, "batch/v1", "Job");
        Assert.Contains("plain=it's \"quoted\" $HOME $$(id) `id` \\n 🚢", Items(Node(job, "spec", "template", "spec", "containers", "0"), "args"));
        Assert.DoesNotContain(Items(Node(job, "spec", "template", "spec", "containers", "0"), "args"), argument => argument.StartsWith("day=", StringComparison.Ordinal));
        Checked(Assert.Single(Documents(files[0])), "batch/v1", "Job");
    }

    [Theory]
    [InlineData("", "Forbid", null)]
    [InlineData(", catch_up: none", "Forbid", "60")]
    [InlineData(", catch_up: all", "Allow", null)]
    public void What_is_made_up_for_is_said(string catchUp, string policy, string? deadline)
    {
        var cron = Documents(KubernetesManifests.Of(ExportSamples.Set(_folder, ("p", $"schedule: {{every: 30m{catchUp}}}\nbuild: gold")), _settings)[0])[0];
        Assert.Equal(("0,30 * * * *", "Etc/UTC", policy), (At(cron, "spec", "schedule"), At(cron, "spec", "timeZone"), At(cron, "spec", "concurrencyPolicy")));
        Assert.Equal(deadline, Has(Node(cron, "spec"), "startingDeadlineSeconds") ? At(cron, "spec", "startingDeadlineSeconds") : null);
    }

    [Theory]
    [InlineData("schedule: {every: 7h}")]
    [InlineData("schedule: 0 6 L * *")]
    [InlineData("schedule: 0 6 * * MON#2")]
    public void What_a_cluster_cannot_say_is_refused(string schedule)
    {
        var set = ExportSamples.Set(_folder, ("p", schedule + "\nbuild: gold"));
        Assert.Equal("orchestrate.export", Assert.Throws<EscaleException>(() => KubernetesManifests.Of(set, _settings)).Code);
        Assert.Equal("orchestrate.export", Assert.Throws<EscaleException>(() => ArgoManifests.Of(set, _settings)).Code);
    }

    [Fact]
    public void A_workflow_has_a_template_for_each_step_and_leaves_Argos_braces_to_Argo()
    {
        var set = ExportSamples.Set(_folder, ("daily", ExportSamples.Daily), ("weekly", ExportSamples.Weekly));
        var file = ArgoManifests.Of(set, _settings)[0];
        var (template, cron) = (Documents(file)[0], Documents(file)[1]);
        Checked(template, "argoproj.io/v1alpha1", "WorkflowTemplate");
        Checked(cron, "argoproj.io/v1alpha1", "CronWorkflow");
        Assert.Equal(("30 6 * * 1,2,3,4,5", "Africa/Dakar", "daily"), (At(cron, "spec", "schedules", "0"), At(cron, "spec", "timezone"), At(cron, "spec", "workflowSpec", "workflowTemplateRef", "name")));
        var templates = ((YamlSequenceNode)Node(template, "spec", "templates")).Children.ToDictionary(one => At(one, "name"));
        Assert.Equal(["steps", "fetch", "load-all", "check-when", "check", "clean", "odd", "on-failure", "outcome", "start-weekly", "main", "due"], templates.Keys);
        Assert.Equal("main", At(template, "spec", "entrypoint"));
        Assert.Equal(("2", "30s", "2", "300s", "90"), (At(templates["fetch"], "retryStrategy", "limit"), At(templates["fetch"], "retryStrategy", "backoff", "duration"), At(templates["fetch"], "retryStrategy", "backoff", "factor"), At(templates["fetch"], "retryStrategy", "backoff", "cap"), At(templates["fetch"], "activeDeadlineSeconds")));
        Assert.Equal("build", At(templates["load-all"], "synchronization", "semaphores", "0", "configMapKeyRef", "key"));
        Assert.Contains("--retries", Items(Node(templates["odd"], "container"), "args"));
        Assert.Equal(["", "", "10", "0.5", "false", "fast", "", ""], ((YamlSequenceNode)Node(template, "spec", "arguments", "parameters")).Children.Select(one => At(one, "value")));
        Assert.Contains("--param-if-any", Items(Node(templates["fetch"], "container"), "args"));
        var known = new[] { "workflow.uid", "workflow.scheduledTime", "workflow.parameters.", "tasks.check-when.outputs.result", "steps.due.outputs.result" };
        Assert.All(Braces().Matches(file.Text).Select(match => match.Groups[1].Value), inside => Assert.Contains(known, name => inside.StartsWith(name, StringComparison.Ordinal)));
        Assert.Equal(["due", "steps", "start-weekly"], ((YamlSequenceNode)Node(templates["main"], "steps")).Children.Select(group => At(group, "0", "name")));
        Assert.Equal("{{tasks.check-when.outputs.result}} == true", At(Node(templates["steps"], "dag", "tasks", "3"), "when"));
        var started = (YamlMappingNode)Load(At(templates["start-weekly"], "resource", "manifest"))[0];
        Assert.Equal(("weekly", "daily/{{workflow.uid}}"), (At(started, "spec", "workflowTemplateRef", "name"), At(started, "spec", "arguments", "parameters", "0", "value")));
    }

    [Theory]
    [InlineData("no")]
    [InlineData("1e3")]
    [InlineData("0x1f")]
    [InlineData("2026-11-22")]
    [InlineData("a: b # c")]
    [InlineData("line\nline\u2028\u0085\u0000\ufeff🚢\t'\"\\")]
    [InlineData("- a")]
    [InlineData("")]
    public void Texts_come_back_as_texts(string text)
    {
        var read = Load(ManifestText.Of([], [new() { ["a"] = new List<object> { text, new Dictionary<string, object?> { ["b"] = text, [text] = "c" } } }]))[0];
        Assert.Equal((text, text), (At(read, "a", "0"), At(read, "a", "1", "b")));
        Assert.NotEqual(YamlDotNet.Core.ScalarStyle.Plain, ((YamlScalarNode)Node(read, "a", "0")).Style);
    }

    [Fact]
    public void Names_are_labels_and_differ()
    {
        var names = Names.Labels(["a_b", "a-b", "A_B", new string('x', 60), new string('x', 59) + "y"], 52, "due");
        Assert.Equal(5, names.Values.Distinct().Count());
        Assert.All(names.Values, name => Assert.Matches("^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$", name));
    }

    // What the schemas of both ask of every manifest.
    private static void Checked(YamlNode document, string version, string kind)
    {
        Assert.Equal((version, kind), (At(document, "apiVersion"), At(document, "kind")));
        var metadata = (YamlMappingNode)Node(document, "metadata");
        Assert.Matches("^[a-z]([-a-z0-9]{0,50}[a-z0-9]-?)?$", At(metadata, Has(metadata, "name") ? "name" : "generateName"));
        foreach (var label in ((YamlMappingNode)Node(metadata, "labels")).Children)
        {
            Assert.Matches("^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)$", ((YamlScalarNode)label.Value).Value);
        }
        foreach (var container in document.AllNodes.OfType<YamlMappingNode>().Where(node => Has(node, "image")))
        {
            Assert.All(((YamlSequenceNode)container["args"]).Children, argument => Assert.IsType<YamlScalarNode>(argument));
            Assert.All(((YamlSequenceNode)container["env"]).Children, variable => Assert.Matches("^[A-Za-z_][A-Za-z0-9_]*$", At(variable, "name")));
            Assert.All(((YamlMappingNode)container["resources"]["requests"]).Children, quantity => Assert.Matches("^[0-9]+(m|Mi|Gi)?$", ((YamlScalarNode)quantity.Value).Value));
        }
    }

    private static IReadOnlyList<YamlNode> Documents(ExportedFile file) => Load(file.Text);

    private static List<YamlNode> Load(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    private static YamlNode Node(YamlNode from, params string[] path) => path.Aggregate(from, (node, name) => node is YamlSequenceNode list ? list[int.Parse(name)] : node[name]);

    private static string At(YamlNode from, params string[] path) => ((YamlScalarNode)Node(from, path)).Value!;

    private static bool Has(YamlNode node, string key) => ((YamlMappingNode)node).Children.ContainsKey(key);

    private static IEnumerable<string> Items(YamlNode from, string key) => ((YamlSequenceNode)from[key]).Children.Select(item => ((YamlScalarNode)item).Value!);

    private static string Env(YamlNode container, string name, params string[] path) => At(((YamlSequenceNode)container["env"]).First(variable => At(variable, "name") == name), ["valueFrom", .. path]);

    [GeneratedRegex(@"\{\{([^}]*)\}\}")]
    private static partial Regex Braces();
}
