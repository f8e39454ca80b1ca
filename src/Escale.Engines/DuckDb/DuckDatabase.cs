using Escale.Engines.DuckDb.Interop;
using Escale.Kernel;

namespace Escale.Engines.DuckDb;

/// <summary>
/// An in-memory DuckDB instance. Thread-safe. Compute, never storage: what it holds is gone when it is disposed. Connections see the same
/// catalog; disposing the instance while connections are open is allowed, the last one ends it.
/// </summary>
public sealed class DuckDatabase : IDisposable
{
    private readonly DatabaseHandle _handle;
    private readonly string _connectionOptions;

    private DuckDatabase(DatabaseHandle handle, string connectionOptions)
    {
        _handle = handle;
        _connectionOptions = connectionOptions;
    }

    /// <summary>The version of the library, such as <c>v1.5.5</c>.</summary>
    public static unsafe string Version => Native.Text(Native.LibraryVersion()) ?? "";

    /// <summary>Opens an instance.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.open-failed</c>: a setting that DuckDB does not know or cannot meet.</exception>
    public static unsafe DuckDatabase Open(DuckSettings? settings = null)
    {
        settings ??= new DuckSettings();
        _ = Native.CreateConfig(out var config);
        try
        {
            foreach (var (name, value) in settings.Options())
            {
                if (Native.SetConfig(config, name, value) == NativeState.Error)
                {
                    throw OpenFailed($"DuckDB does not take the setting {name} = '{value}'.");
                }
            }
            var state = Native.Open(null, out var handle, config, out var error);
            if (state == NativeState.Error)
            {
                handle.Dispose();
                throw OpenFailed(Native.TakeText(error) ?? "DuckDB did not open.");
            }
            return new DuckDatabase(handle, settings.ConnectionOptions());
        }
        finally
        {
            Native.DestroyConfig(ref config);
        }
    }

    /// <summary>Opens a connection. Cheap; not thread-safe: one per task at a time.</summary>
    public DuckConnection Connect()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (Native.Connect(_handle, out var connection) == NativeState.Error)
        {
            connection.Dispose();
            throw OpenFailed("DuckDB did not give a connection.");
        }
        var opened = new DuckConnection(connection);
        opened.Execute(_connectionOptions);
        return opened;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static EscaleException OpenFailed(string message) =>
        new("engines.duckdb.open-failed", message, "Check the engine settings in escale.yml.");
}
