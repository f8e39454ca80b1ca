using Escale.Engines.Postgres;
using Npgsql;

namespace Escale.Accounts.Storage;

/// <summary>
/// The connections that the accounts' tables are read and changed with. Entity Framework asks for them without waiting, and the address
/// may change when a server was restarted: a request first waits for <see cref="ReadyAsync"/>. Thread-safe.
/// </summary>
internal sealed class AccountsDatabase(PostgresServer server)
{
    private volatile NpgsqlDataSource? _current;

    /// <summary>What stands since the last <see cref="ReadyAsync"/>.</summary>
    public NpgsqlDataSource Current => _current ?? throw new InvalidOperationException("The database of accounts was not opened.");

    /// <summary>Makes the tables, or brings them up to date.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await Migrations.ApplyAsync(await server.OwnerAsync(cancellationToken), AccountsSchema.Name, AccountsSchema.Migrations, cancellationToken);
        await ReadyAsync(cancellationToken);
    }

    /// <summary>Waits until the server answers.</summary>
    public async ValueTask ReadyAsync(CancellationToken cancellationToken) => _current = await server.WriterAsync(cancellationToken);
}
