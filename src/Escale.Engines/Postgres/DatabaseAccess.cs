using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>The open connections of one process to its database: a pool per role.</summary>
internal sealed class DatabaseAccess(NpgsqlDataSource owner, NpgsqlDataSource writer, NpgsqlDataSource? reader, PostgresAddress address)
    : IAsyncDisposable
{
    private string? _host;

    public NpgsqlDataSource Owner => owner;

    public NpgsqlDataSource Writer => writer;

    public NpgsqlDataSource Reader => reader ?? throw new EscaleException(
        "engines.postgres.no-reader", "The server that ESCALE_DATABASE names has no read-only role that Escale may use.",
        "Ask its administrator for: create role escale_reader login password '…'; then set ESCALE_DATABASE_READER to a connection with it.");

    public PostgresAddress Address => address;

    /// <summary>The access to the embedded server.</summary>
    public static DatabaseAccess Of(EmbeddedAddress embedded)
    {
        var state = Path.GetDirectoryName(embedded.Folders.StartLock)!;
        return new DatabaseAccess(
            Pool(Detailed(embedded.For(Roles.Owner, Roles.Database)), commandTimeoutSeconds: 0),
            Pool(embedded.For(Roles.Writer, Roles.Database), commandTimeoutSeconds: 60),
            Pool(embedded.For(Roles.Reader, Roles.Database), commandTimeoutSeconds: 90),
            new PostgresAddress("127.0.0.1", embedded.Port, Roles.Database, Roles.Reader, Passwords.PathIn(state), IsEmbedded: true))
        {
            _host = embedded.Host,
        };
    }

    /// <summary>Whether these connections go there.</summary>
    public bool IsAt(EmbeddedAddress embedded) => _host == embedded.Host && address.Port == embedded.Port;

    /// <summary>Closes the idle connections: the server that they went to may be gone.</summary>
    public void Clear()
    {
        owner.Clear();
        writer.Clear();
        reader?.Clear();
    }

    /// <summary>With the values in errors of keys and constraints: the owner's errors go to who owns the data.</summary>
    public static NpgsqlConnectionStringBuilder Detailed(NpgsqlConnectionStringBuilder settings) => new(settings.ConnectionString) { IncludeErrorDetail = true };

    /// <summary>A pool of at most 20 connections that are given back after ten idle seconds.</summary>
    public static NpgsqlDataSource Pool(NpgsqlConnectionStringBuilder settings, int commandTimeoutSeconds)
    {
        settings.CommandTimeout = commandTimeoutSeconds;
        settings.MaxPoolSize = 20;
        settings.ConnectionIdleLifetime = 10;
        settings.ConnectionPruningInterval = 5;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await owner.DisposeAsync();
        if (!ReferenceEquals(owner, writer))
        {
            await writer.DisposeAsync();
        }
        if (reader is not null)
        {
            await reader.DisposeAsync();
        }
    }
}
