using System.Net.Sockets;
using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>What Npgsql throws, in the terms of <see cref="EscaleException"/>.</summary>
public static class PostgresErrors
{
    /// <summary>Whether trying again later may succeed: the server is away, starting, stopping or has no free connection.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState is "57P01" or "57P02" or "57P03" or "53300" || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is SocketException or IOException or TimeoutException,
        SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether what stopped work may pass while the work waits: the server is away, busy, or has no room.</summary>
    public static bool MayPass(EscaleException error) => error.Code is "engines.postgres.unreachable" or "engines.postgres.disk-full" or "engines.postgres.timeout";

    /// <summary>The designed error for an exception of Npgsql's.</summary>
    /// <param name="exception">A <see cref="NpgsqlException"/>, socket error or time-out.</param>
    /// <param name="where">The server as the user knows it, without password.</param>
    public static EscaleException Translate(Exception exception, string where) => exception switch
    {
        PostgresException { SqlState: "28P01" or "28000" } server => new(
            "engines.postgres.sign-in", $"PostgreSQL at {where} refuses the user or password: {server.MessageText}.",
            "Check the user and password in ESCALE_DATABASE.", inner: exception),
        PostgresException { SqlState: "3D000" } server => new(
            "engines.postgres.no-database", $"PostgreSQL at {where}: {server.MessageText}.",
            "Create the database, or name another one in ESCALE_DATABASE.", inner: exception),
        PostgresException { SqlState: "42501" } server => new(
            "engines.postgres.permission-denied", $"PostgreSQL at {where}: {server.MessageText}.",
            "Grant the right to the user of ESCALE_DATABASE, or use a user that has it.", inner: exception),
        PostgresException { SqlState: "53100" } server => new(
            "engines.postgres.disk-full", $"PostgreSQL at {where} has no room left: {server.MessageText}.",
            "Free some disk space, then try again; what stood before still stands.", inner: exception),
        PostgresException { SqlState: "57014" } server => new(
            "engines.postgres.timeout", $"PostgreSQL at {where}: {server.MessageText}.",
            "Ask for less, or raise the role's statement_timeout.", inner: exception),
        PostgresException server when !IsTransient(server) => new(
            "engines.postgres.sql", $"PostgreSQL at {where}: {server.MessageText} ({server.SqlState}){Detail(server)}.", inner: exception),
        _ => new(
            "engines.postgres.unreachable", $"PostgreSQL at {where} cannot be reached: {Innermost(exception)}",
            "Check that the server runs and that host and port are right, then run the same command again.", inner: exception),
    };

    private static string Detail(PostgresException server) => server.Hint is { Length: > 0 } hint ? $"; {hint}" : "";

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }
        return exception.Message;
    }
}
