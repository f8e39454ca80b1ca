namespace Escale.Kernel;

/// <summary>
/// Opens files as tables before they are sources: a file on the command line, or one that someone dropped into the browser. How a file is written is found
/// out by the room that collects; the rooms that profile, prepare and predict read the relation.
/// </summary>
public interface IFileTables
{
    /// <summary>Opens a file of the user's machine: CSV, TSV, JSON, NDJSON, Parquet or Excel, compressed or not.</summary>
    /// <exception cref="EscaleException">It is not there, not a table, or broken, with its place.</exception>
    Task<FileTable> OpenAsync(string path, CancellationToken cancellationToken);

    /// <summary>The same, of one sheet of a spreadsheet: its name, or its number from 1; null: the first that holds rows.</summary>
    /// <exception cref="EscaleException"><c>collect.sheet-missing</c>, or as above.</exception>
    Task<FileTable> OpenAsync(string path, string? sheet, CancellationToken cancellationToken) => OpenAsync(path, cancellationToken);

    /// <summary>
    /// Opens a file that was dropped, read as its owner has settled it so far. Its sample can be read at once; <see cref="FileTable.WholeAsync"/> makes the rest so.
    /// </summary>
    /// <param name="id">The upload's id.</param>
    /// <param name="owner">Who asks; somebody else's upload is not found.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    /// <exception cref="EscaleException"><c>collect.upload-not-found</c>, or as when a file is opened.</exception>
    Task<FileTable> OpenUploadAsync(string id, Caller owner, CancellationToken cancellationToken);
}

/// <summary>A file as a relation that a sandbox session may read. Dispose it when done: what was unpacked for it is deleted.</summary>
public abstract class FileTable : IAsyncDisposable
{
    /// <summary>The file's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>A SELECT of all rows with their types, to be put in parentheses. Rows that cannot be read are left out.</summary>
    public required string Sql { get; init; }

    /// <summary>A SELECT of rows from places all over the file, quick to read however large it is; the same as <see cref="Sql"/> for a small file.</summary>
    public required string SampleSql { get; init; }

    /// <summary>Whether <see cref="SampleSql"/> gives all rows.</summary>
    public bool IsSampleWhole => SampleSql == Sql;

    /// <summary>The files that a sandbox session must be allowed to read for either.</summary>
    public required IReadOnlyList<string> ReadPaths { get; init; }

    /// <summary>The size of the file as it came, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Makes <see cref="Sql"/> readable, where that takes more than a moment. Called again, it does nothing.</summary>
    public virtual Task WholeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
