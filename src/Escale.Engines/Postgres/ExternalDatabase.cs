using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Escale.Engines.Postgres.Copy;
using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>
/// A PostgreSQL server of the user's own, named by <c>ESCALE_DATABASE</c>. Its user becomes the owner, unless it is a superuser: then
/// a role <c>escale_owner</c> is made. Where that user may create roles, <c>escale_writer</c> and <c>escale_reader</c> are made with
/// passwords derived from its own, so that every machine with the same address can use them; where it may not, an administrator
/// gives connections in <c>ESCALE_DATABASE_WRITER</c> and <c>ESCALE_DATABASE_READER</c>.
/// </summary>
internal static class ExternalDatabase
{
    private const string WriterVariable = "ESCALE_DATABASE_WRITER";
    private const string ReaderVariable = "ESCALE_DATABASE_READER";

    private const string Rights = """
        select r.rolsuper, r.rolsuper or r.rolcreaterole, has_database_privilege(current_database(), 'CREATE')
        from pg_roles r where r.rolname = current_user
        """;

    // {role}, {verifier} and {database} are made here or quoted; identifiers and verifiers hold no quotes.
    private const string MakeRole = """
        do $do$ begin
          if not exists (select from pg_roles where rolname = '{role}') then
            create role {role} login nocreatedb nocreaterole noreplication password '{verifier}';
          end if;
        end $do$;
        grant connect on database {database} to {role};
        """;

    private const string LimitReader = """
        alter role escale_reader set default_transaction_read_only = on;
        alter role escale_reader set statement_timeout = '60s';
        """;

    /// <summary>Connects, makes what is missing, and returns the pools.</summary>
    public static async Task<DatabaseAccess> OpenAsync(string address, RunEnvironment environment, CancellationToken cancellationToken)
    {
        var given = Parse(address, "ESCALE_DATABASE");
        var where = $"postgresql://{given.Username}@{given.Host}:{given.Port}/{given.Database}";
        var made = new List<NpgsqlConnectionStringBuilder?>();
        try
        {
            await using var connection = new NpgsqlConnection(given.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            var (isSuper, mayMakeRoles, mayCreate) = await RightsAsync(connection, cancellationToken);
            if (!mayCreate)
            {
                throw new EscaleException(
                    "engines.postgres.permission-denied", $"The user '{given.Username}' may not create schemas in the database '{given.Database}'.",
                    $"Ask its administrator for: grant create on database {CopyColumn.QuoteName(given.Database!)} to {CopyColumn.QuoteName(given.Username!)};");
            }
            foreach (var (role, isNeeded, variable) in new[]
            {
                (Roles.Owner, isSuper, "ESCALE_DATABASE"), (Roles.Writer, true, WriterVariable), (Roles.Reader, true, ReaderVariable),
            })
            {
                var isOurs = mayMakeRoles && isNeeded && (role == Roles.Owner || Given(environment, variable) is null);
                made.Add(isOurs ? await MakeAsync(connection, given, role, variable, cancellationToken) : null);
            }
            if (isSuper)
            {
                await ExecuteAsync(connection, $"grant create, temporary on database {CopyColumn.QuoteName(given.Database!)} to {Roles.Owner}", cancellationToken);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw PostgresErrors.Translate(exception, where);
        }
        var owner = made[0] ?? given;
        var writer = Given(environment, WriterVariable) ?? made[1];
        var reader = Given(environment, ReaderVariable) ?? made[2];
        var ownerPool = DatabaseAccess.Pool(DatabaseAccess.Detailed(owner), commandTimeoutSeconds: 0);
        return new DatabaseAccess(
            ownerPool,
            writer is null ? ownerPool : DatabaseAccess.Pool(writer, commandTimeoutSeconds: 60),
            reader is null ? null : DatabaseAccess.Pool(reader, commandTimeoutSeconds: 90),
            new PostgresAddress(given.Host!, given.Port, given.Database!, given.Username!, null, IsEmbedded: false));
    }

    /// <summary>Reads a <c>postgres://user:password@host:port/database?sslmode=require</c> URL or an Npgsql connection string.</summary>
    /// <exception cref="EscaleException"><c>engines.postgres.address</c>: it is neither; the message does not repeat it (it holds a password).</exception>
    public static NpgsqlConnectionStringBuilder Parse(string address, string variable)
    {
        try
        {
            var settings = address.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || address.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                ? FromUrl(new Uri(address))
                : new NpgsqlConnectionStringBuilder(address);
            if (settings.Host is not { Length: > 0 } || settings.Username is not { Length: > 0 })
            {
                throw new ArgumentException("host and user are needed");
            }
            settings.Database ??= settings.Username;
            settings.ApplicationName ??= "escale";
            return settings;
        }
        catch (Exception exception) when (exception is ArgumentException or UriFormatException or FormatException)
        {
            throw new EscaleException(
                "engines.postgres.address", $"{variable} is not the address of a PostgreSQL database.",
                "Write it as postgres://user:password@host:5432/database.");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Uri url)
    {
        var user = url.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 5432,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = url.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(url.AbsolutePath[1..]) : null,
        };
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : "");
            settings[parts[0] switch { "sslmode" => "SSL Mode", "application_name" => "Application Name", "connect_timeout" => "Timeout", var other => other }] =
                parts[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return settings;
    }

    private static NpgsqlConnectionStringBuilder? Given(RunEnvironment environment, string variable) =>
        environment[variable] is { Length: > 0 } value ? Parse(value, variable) : null;

    private static async Task<(bool IsSuper, bool MayMakeRoles, bool MayCreate)> RightsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Rights, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2));
    }

    private static async Task<NpgsqlConnectionStringBuilder> MakeAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder given, string role, string variable, CancellationToken cancellationToken)
    {
        var password = Derive(given, role);
        await ExecuteAsync(
            connection,
            MakeRole.Replace("{role}", role, StringComparison.Ordinal).Replace("{verifier}", Passwords.Verifier(password), StringComparison.Ordinal)
                .Replace("{database}", CopyColumn.QuoteName(given.Database!), StringComparison.Ordinal),
            cancellationToken);
        if (role == Roles.Reader)
        {
            await ExecuteAsync(connection, LimitReader, cancellationToken);
        }
        var made = new NpgsqlConnectionStringBuilder(given.ConnectionString) { Username = role, Password = password };
        await SignInAsync(made, variable, cancellationToken);
        return made;
    }

    // The role may have stood there before, made by somebody else or with the password that the user of ESCALE_DATABASE had then.
    private static async Task SignInAsync(NpgsqlConnectionStringBuilder made, string variable, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(made.ConnectionString);
            await connection.OpenAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is "28P01" or "28000")
        {
            throw new EscaleException(
                "engines.postgres.role-password",
                $"PostgreSQL at {made.Host}:{made.Port} already has a role '{made.Username}', and it is not ours to sign in with: {exception.MessageText}.",
                $"Set {variable} to a connection with that role and its password; or, when nobody uses it, drop the role and run the same command again.", inner: exception);
        }
    }

    private static string Derive(NpgsqlConnectionStringBuilder given, string role) => Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(given.Password ?? ""), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"escale/{given.Username}/{role}")),
        100_000, HashAlgorithmName.SHA256, 16));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
