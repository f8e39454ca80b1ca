using Escale.Engines.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Escale.Accounts.Storage;

/// <summary>The tables of accounts in the project's PostgreSQL.</summary>
internal static class AccountsDatabase
{
    /// <summary>Makes the tables, or brings them up to date.</summary>
    public static async Task MigrateAsync(PostgresServer server, CancellationToken cancellationToken) =>
        await Migrations.ApplyAsync(await server.OwnerAsync(cancellationToken), AccountsSchema.Name, AccountsSchema.Migrations, cancellationToken);
}

/// <summary>
/// How Entity Framework reaches the tables: every operation asks the server for the connections that stand now, since a server that was restarted may
/// have another address, and is repeated while the server is away. Within a transaction nothing is repeated.
/// </summary>
internal sealed class AccountsRetry(ExecutionStrategyDependencies dependencies, PostgresServer server) : IExecutionStrategy
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>True: what is read is read whole before it is given out.</summary>
    public bool RetriesOnFailure => true;

    /// <summary>Nothing in this room waits for the database on a thread.</summary>
    public TResult Execute<TState, TResult>(
        TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded) =>
        throw new NotSupportedException("The accounts' tables are reached asynchronously.");

    public Task<TResult> ExecuteAsync<TState, TResult>(
        TState state, Func<DbContext, TState, CancellationToken, Task<TResult>> operation, Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        var context = dependencies.CurrentContext.Context;
        return context.Database.CurrentTransaction is not null
            ? operation(context, state, cancellationToken)
            : server.RetryAsync(token => OnceAsync(context, state, operation, token), cancellationToken, _patience);
    }

    private async Task<TResult> OnceAsync<TState, TResult>(DbContext context, TState state, Func<DbContext, TState, CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken)
    {
        // A closed connection of the pool costs nothing.
        context.Database.SetDbConnection((await server.WriterAsync(cancellationToken)).CreateConnection(), contextOwnsConnection: true);
        try
        {
            return await operation(context, state, cancellationToken);
        }
        catch (DbUpdateException error) when (error.InnerException is NpgsqlException inner && PostgresErrors.IsTransient(inner))
        {
            throw new NpgsqlException(inner.Message, inner.InnerException ?? inner);
        }
    }
}
