using Escale.Engines.DuckDb;

namespace Escale.Projects.Tests;

/// <summary>One connection for the tests of a class.</summary>
public sealed class DuckFixture : IDisposable
{
    private readonly DuckDatabase _database = DuckDatabase.Open(new DuckSettings { Threads = 1 });

    public DuckFixture() => Connection = _database.Connect();

    public DuckConnection Connection { get; }

    public void Dispose()
    {
        Connection.Dispose();
        _database.Dispose();
    }
}
