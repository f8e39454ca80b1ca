namespace Escale.Engines.Sandbox;

/// <summary>What a sandbox session may do. Everything that is not listed is refused: other files, the network, extensions, settings.</summary>
public sealed record SandboxPolicy
{
    /// <summary>Absolute paths of files, or folders with everything under them, that may be read.</summary>
    public IReadOnlyList<string> ReadPaths { get; init; } = [];

    /// <summary>Absolute paths of existing folders in which files may be written, with COPY, and read. Empty: COPY is refused.</summary>
    public IReadOnlyList<string> WriteFolders { get; init; } = [];

    /// <summary>DuckDB's memory limit in bytes, default 1 GiB. The operating system refuses to map more than twice that and 512 MiB.</summary>
    public long MemoryLimitBytes { get; init; } = 1L << 30;

    /// <summary>Worker threads, default 2.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>How long one statement may keep us waiting, default one minute; time that the caller takes to read rows does not count.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Largest size in bytes of temporary files, default 4 GiB; 0: none.</summary>
    public long MaxSpillBytes { get; init; } = 4L << 30;

    /// <summary>Folder under which the session makes its own folder for temporary files; null: the system's temporary folder.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>Rows after which a result is an error, default 100 million.</summary>
    public long MaxRows { get; init; } = 100_000_000;
}

/// <summary>How the pool starts and keeps its processes.</summary>
public sealed record SandboxOptions
{
    /// <summary>The program to start and its arguments; default: this program with <c>sandbox</c>.</summary>
    public IReadOnlyList<string> Command { get; init; } = OwnCommand();

    /// <summary>Processes kept started and waiting, once the first session was asked for; default 1.</summary>
    public int WarmCount { get; init; } = 1;

    /// <summary>Sessions open at a time; more wait. Default 8.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>Largest frame that is accepted from a child, in bytes; default 64 MiB.</summary>
    public int MaxFrameBytes { get; init; } = 64 << 20;

    private static string[] OwnCommand()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        // Started as "dotnet escale.dll": the same again.
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Environment.GetCommandLineArgs()[0], SandboxChild.Verb]
            : [program, SandboxChild.Verb];
    }
}
