using Escale.Accounts.Storage;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace Escale.Accounts.Links;

/// <summary>What a one-time link is for.</summary>
public enum LinkKind
{
    /// <summary>A new account.</summary>
    Invitation,

    /// <summary>A new password for an account.</summary>
    Password,
}

/// <summary>A link that was made.</summary>
/// <param name="Id">Its name in addresses of administration; no secret.</param>
/// <param name="Kind">What for.</param>
/// <param name="Email">For whom.</param>
/// <param name="Role">The role of the account to be made.</param>
/// <param name="PersonId">The account that gets a new password.</param>
/// <param name="MadeBy">Who made it.</param>
/// <param name="EndsAt">When it ends.</param>
public sealed record OneTimeLink(string Id, LinkKind Kind, string Email, Role? Role, string? PersonId, string MadeBy, DateTimeOffset EndsAt);

/// <summary>
/// Links that administrators send to people: 256 random bits, of which the database has the hash only; used once, gone after a while; a new
/// one for the same address replaces the one before. Thread-safe.
/// </summary>
internal sealed class OneTimeLinks(PostgresServer server, TimeProvider clock)
{
    private const string Columns = "id, kind, email, role, person_id, made_by, ends_at";

    private const string Insert = """
        with replaced as (delete from accounts.links where kind = $2 and lower(email) = lower($4) and used_at is null)
        insert into accounts.links (id, kind, hash, email, role, person_id, made_by, made_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string SelectOpen = $"select {Columns} from accounts.links where kind = $1 and used_at is null and ends_at > $2 order by made_at desc";

    private const string SelectOne = $"select {Columns} from accounts.links where kind = $1 and hash = $2 and used_at is null and ends_at > $3";

    private const string Use = "update accounts.links set used_at = $2 where id = $1 and used_at is null and ends_at > $2";

    private const string Remove = "delete from accounts.links where id = $1 and used_at is null returning email";

    private static readonly TimeSpan _lifetimeOfInvitation = TimeSpan.FromDays(7);
    private static readonly TimeSpan _lifetimeOfPassword = TimeSpan.FromHours(24);

    /// <summary>Makes a link and returns its secret part, which nobody can find out again.</summary>
    public async Task<string> MakeAsync(LinkKind kind, string email, Role? role, string? personId, string madeBy, CancellationToken cancellationToken)
    {
        var token = SecretToken.Make();
        var now = clock.GetUtcNow();
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(Insert);
        command.Parameters.AddAll(
        [
            new() { Value = Guid.CreateVersion7(now).ToString("N") }, new() { Value = Code(kind) }, new() { Value = SecretToken.Hash(token) }, new() { Value = email },
            new() { Value = (object?)role?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = (object?)personId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = madeBy }, new() { Value = now }, new() { Value = now + (kind == LinkKind.Invitation ? _lifetimeOfInvitation : _lifetimeOfPassword) },
        ]);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return token;
    }

    /// <summary>The links that can still be used.</summary>
    public async Task<IReadOnlyList<OneTimeLink>> OpenAsync(LinkKind kind, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(SelectOpen);
        command.Parameters.AddAll([new() { Value = Code(kind) }, new() { Value = clock.GetUtcNow() }]);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var links = new List<OneTimeLink>();
        while (await rows.ReadAsync(cancellationToken))
        {
            links.Add(LinkOf(rows));
        }
        return links;
    }

    /// <summary>The link with this secret, if it can still be used.</summary>
    public Task<OneTimeLink?> FindAsync(LinkKind kind, string? token, CancellationToken cancellationToken) => server.RetryAsync(stop => FindOnceAsync(kind, token, stop), cancellationToken);

    private async Task<OneTimeLink?> FindOnceAsync(LinkKind kind, string? token, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(SelectOne);
        command.Parameters.AddAll([new() { Value = Code(kind) }, new() { Value = SecretToken.Hash(token ?? "") }, new() { Value = clock.GetUtcNow() }]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? LinkOf(row) : null;
    }

    /// <summary>Uses it up; false when somebody else was quicker.</summary>
    public async Task<bool> TryUseAsync(OneTimeLink link, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(Use);
        command.Parameters.AddAll([new() { Value = link.Id }, new() { Value = clock.GetUtcNow() }]);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes an unused link back; returns for whom it was, or null when there is none.</summary>
    public async Task<string?> WithdrawAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(Remove);
        command.Parameters.Add(new() { Value = id });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static OneTimeLink LinkOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1) == "invitation" ? LinkKind.Invitation : LinkKind.Password, row.GetString(2), row.IsDBNull(3) ? null : Enum.Parse<Role>(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetString(4), row.GetString(5), new DateTimeOffset(row.GetDateTime(6), TimeSpan.Zero));

    private static string Code(LinkKind kind) => kind == LinkKind.Invitation ? "invitation" : "password";
}
