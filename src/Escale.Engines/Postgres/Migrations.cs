using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>One step of a schema's history. Never change one that was released: add another.</summary>
/// <param name="Id">Sortable and stable, such as <c>001-runs</c>.</param>
/// <param name="Sql">Plain SQL; the room's schema is first in the search path. Runs in one transaction with its own record.</param>
public sealed record Migration(string Id, string Sql);

/// <summary>Brings a room's PostgreSQL schema up to date.</summary>
public static class Migrations
{
    // {schema} is checked to be a plain identifier before it is put in.
    private const string Prepare = """
        create schema if not exists {schema};
        create table if not exists {schema}.migrations (
          id text primary key, checksum text not null, applied_at timestamptz not null default now());
        """;

    private const string Grants = """
        do $do$ begin
          if exists (select from pg_roles where rolname = 'escale_writer') then
            grant usage on schema {schema} to escale_writer;
            grant select, insert, update, delete on all tables in schema {schema} to escale_writer;
            grant usage, select on all sequences in schema {schema} to escale_writer;
            grant execute on all functions in schema {schema} to escale_writer;
            revoke insert, update, delete on {schema}.migrations from escale_writer;
          end if;
        end $do$;
        """;

    /// <summary>
    /// Applies what is missing, in order, each migration and its record in one transaction, so that an interrupted one leaves nothing
    /// and runs again. Processes take turns (an advisory lock per schema). Objects belong to the owner; the writer may change rows
    /// and the reader sees nothing of the schema.
    /// </summary>
    /// <exception cref="EscaleException">
    /// <c>engines.postgres.migration-changed</c>: an applied migration has other text now;
    /// <c>engines.postgres.migration-unknown</c>: the database is of a later version;
    /// <c>engines.postgres.migration-failed</c>: one failed, with its id.
    /// </exception>
    public static async Task ApplyAsync(NpgsqlDataSource owner, string schema, IReadOnlyList<Migration> list, CancellationToken cancellationToken)
    {
        var name = new TableName(schema, "migrations"); // Checks that the schema is a plain identifier.
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        if (await IsUpToDateAsync(connection, name, list, cancellationToken))
        {
            return;
        }
        await ExecuteAsync(connection, null, "select pg_advisory_lock(hashtextextended('escale migrations ' || $1, 0))", cancellationToken, schema);
        try
        {
            await ExecuteAsync(connection, null, Prepare.Replace("{schema}", schema, StringComparison.Ordinal), cancellationToken);
            var applied = await AppliedAsync(connection, name, cancellationToken);
            Check(schema, applied, list);
            foreach (var migration in list.Where(migration => !applied.ContainsKey(migration.Id)))
            {
                await ApplyOneAsync(connection, schema, migration, cancellationToken);
            }
        }
        finally
        {
            await ExecuteAsync(
                connection, null, "select pg_advisory_unlock(hashtextextended('escale migrations ' || $1, 0))", CancellationToken.None, schema);
        }
    }

    private static async Task<bool> IsUpToDateAsync(
        NpgsqlConnection connection, TableName table, IReadOnlyList<Migration> list, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regclass($1) is not null", connection) { Parameters = { new() { Value = table.ToString() } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return false;
        }
        var applied = await AppliedAsync(connection, table, cancellationToken);
        Check(table.Schema, applied, list);
        return list.All(migration => applied.ContainsKey(migration.Id));
    }

    private static async Task<Dictionary<string, string>> AppliedAsync(NpgsqlConnection connection, TableName table, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand($"select id, checksum from {table.ToSql()}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetString(0), reader.GetString(1));
        }
        return applied;
    }

    private static void Check(string schema, Dictionary<string, string> applied, IReadOnlyList<Migration> list)
    {
        foreach (var (id, checksum) in applied)
        {
            var migration = list.FirstOrDefault(migration => migration.Id == id) ?? throw new EscaleException(
                "engines.postgres.migration-unknown", $"The database's schema '{schema}' has the migration '{id}', which this version does not know.",
                "Use the version of Escale that made it, or a later one.");
            if (checksum != Checksum(migration))
            {
                throw new EscaleException(
                    "engines.postgres.migration-changed", $"The migration '{id}' of schema '{schema}' is not the one that the database has.",
                    "Use an unchanged release of Escale.");
            }
        }
    }

    private static async Task ApplyOneAsync(NpgsqlConnection connection, string schema, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, transaction, $"set local search_path to {schema}, public", cancellationToken);
            await ExecuteAsync(connection, transaction, migration.Sql, cancellationToken);
        }
        catch (PostgresException exception) when (!PostgresErrors.IsTransient(exception))
        {
            throw new EscaleException(
                "engines.postgres.migration-failed", $"The migration '{migration.Id}' of schema '{schema}' failed: {exception.MessageText}.",
                "The schema is as it was before it. Mend the cause, then run the same command again.", inner: exception);
        }
        Failpoint.Hit("postgres.migration.before-commit");
        await ExecuteAsync(connection, transaction, Grants.Replace("{schema}", schema, StringComparison.Ordinal), cancellationToken);
        await ExecuteAsync(
            connection, transaction, $"insert into {schema}.migrations (id, checksum) values ($1, $2)", cancellationToken,
            migration.Id, Checksum(migration));
        await transaction.CommitAsync(cancellationToken);
        Failpoint.Hit("postgres.migration.after-commit");
    }

    private static string Checksum(Migration migration) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(migration.Sql.ReplaceLineEndings("\n"))));

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
