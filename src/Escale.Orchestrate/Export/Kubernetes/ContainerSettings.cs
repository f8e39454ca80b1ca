using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export.Kubernetes;

/// <summary>How the program runs in a cluster, for Kubernetes and Argo alike.</summary>
/// <param name="Image">The image that has the program.</param>
/// <param name="Claim">The volume claim that holds the project.</param>
/// <param name="Cpu">How many processors it asks for.</param>
/// <param name="Memory">How much memory it asks for, which is also its limit.</param>
internal sealed record ContainerSettings(string Image, string Claim, string Cpu, string Memory)
{
    /// <summary>Where the project is.</summary>
    public const string Mount = "/project";

    // The Secret and the ConfigMap that the variables of pipelines are read from.
    private const string Source = "escale";
    private const string Database = "ESCALE_DATABASE";

    /// <summary>A text that the cluster takes as it is: <c>$(NAME)</c> would be replaced.</summary>
    public static string Literal(string text) => text.Replace("$(", "$$(", StringComparison.Ordinal);

    /// <summary>The container, but for its name.</summary>
    public Dictionary<string, object?> Container(PipelineSpec pipeline, List<object> arguments) => new()
    {
        ["name"] = null,
        ["image"] = Image,
        ["command"] = new List<object> { "escale" },
        ["args"] = arguments,
        ["env"] = (List<object>)[Variable(Database, hasDefault: false), .. Variables.Of(pipeline).Where(pair => pair.Key != Database).Select(pair => Variable(pair.Key, pair.Value))],
        ["envFrom"] = new List<object> { new Dictionary<string, object?> { ["configMapRef"] = new Dictionary<string, object?> { ["name"] = Source, ["optional"] = true } } },
        ["resources"] = new Dictionary<string, object?>
        {
            ["requests"] = new Dictionary<string, object?> { ["cpu"] = Cpu, ["memory"] = Memory }, ["limits"] = new Dictionary<string, object?> { ["memory"] = Memory },
        },
        ["volumeMounts"] = new List<object> { new Dictionary<string, object?> { ["name"] = "project", ["mountPath"] = Mount } },
    };

    /// <summary>The volumes of the pod.</summary>
    public List<object> Volumes() => [new Dictionary<string, object?> { ["name"] = "project", ["persistentVolumeClaim"] = new Dictionary<string, object?> { ["claimName"] = Claim } }];

    /// <summary>What is to be known of a file.</summary>
    public IEnumerable<string> Comment(ExportSet set, PipelineSpec pipeline, string use)
    {
        var secrets = Variables.Of(pipeline).Where(pair => !pair.Value).Select(pair => pair.Key).Prepend(Database).Distinct();
        yield return $"The pipeline {pipeline.Name} of the project {set.Project}, made by `escale export`: change {pipeline.Path ?? "its file"} and export again.";
        yield return $"Before: an image {Image} with the program, a volume claim {Claim} with the project, PostgreSQL, and a Secret with the variables:";
        yield return $"  kubectl create secret generic {Source} {string.Join(' ', secrets.Select(name => $"--from-literal={name}=…"))}";
        yield return $"Then: {use}. Pause the pipeline in Escale, or both will run it: escale pipeline pause {pipeline.Name}.";
        foreach (var note in set.Notes.Where(note => note.StartsWith(pipeline.Name + ":", StringComparison.Ordinal) || note.StartsWith(pipeline.Name + ".", StringComparison.Ordinal)))
        {
            yield return "Note: " + note;
        }
    }

    private static Dictionary<string, object?> Variable(string name, bool hasDefault) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new Dictionary<string, object?>
        {
            [hasDefault ? "configMapKeyRef" : "secretKeyRef"] = new Dictionary<string, object?> { ["name"] = Source, ["key"] = name, ["optional"] = hasDefault ? true : null },
        },
    };
}
