namespace Escale.Engines.DuckDb;

/// <summary>
/// How an in-memory DuckDB instance is opened. Extensions are never installed nor loaded by themselves, whatever is set here.
/// </summary>
public sealed record DuckSettings
{
    /// <summary>Worker threads; null: as many as the machine has cores.</summary>
    public int? Threads { get; init; }

    /// <summary>Memory that DuckDB may use, in bytes; null: DuckDB's own default (80 % of the machine's).</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Folder for what does not fit into memory, created when needed; null: nothing is spilled.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>Largest size of the spill folder, in bytes; null: DuckDB's own default (90 % of the free disk).</summary>
    public long? MaxSpillBytes { get; init; }

    /// <summary>Whether results keep the order of the input; false lets DuckDB use less memory.</summary>
    public bool PreserveInsertionOrder { get; init; } = true;

    /// <summary>Time zone in which TIMESTAMPTZ values are parsed, cut and shown; default <c>UTC</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Any other DuckDB setting by its name, such as <c>default_null_order</c>.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    /// <summary>The settings as DuckDB's open call takes them.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Options()
    {
        yield return new("autoinstall_known_extensions", "false");
        yield return new("autoload_known_extensions", "false");
        yield return new("preserve_insertion_order", PreserveInsertionOrder ? "true" : "false");
        yield return new("temp_directory", SpillFolder ?? "");
        if (Threads is { } threads)
        {
            yield return new("threads", Text(threads));
        }
        if (MemoryLimitBytes is { } memory)
        {
            yield return new("memory_limit", Text(memory) + "B");
        }
        if (MaxSpillBytes is { } spill && SpillFolder is not null)
        {
            yield return new("max_temp_directory_size", Text(spill) + "B");
        }
        foreach (var option in Extra)
        {
            yield return option;
        }
    }

    /// <summary>What DuckDB keeps by connection, as statements to run on each.</summary>
    internal string ConnectionOptions() =>
        $"SET TimeZone = {DuckSql.Literal(TimeZone)}; SET streaming_buffer_size = '{Text(StreamBufferBytes)}B'; {DuckConnection.ProgressSettings}";

    // How far DuckDB's threads may run ahead of who reads a stream. Its own 1 MB keeps them waiting (bench: read); a sixteenth of a small
    // memory limit keeps several streams side by side harmless.
    private long StreamBufferBytes => Math.Clamp((MemoryLimitBytes ?? long.MaxValue) / 16, 1 << 20, 32 << 20);

    private static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
