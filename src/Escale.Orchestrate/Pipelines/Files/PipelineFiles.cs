using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>The project's pipelines as their files are now.</summary>
/// <param name="Pipelines">Those that can be read, by name.</param>
/// <param name="Errors">What is wrong with the others.</param>
public sealed record PipelineFolder(IReadOnlyDictionary<string, PipelineSpec> Pipelines, IReadOnlyList<EscaleException> Errors)
{
    /// <summary>The places of the pools.</summary>
    public IReadOnlyDictionary<string, int> Pools { get; init; } = new Dictionary<string, int>();
}

/// <summary>The project's <c>pipelines/*.yml</c>. A file that is wrong takes nothing from the others. Thread-safe.</summary>
public sealed class PipelineFiles(ProjectRoot root)
{
    /// <summary>The folder.</summary>
    public const string Folder = "pipelines";

    private readonly Lock _gate = new();
    private PipelineFolder _last = new(new Dictionary<string, PipelineSpec>(), []);
    private long _stamp = -1;

    /// <summary>All pipelines; files are read again when one has changed.</summary>
    public PipelineFolder Read()
    {
        lock (_gate)
        {
            var paths = Paths();
            var stamp = Stamp(paths.Append(Path.Combine(root.Folder, Settings.FileName)));
            if (stamp != _stamp)
            {
                (_last, _stamp) = (ReadAll(paths), stamp);
            }
            return _last;
        }
    }

    /// <summary>The pipeline of a name.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.pipeline-not-found</c>, or what is wrong with the files when that may be why.</exception>
    public PipelineSpec Get(string name)
    {
        var folder = Read();
        return folder.Pipelines.TryGetValue(name, out var found) ? found
            : throw folder.Errors.FirstOrDefault(error => Path.GetFileNameWithoutExtension(error.Place?.File) == name) ?? new EscaleException(
                "orchestrate.pipeline-not-found", $"There is no pipeline '{name}'.",
                Nearest.Remedy(name, folder.Pipelines.Keys, folder.Errors.Count > 0 ? $"One of the files is wrong: {folder.Errors[0].Message}" : $"Write {Folder}/{name}.yml."));
    }

    // Pipelines that start each other would never end.
    private static void RefuseCircles(Dictionary<string, PipelineSpec> found, List<EscaleException> errors)
    {
        var started = found.Values.SelectMany(pipeline => Started(pipeline).Select(other => (From: pipeline.Name, To: other)).Concat(pipeline.Triggers.After.Select(other => (From: other, To: pipeline.Name))))
            .ToLookup(pair => pair.From, pair => pair.To, StringComparer.Ordinal);
        foreach (var pipeline in found.Values.ToList())
        {
            var (seen, open) = (new HashSet<string>(), new Queue<string>(started[pipeline.Name].Where(found.ContainsKey)));
            while (open.TryDequeue(out var name))
            {
                if (name == pipeline.Name)
                {
                    errors.Add(new EscaleException(
                        "orchestrate.pipeline-invalid", $"The pipeline '{pipeline.Name}' starts itself, perhaps through others.", "Take one 'pipeline:' or 'after:' out of the circle.", new Place(pipeline.Path)));
                    found.Remove(pipeline.Name);
                    break;
                }
                if (seen.Add(name))
                {
                    started[name].Where(found.ContainsKey).ToList().ForEach(open.Enqueue);
                }
            }
        }

        static IEnumerable<string> Started(PipelineSpec pipeline) => pipeline.Tasks.Select(task => task.Work).Where(work => work.Kind == TaskKind.Pipeline).Select(work => work.One("pipeline")!);
    }

    // One whose file is wrong may be meant: then this one waits until it is mended.
    private static void RefuseUnknown(Dictionary<string, PipelineSpec> found, List<EscaleException> errors)
    {
        var wrong = errors.Select(error => Path.GetFileNameWithoutExtension(error.Place?.File)).ToHashSet();
        foreach (var pipeline in found.Values.ToList())
        {
            if (pipeline.Triggers.After.FirstOrDefault(name => !found.ContainsKey(name) && !wrong.Contains(name)) is { } unknown)
            {
                errors.Add(new EscaleException(
                    "orchestrate.pipeline-invalid", $"The pipeline '{pipeline.Name}' comes after '{unknown}', which is not there.", Nearest.Remedy(unknown, found.Keys, "Name a pipeline of the project."), new Place(pipeline.Path)));
                found.Remove(pipeline.Name);
            }
        }
    }

    private List<string> Paths()
    {
        var folder = Path.Combine(root.Folder, Folder);
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Where(path => Path.GetExtension(path) is ".yml" or ".yaml" && Path.GetFileName(path)[0] is not ('.' or '_')).Order(StringComparer.Ordinal)] : [];
    }

    private static long Stamp(IEnumerable<string> paths)
    {
        var hash = new HashCode();
        foreach (var file in paths.Select(path => new FileInfo(path)).Where(file => file.Exists))
        {
            hash.Add(file.FullName, StringComparer.Ordinal);
            hash.Add(file.LastWriteTimeUtc.Ticks);
            hash.Add(file.Length);
        }
        return hash.ToHashCode();
    }

    private PipelineFolder ReadAll(IReadOnlyList<string> paths)
    {
        var (found, errors) = (new Dictionary<string, PipelineSpec>(StringComparer.Ordinal), new List<EscaleException>());
        IReadOnlyDictionary<string, int> pools = new Dictionary<string, int>();
        foreach (var path in paths)
        {
            try
            {
                pools = Settings.Read(root).Pools;
                var pipeline = PipelineReader.Read(YamlFile.Read(root, path), Path.GetFileNameWithoutExtension(path), root.Show(path), [.. pools.Keys, PipelineReader.BuildPool]);
                if (found.Values.FirstOrDefault(other => string.Equals(other.Name, pipeline.Name, StringComparison.OrdinalIgnoreCase)) is { } twin)
                {
                    throw new EscaleException("orchestrate.pipeline-invalid", $"{twin.Path} and {pipeline.Path} have the same name.", "Give one of them another.", new Place(pipeline.Path));
                }
                found.Add(pipeline.Name, pipeline);
            }
            catch (EscaleException error)
            {
                errors.Add(error);
            }
        }
        RefuseUnknown(found, errors);
        RefuseCircles(found, errors);
        return new PipelineFolder(found, errors) { Pools = pools };
    }
}
