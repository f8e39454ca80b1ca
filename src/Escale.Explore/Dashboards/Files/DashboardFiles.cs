using Escale.Projects.Yaml;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Dashboards.Files;

/// <summary>A dashboard's file that cannot be read, and why.</summary>
/// <param name="Id">The file's name without its ending.</param>
/// <param name="Error">What is wrong.</param>
public sealed record BrokenDashboard(string Id, EscaleException Error);

/// <summary>The project's <c>dashboards/*.yml</c>, as they are now. Written as a whole or not at all. Thread-safe.</summary>
internal sealed class DashboardFiles(ProjectRoot root, DurableWriter writer)
{
    private const int MostBytes = 1 << 20;

    private readonly ConcurrentDictionary<string, (DateTime At, long Size, Dashboard Dashboard)> _read = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();

    private string Folder => Path.Combine(root.Folder, "dashboards");

    /// <summary>All that can be read, by title; and what cannot.</summary>
    public (IReadOnlyList<Dashboard> Dashboards, IReadOnlyList<BrokenDashboard> Broken) All()
    {
        var (all, broken) = (new List<Dashboard>(), new List<BrokenDashboard>());
        foreach (var id in Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.yml").Select(Path.GetFileNameWithoutExtension).Where(id => Dashboard.IsId(id!)) : [])
        {
            try
            {
                all.Add(Get(id!));
            }
            catch (EscaleException error)
            {
                broken.Add(new BrokenDashboard(id!, error));
            }
        }
        return ([.. all.OrderBy(one => one.Title, StringComparer.OrdinalIgnoreCase)], broken);
    }

    /// <summary>One of them.</summary>
    /// <exception cref="EscaleException"><c>explore.dashboard-not-found</c>, <c>explore.dashboard-invalid</c>, <c>projects.*</c>.</exception>
    public Dashboard Get(string id)
    {
        var file = new FileInfo(PathOf(id));
        if (!file.Exists)
        {
            _read.TryRemove(id, out _);
            throw NotFound(id);
        }
        if (_read.TryGetValue(id, out var known) && known.At == file.LastWriteTimeUtc && known.Size == file.Length)
        {
            return known.Dashboard;
        }
        var text = TextOf(id);
        var dashboard = DashboardReader.Read(id, text, root.Show(PathOf(id)), Fingerprint.Tag(text).ToString());
        _read[id] = (file.LastWriteTimeUtc, file.Length, dashboard);
        return dashboard;
    }

    /// <summary>The file's bytes as they stand.</summary>
    /// <exception cref="EscaleException"><c>explore.dashboard-not-found</c>.</exception>
    public byte[] Export(string id) => File.Exists(PathOf(id)) ? File.ReadAllBytes(PathOf(id)) : throw NotFound(id);

    /// <summary>Writes a file as it is given, if it can be read.</summary>
    /// <param name="id">The dashboard's id.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="isNew">Whether there must be none of this id.</param>
    /// <param name="tag">The tag that the dashboard must have, or null.</param>
    public Dashboard Import(string id, byte[] bytes, bool isNew, string? tag)
    {
        if (bytes.Length > MostBytes)
        {
            throw new EscaleException("explore.dashboard-too-large", $"The file is larger than {MostBytes >> 10} KiB.", "Make two dashboards of it.");
        }
        lock (_writing)
        {
            Check(id, isNew, tag);
            var text = Text(bytes, root.Show(PathOf(id)));
            var dashboard = DashboardReader.Read(id, text, root.Show(PathOf(id)), Fingerprint.Tag(text).ToString());
            writer.Write(PathOf(id), bytes);
            return dashboard;
        }
    }

    /// <summary>Changes a dashboard's values and leaves what stays as its author wrote it; or writes a new one.</summary>
    public Dashboard Save(string id, JsonElement value, bool isNew, string? tag)
    {
        var tree = Own((Dictionary<string, object?>)JsonTree.Of(value)!);
        lock (_writing)
        {
            Check(id, isNew, tag);
            var text = isNew ? YamlWriter.Document(tree) : YamlSplice.Update(TextOf(id), tree);
            return Import(id, Encoding.UTF8.GetBytes(text), isNew, null);
        }
    }

    /// <summary>A dashboard as its values would make it, were they kept.</summary>
    public Dashboard Draft(string id, JsonElement value) =>
        DashboardReader.Read(id, YamlWriter.Document(Own((Dictionary<string, object?>)JsonTree.Of(value)!)), root.Show(PathOf(id)), "");

    /// <summary>Removes a dashboard's file.</summary>
    public void Delete(string id, string? tag)
    {
        lock (_writing)
        {
            Check(id, isNew: false, tag);
            writer.Files.Delete(PathOf(id));
            writer.Files.SyncFolder(Folder);
            _read.TryRemove(id, out _);
        }
    }

    /// <summary>An id for a title that no dashboard has.</summary>
    public string FreeId(string title)
    {
        var id = Dashboard.IdOf(title);
        return Enumerable.Range(1, 10_000).Select(at => at == 1 ? id : $"{id}-{at}").First(one => !File.Exists(PathOf(one)));
    }

    // What answers add to a file's values: who sends an answer back means the file.
    private static Dictionary<string, object?> Own(Dictionary<string, object?> tree)
    {
        tree.Remove("id");
        foreach (var tile in (tree.GetValueOrDefault("tiles") as List<object?> ?? []).OfType<Dictionary<string, object?>>())
        {
            tile.Remove("html");
            tile.Remove("asked");
        }
        return tree;
    }

    private void Check(string id, bool isNew, string? tag)
    {
        if (!Dashboard.IsId(id))
        {
            throw new EscaleException("explore.dashboard-invalid", $"'{id}' cannot be a dashboard's id.", "Use small letters, digits and dashes; 64 at most.");
        }
        var isThere = File.Exists(PathOf(id));
        if (isNew && isThere)
        {
            throw new EscaleException("explore.dashboard-conflict", $"There is a dashboard {id} already.", "Choose another id, or change that one.");
        }
        if (!isNew && !isThere)
        {
            throw NotFound(id);
        }
        if (tag is not null && Fingerprint.Tag(TextOf(id)).ToString() != tag)
        {
            throw new EscaleException("explore.dashboard-changed-meanwhile", $"Somebody else changed the dashboard {id} meanwhile.", "Load theirs, or keep yours as a copy.");
        }
    }

    private string TextOf(string id) => ProjectFile.ReadText(PathOf(id), root.Show(PathOf(id)), MostBytes);

    // Ids hold no dot and no slash: the path stays in the folder.
    private string PathOf(string id) => Dashboard.IsId(id) ? Path.Combine(Folder, id + ".yml") : throw NotFound(id);

    private static EscaleException NotFound(string id) => new("explore.dashboard-not-found", $"There is no dashboard {id}.", "The list is at /dashboards.");

    private static string Text(byte[] bytes, string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new EscaleException("explore.dashboard-invalid", "The file is not UTF-8 text.", "Save it as UTF-8.", new Place(file), error);
        }
    }
}
