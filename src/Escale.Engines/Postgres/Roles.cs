using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>
/// Who may do what (security requirement S8). The admin is the cluster's superuser and is used for nothing but making the others:
/// the owner makes schemas and tables, the writer changes the rows of the rooms' own tables, the reader reads what is published.
/// </summary>
internal static class Roles
{
    public const string Admin = "escale_admin";
    public const string Owner = "escale_owner";
    public const string Writer = "escale_writer";
    public const string Reader = "escale_reader";
    public const string Database = "escale";

    /// <summary>Raise it when the statements below change: they run again once, at the next start of each project.</summary>
    public const int Version = 1;

    public static readonly string[] All = [Admin, Owner, Writer, Reader];

    // A program that was killed leaves the server at work on its last statement: the next one waits until that is done. Held until the
    // connection closes, which for one that was killed is when its statement ends.
    private const string OneAtATime = "select pg_advisory_lock(8391420163)";

    // The names are constants of ours and the verifiers are base64 with $ and : only: nothing here needs quoting.
    private const string MakeRole = """
        do $do$ begin
          if not exists (select from pg_roles where rolname = '{role}') then create role {role}; end if;
        end $do$;
        alter role {role} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '{verifier}';
        """;

    private const string Limits = """
        alter role escale_reader set default_transaction_read_only = on;
        alter role escale_reader set statement_timeout = '60s';
        alter role escale_reader set idle_in_transaction_session_timeout = '60s';
        alter role escale_reader connection limit 60;
        revoke all on database postgres from public;
        revoke all on database template1 from public;
        """;

    private const string InDatabase = """
        revoke all on database escale from public;
        grant connect on database escale to escale_reader;
        grant connect, temporary on database escale to escale_writer;
        revoke all on schema public from public;
        grant usage on schema public to escale_reader, escale_writer;
        -- Functions that everybody may call by default and that write, or hold up others.
        do $do$ declare f regprocedure; begin
          for f in select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace
            and (proname ~ '^lo_' or proname in ('loread', 'lowrite', 'pg_notify') or proname ~ '^pg_(try_)?advisory') loop
            execute format('revoke execute on function %s from public', f);
            execute format('grant execute on function %s to escale_owner, escale_writer', f);
          end loop;
        end $do$;
        """;

    /// <summary>
    /// Makes the roles and the database, or brings them up to <see cref="Version"/>, through <paramref name="connect"/>: a connection
    /// as admin to the named database. May be run again at any point.
    /// </summary>
    public static async Task EnsureAsync(
        Func<string, CancellationToken, Task<NpgsqlConnection>> connect, Passwords passwords, CancellationToken cancellationToken)
    {
        await using (var connection = await connect("postgres", cancellationToken))
        {
            await ExecuteAsync(connection, OneAtATime, cancellationToken);
            foreach (var role in new[] { Owner, Writer, Reader })
            {
                var sql = MakeRole.Replace("{role}", role, StringComparison.Ordinal)
                    .Replace("{verifier}", Passwords.Verifier(passwords[role]), StringComparison.Ordinal);
                await ExecuteAsync(connection, sql, cancellationToken);
            }
            await ExecuteAsync(connection, Limits, cancellationToken);
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
            {
                Parameters = { new() { Value = Database } },
            };
            if (await exists.ExecuteScalarAsync(cancellationToken) is null)
            {
                await ExecuteAsync(connection, $"create database {Database} owner {Owner}", cancellationToken);
            }
        }
        await using (var connection = await connect(Database, cancellationToken))
        {
            await ExecuteAsync(connection, OneAtATime, cancellationToken);
            await ExecuteAsync(connection, InDatabase, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
