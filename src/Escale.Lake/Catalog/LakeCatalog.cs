using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>
/// The tables and views of a lake: a folder <c>schema/name</c> for each table, a file <c>.views/schema.name.json</c> for each view.
/// Where both exist under one name (a crash while one took the other's place), the view stands. Thread-safe.
/// </summary>
public sealed class LakeCatalog(ObjectStore store, TimeProvider clock, ICheckpointCodec? checkpoints = null)
{
    private const string ViewFolder = ".views";
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<TableName, DeltaTable> _tables = new();

    /// <summary>Where the lake's files are.</summary>
    public ObjectStore Store => store;

    /// <summary>The names of the tables, by schema and name.</summary>
    public IReadOnlyList<TableName> Tables()
    {
        var names = new List<TableName>();
        foreach (var schema in store.Folders("").Where(IsName))
        {
            names.AddRange(store.Folders(schema).Where(IsName).Select(name => new TableName(schema, name)).Where(Exists));
        }
        return names;
    }

    /// <summary>
    /// The names that folders of the lake have: all tables, and perhaps some that were dropped or are just being made. For who asks each of them anyway:
    /// half the work of <see cref="Tables"/>.
    /// </summary>
    public IReadOnlyList<TableName> Folders() =>
        [.. store.Folders("").Where(IsName).SelectMany(schema => store.Folders(schema).Where(IsName).Select(name => new TableName(schema, name)))];

    /// <summary>Whether there is a table (not a view) of that name.</summary>
    public bool Exists(TableName name)
    {
        var folder = $"{name.Schema}/{name.Name}";
        return !store.Exists($"{folder}/{LogKeys.Dropped}")
            && (store.Exists($"{folder}/{LogKeys.Entry(0)}") || store.List($"{folder}/{LogKeys.LogFolder}").Any(IsLogFile));
    }

    /// <summary>The table of that name, which need not exist yet. The same object for the same name.</summary>
    public DeltaTable Table(TableName name) => _tables.GetOrAdd(name, static (name, lake) => new DeltaTable(lake.Store, name, lake.Clock, lake.Codec), (Store: store, Clock: clock, Codec: checkpoints));

    /// <summary>The views, by name.</summary>
    public IReadOnlyList<LakeView> Views() =>
        [.. store.List(ViewFolder).Where(file => file.EndsWith(".json", StringComparison.Ordinal)).Select(file => View(TableName.Parse(file[..^5]))).OfType<LakeView>()];

    /// <summary>The view of that name, or null.</summary>
    /// <exception cref="EscaleException"><c>lake.corrupt-view</c>.</exception>
    public LakeView? View(TableName name)
    {
        if (store.TryRead(ViewKey(name)) is not { } bytes)
        {
            return null;
        }
        try
        {
            var file = JsonSerializer.Deserialize<ViewFile>(bytes)!;
            return new LakeView(name, file.Sql, [.. file.Reads.Select(TableName.Parse)], file.Fingerprint) { Comment = file.Comment, Properties = file.Properties };
        }
        catch (JsonException exception)
        {
            throw new EscaleException("lake.corrupt-view", $"The view {name} cannot be read.", "Run its model again.", new Place(ViewKey(name)), exception);
        }
    }

    /// <summary>Makes the view, in place of a view or table of that name.</summary>
    public void SaveView(LakeView view)
    {
        var file = new ViewFile(view.Sql, [.. view.Reads.Select(name => name.ToString())], view.Fingerprint, view.Comment, view.Properties);
        ObjectStore.Guard(view.Name, () => store.Put(ViewKey(view.Name), JsonSerializer.SerializeToUtf8Bytes(file, _json)));
        if (Exists(view.Name))
        {
            Drop(view.Name);
        }
    }

    /// <summary>Takes the view away, if it is there.</summary>
    public void DropView(TableName name) => store.Delete(ViewKey(name));

    /// <summary>Deletes the table and all its versions, if it is there.</summary>
    public void Drop(TableName name) => ObjectStore.Guard(name, Table(name).Drop);

    private static string ViewKey(TableName name) => $"{ViewFolder}/{name}.json";

    private static bool IsLogFile(string name) => LogKeys.VersionOf(name, ".json") is not null || LogKeys.VersionOf(name, ".checkpoint.parquet") is not null;

    private static bool IsName(string name) => name[0] is not '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !char.IsAsciiDigit(name[0]);

    private sealed record ViewFile(string Sql, IReadOnlyList<string> Reads, string? Fingerprint, string? Comment, IReadOnlyDictionary<string, string> Properties);
}
