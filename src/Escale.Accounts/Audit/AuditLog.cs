using System.Runtime.CompilerServices;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Escale.Accounts.Audit;

/// <summary>
/// The audit log in PostgreSQL: it only grows (the database refuses changes), and each entry holds the hash of all before it (security
/// requirement S15). Thread-safe, also between processes.
/// </summary>
internal sealed class AuditLog(PostgresServer server, TimeProvider clock) : IAudit
{
    private const int MostText = 2000;

    private const string Head = "select number, hash from accounts.audit_head for update";

    private const string Append = """
        insert into accounts.audit (number, at, person_id, person, token, address, action, subject, succeeded, detail, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string MoveHead = "update accounts.audit_head set number = $1, hash = $2";

    private const string Select = """
        select number, at, person_id, person, token, address, action, subject, succeeded, detail, hash from accounts.audit
        where ($1::text is null or position(lower($1) in lower(person)) > 0 or position(lower($1) in lower(subject)) > 0)
          and ($2::text is null or starts_with(action, $2))
          and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
          and ($5::bigint is null or number < $5)
        order by number desc limit $6
        """;

    private const string SelectAll = """
        select number, at, person_id, person, token, address, action, subject, succeeded, detail, hash from accounts.audit order by number
        """;

    private const string SelectActions = "select distinct action from accounts.audit order by action";

    /// <inheritdoc/>
    public Task WriteAsync(HttpContext context, string action, string subject, bool succeeded = true, string? detail = null)
    {
        var caller = Caller.Of(context);
        return AppendAsync(context, caller?.Id, caller?.Name ?? "", action, subject, succeeded, detail);
    }

    /// <summary>Adds an entry about someone who is not, or no longer, the caller of the request.</summary>
    public Task WriteAsync(HttpContext context, Person person, string action, string subject, bool succeeded = true, string? detail = null) =>
        AppendAsync(context, person.Id, person.DisplayName.Length > 0 ? person.DisplayName : person.Email!, action, subject, succeeded, detail);

    /// <summary>The newest entries that a filter wants, newest first.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="before">Only entries with smaller numbers, or null.</param>
    /// <param name="most">At most so many, or null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<(AuditEntry Entry, byte[] Hash)> ReadAsync(
        AuditFilter filter, long? before, int? most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await (await server.WriterAsync(cancellationToken)).OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Select, connection)
        {
            Parameters =
            {
                Nullable(filter.Person, NpgsqlDbType.Text), Nullable(filter.Action, NpgsqlDbType.Text), Nullable(Midnight(filter.From), NpgsqlDbType.TimestampTz),
                Nullable(Midnight(filter.To?.AddDays(1)), NpgsqlDbType.TimestampTz), Nullable(before, NpgsqlDbType.Bigint), Nullable((long?)most, NpgsqlDbType.Bigint),
            },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            yield return (EntryOf(rows), rows.GetFieldValue<byte[]>(10));
        }
    }

    /// <summary>Every action that was ever noted.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(SelectActions);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var actions = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
        {
            actions.Add(rows.GetString(0));
        }
        return actions;
    }

    /// <summary>Reads the whole log and finds the first entry that is not what was written.</summary>
    public async Task<AuditCheck> CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await (await server.WriterAsync(cancellationToken)).OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var (headNumber, head) = await HeadAsync(connection, transaction, Head[..Head.IndexOf(" for update", StringComparison.Ordinal)], cancellationToken);
        var (count, previous) = (0L, Array.Empty<byte>());
        await using var command = new NpgsqlCommand(SelectAll, connection, transaction);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var entry = EntryOf(rows);
            var hash = entry.HashAfter(previous);
            if (entry.Number != count + 1 || !hash.AsSpan().SequenceEqual(rows.GetFieldValue<byte[]>(10)))
            {
                return new AuditCheck(count, count + 1, Convert.ToHexStringLower(head));
            }
            (count, previous) = (count + 1, hash);
        }
        return new AuditCheck(count, count == headNumber && previous.AsSpan().SequenceEqual(head) ? null : count + 1, Convert.ToHexStringLower(head));
    }

    // What was done must be noted also when the client is gone, and when the server has to be started again; twice rather than not.
    private Task AppendAsync(HttpContext context, string? personId, string person, string action, string subject, bool succeeded, string? detail) => server.RetryAsync(async never =>
    {
        await AppendOnceAsync(context, personId, person, action, subject, succeeded, detail, never);
        return true;
    }, CancellationToken.None);

    private async Task AppendOnceAsync(
        HttpContext context, string? personId, string person, string action, string subject, bool succeeded, string? detail, CancellationToken never)
    {
        await using var connection = await (await server.WriterAsync(never)).OpenConnectionAsync(never);
        await using var transaction = await connection.BeginTransactionAsync(never);
        var (number, previous) = await HeadAsync(connection, transaction, Head, never);
        var now = clock.GetUtcNow();
        var entry = new AuditEntry(
            number + 1, new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero), personId, Plain(person),
            context.User.FindFirst(Caller.TokenClaim)?.Value, context.Connection.RemoteIpAddress?.ToString() ?? "", action, Plain(subject), succeeded, detail is null ? null : Plain(detail));
        var hash = entry.HashAfter(previous);
        await using var append = new NpgsqlCommand(Append, connection, transaction)
        {
            Parameters =
            {
                new() { Value = entry.Number }, new() { Value = entry.At }, Nullable(entry.PersonId, NpgsqlDbType.Text), new() { Value = entry.Person }, Nullable(entry.Token, NpgsqlDbType.Text),
                new() { Value = entry.Address }, new() { Value = entry.Action }, new() { Value = entry.Subject }, new() { Value = entry.Succeeded }, Nullable(entry.Detail, NpgsqlDbType.Text), new() { Value = hash },
            },
        };
        await append.ExecuteNonQueryAsync(never);
        await using var move = new NpgsqlCommand(MoveHead, connection, transaction) { Parameters = { new() { Value = entry.Number }, new() { Value = hash } } };
        await move.ExecuteNonQueryAsync(never);
        await transaction.CommitAsync(never);
    }

    private static async Task<(long Number, byte[] Hash)> HeadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetFieldValue<byte[]>(1));
    }

    private static AuditEntry EntryOf(NpgsqlDataReader row) => new(
        row.GetInt64(0), new DateTimeOffset(row.GetDateTime(1), TimeSpan.Zero), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.GetString(5), row.GetString(6), row.GetString(7), row.GetBoolean(8), row.IsDBNull(9) ? null : row.GetString(9));

    // As the database will give it back, or the hash would not fit: no zero characters, no halves of a character; and not endless.
    private static string Plain(string text)
    {
        var kept = text.Length > MostText ? text[..MostText] : text;
        return string.Concat(kept.Replace("\0", "", StringComparison.Ordinal).EnumerateRunes());
    }

    private static DateTimeOffset? Midnight(DateOnly? day) => day is { } date ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
