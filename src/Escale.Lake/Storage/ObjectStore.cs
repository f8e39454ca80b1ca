using Escale.Kernel;

namespace Escale.Lake;

/// <summary>
/// Where the lake's files are: keys with forward slashes under one root. What the Delta protocol needs of a store and no more, so
/// that a local folder (<see cref="LocalStore"/>) and an object store with <c>If-None-Match</c> can both be one. Thread-safe.
/// </summary>
/// <remarks>When a method that writes returns, the bytes are durable. Failures of the medium are <see cref="IOException"/>s.</remarks>
public abstract class ObjectStore
{
    /// <summary>The object's bytes, or null when it is not there.</summary>
    public abstract byte[]? TryRead(string key);

    /// <summary>Whether the object is there.</summary>
    public bool Exists(string key) => Stat(key) is not null;

    /// <summary>Size and time of an object, or null when it is not there.</summary>
    public abstract FileFacts? Stat(string key);

    /// <summary>Writes an object unless there is one of that key; false when there is. Atomic among all processes.</summary>
    public abstract bool PutIfAbsent(string key, ReadOnlySpan<byte> content);

    /// <summary>Writes an object in place of any before; readers see the old or the new, never half.</summary>
    public abstract void Put(string key, ReadOnlySpan<byte> content);

    /// <summary>Deletes an object if it is there.</summary>
    public abstract void Delete(string key);

    /// <summary>The names of the objects directly in a folder, in ordinal order, without those still being written.</summary>
    public abstract IReadOnlyList<string> List(string folder);

    /// <summary>The names of the folders directly in a folder, in ordinal order.</summary>
    public abstract IReadOnlyList<string> Folders(string folder);

    /// <summary>A path or URL under which an engine can read or write the object itself.</summary>
    public abstract string LocationOf(string key);

    /// <summary>Prepares a folder that an engine is about to write into.</summary>
    public abstract void PrepareFolder(string folder);

    /// <summary>Makes objects that an engine wrote by their <see cref="LocationOf"/> durable.</summary>
    public abstract void Adopt(IReadOnlyCollection<string> keys);

    /// <summary>Deletes what writers that died left half written directly in a folder, when it is older than a moment.</summary>
    public virtual void DeleteLeftovers(string folder, DateTimeOffset before)
    {
    }

    /// <summary>Deletes a folder and everything in it.</summary>
    public abstract void DeleteFolder(string folder);

    /// <summary>CRC-32C of an object's bytes, read as a stream.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public abstract uint Checksum(string key, CancellationToken cancellationToken = default);

    /// <summary>Every object under a folder, deep, with its facts; keys relative to the folder.</summary>
    public IEnumerable<(string Key, FileFacts Facts)> Walk(string folder)
    {
        foreach (var name in List(folder))
        {
            if (Stat($"{folder}/{name}") is { } facts)
            {
                yield return (name, facts);
            }
        }
        foreach (var child in Folders(folder))
        {
            foreach (var (key, facts) in Walk($"{folder}/{child}"))
            {
                yield return ($"{child}/{key}", facts);
            }
        }
    }

    /// <summary>Does a piece of work on a table or view, and gives the medium's failures their name.</summary>
    /// <exception cref="EscaleException"><c>lake.store-failed</c>.</exception>
    internal static void Guard(TableName name, Action work)
    {
        try
        {
            work();
        }
        catch (IOException exception)
        {
            throw new EscaleException("lake.store-failed", $"{name} could not be written: {exception.Message}",
                "Free space on the lake's disk, then run it again; the table is as it was.", new Place(null, Table: name.ToString()), exception);
        }
    }
}
