namespace Escale.Engines.Postgres;

/// <summary>What a person or a BI tool needs to connect and read: the read-only role.</summary>
/// <param name="Host">Host name or loopback address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Database">Database name.</param>
/// <param name="User">The read-only role, or the user of <c>ESCALE_DATABASE</c> when there is none.</param>
/// <param name="PasswordFile">The file that holds the password in libpq's format, or null: then the password is the one you gave in <c>ESCALE_DATABASE</c>.</param>
/// <param name="IsEmbedded">Whether it is the project's own private server.</param>
public sealed record PostgresAddress(string Host, int Port, string Database, string User, string? PasswordFile, bool IsEmbedded)
{
    /// <summary>A line to paste into a shell; it holds no password.</summary>
    public string Psql => FormattableString.Invariant(
        $"psql \"host={Host} port={Port} dbname={Database} user={User}{(PasswordFile is null ? "" : $" passfile='{PasswordFile}'")}\"");

    /// <summary>The address as a URL, without the password.</summary>
    public string Url => FormattableString.Invariant($"postgresql://{User}@{Host}:{Port}/{Database}");
}

/// <summary>What stands now, without starting anything.</summary>
/// <param name="IsEmbedded">False when <c>ESCALE_DATABASE</c> names a server.</param>
/// <param name="IsRunning">Whether the embedded server runs; null for a server of yours, which is not asked.</param>
/// <param name="ProcessId">Of the embedded server when it runs.</param>
/// <param name="Port">The port it listens on, or listened on last.</param>
/// <param name="Folder">Where the embedded server keeps data, log and socket; null before its first start.</param>
/// <param name="User">The system user it runs as, when root starts it.</param>
/// <param name="Log">Its log file.</param>
/// <param name="IsOutside">Whether its folder lies outside the project, because its user cannot enter the project's folder.</param>
/// <param name="KeepsRunning">Whether <c>escale db start</c> keeps it running when nobody uses it.</param>
public sealed record PostgresStatus(
    bool IsEmbedded, bool? IsRunning, int? ProcessId, int? Port, string? Folder, string? User, string? Log, bool IsOutside, bool KeepsRunning);
