using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>A name for a version, kept until it is taken away: vacuum leaves the version's files.</summary>
/// <param name="Name">Letters, digits, dots, dashes and underscores, not a number.</param>
/// <param name="Version">The version.</param>
/// <param name="Created">When it was tagged.</param>
public sealed record LakeTag(string Name, long Version, DateTimeOffset Created);

// Tags: one small file each under _escale/tags, so that two processes never overwrite each other's.
public sealed partial class DeltaTable
{
    /// <summary>The tags of the table, by name.</summary>
    public IReadOnlyList<LakeTag> Tags()
    {
        var tags = new List<LakeTag>();
        foreach (var file in _store.List(Key(LogKeys.TagFolder)))
        {
            if (file.EndsWith(".json", StringComparison.Ordinal) && ReadTag(file[..^5]) is { } tag)
            {
                tags.Add(tag);
            }
        }
        return tags;
    }

    /// <summary>Names a version (the newest one unless said otherwise).</summary>
    /// <exception cref="EscaleException"><c>lake.tag-name</c>, <c>lake.tag-exists</c>, <c>lake.version-not-found</c>, <c>lake.files-missing</c>.</exception>
    public LakeTag Tag(string name, long? version = null)
    {
        if (!TagName().IsMatch(name))
        {
            throw new EscaleException("lake.tag-name", $"'{name}' is not a tag name.", "Use letters, digits, dots, dashes and underscores, beginning with a letter.");
        }
        var snapshot = version is { } wanted ? Read(wanted) : Read();
        CheckFiles(snapshot.Files, snapshot.Version);
        var tag = new LakeTag(name, snapshot.Version, _clock.GetUtcNow());
        var won = false;
        ObjectStore.Guard(Name, () => won = _store.PutIfAbsent(TagKey(name), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(tag))));
        if (!won)
        {
            throw new EscaleException("lake.tag-exists", $"{Name} already has a tag '{name}', at version {ReadTag(name)?.Version}.", $"Take it away first: escale lake tag {Name} {name} --delete.");
        }
        try
        {
            // A vacuum may have run between the first look and the tag, which it could not see.
            CheckFiles(snapshot.Files, snapshot.Version);
        }
        catch (EscaleException)
        {
            _store.Delete(TagKey(name));
            throw;
        }
        return tag;
    }

    /// <summary>Takes a tag away; false when there was none.</summary>
    public bool Untag(string name)
    {
        if (!TagName().IsMatch(name) || !_store.Exists(TagKey(name)))
        {
            return false;
        }
        _store.Delete(TagKey(name));
        return true;
    }

    private long? TagVersion(string name) => TagName().IsMatch(name) ? ReadTag(name)?.Version : null;

    private LakeTag? ReadTag(string name)
    {
        if (_store.TryRead(TagKey(name)) is not { } bytes)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<LakeTag>(bytes);
        }
        catch (JsonException exception)
        {
            throw new EscaleException("lake.corrupt-tag", $"The tag {TagKey(name)} cannot be read.", "Tag the version again.", new Place(TagKey(name)), exception);
        }
    }

    private string TagKey(string name) => Key($"{LogKeys.TagFolder}/{name}.json");

    private void CheckFiles(IEnumerable<DataFile> files, long version)
    {
        if (files.FirstOrDefault(file => !_store.Exists(Key(file.Path))) is { } missing)
        {
            throw new EscaleException("lake.files-missing", $"Version {version} of {Name} needs {missing.Path}, which is gone (vacuumed).",
                $"Choose a newer version: escale lake history {Name}.", new Place(Key(missing.Path), Table: Name.ToString()));
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex TagName();
}
