using Escale.Engines.DuckDb;

namespace Escale.Engines.Tables;

/// <summary>The one DuckDB instance of the program, opened on first use: threads and memory are shared by all that runs in it.</summary>
public sealed class SharedDatabase(DuckSettings settings) : IDisposable
{
    private readonly Lock _gate = new();
    private DuckDatabase? _database;
    private bool _isDisposed;

    /// <summary>Opens a connection. Cheap after the first.</summary>
    public DuckConnection Connect()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _database ??= DuckDatabase.Open(settings);
            return _database.Connect();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _database?.Dispose();
        }
    }
}
