using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Testing;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary>A project folder whose embedded server is stopped, and waited for, at the end.</summary>
public sealed class TestProject : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<PostgresServer> _servers = [];

    public TestProject()
    {
        if (!OperatingSystem.IsWindows())
        {
            // As a project folder usually is: others may enter it.
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public string Folder => _folder.Path;

    public string State => Path.Combine(Folder, ".escale", "postgres");

    /// <summary>A server object as another process of the same project would have: locks are per open file, not per process.</summary>
    public PostgresServer Open(params (string Name, string Value)[] environment)
    {
        var run = new RunEnvironment();
        foreach (var (name, value) in environment)
        {
            run.Set(name, value);
        }
        var server = new PostgresServer(new ProjectRoot(Folder), run, TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        _servers.Add(server);
        return server;
    }

    public static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
        await Open().StopAsync(CancellationToken.None);
        _folder.Dispose();
    }
}
