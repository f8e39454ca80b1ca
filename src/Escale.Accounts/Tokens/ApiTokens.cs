using Escale.Accounts.Storage;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;

namespace Escale.Accounts.Tokens;

/// <summary>Whose token a request came with.</summary>
/// <param name="Token">The token.</param>
/// <param name="PersonId">The owner.</param>
/// <param name="Person">What they are called.</param>
/// <param name="Role">What they may do now.</param>
/// <param name="Refusal">Why it may not be used; null when it may.</param>
internal sealed record TokenUse(ApiToken Token, string PersonId, string Person, Role Role, string? Refusal);

/// <summary>Personal API tokens. Nothing is kept between requests: who closes an account or revokes a token ends it at once. Thread-safe.</summary>
internal sealed class ApiTokens(PostgresServer server, TimeProvider clock)
{
    private const string Columns = "t.id, t.prefix, t.name, t.scopes, t.made_at, t.ends_at, t.last_used_at, t.revoked_at";

    private const string Insert = "insert into accounts.tokens (id, prefix, hash, person_id, name, scopes, made_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";

    private const string SelectOf = $"select {Columns} from accounts.tokens t where t.person_id = $1 and t.revoked_at is null order by t.made_at desc";

    private const string SelectUse = $"""
        select {Columns}, t.hash, p.id, coalesce(nullif(p.display_name, ''), p.email), p.role, p.is_closed
        from accounts.tokens t join accounts.people p on p.id = t.person_id where t.prefix = $1
        """;

    private const string Used = "update accounts.tokens set last_used_at = $2 where id = $1";

    private const string Revoke = "update accounts.tokens set revoked_at = $3 where id = $1 and person_id = $2 and revoked_at is null returning prefix";

    private static readonly TimeSpan _grain = TimeSpan.FromMinutes(1);

    /// <summary>Makes a token and returns its text, which nobody can find out again.</summary>
    public async Task<TokenText> MakeAsync(string personId, string name, IReadOnlyList<TokenScope> scopes, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var text = TokenText.Make();
        var now = clock.GetUtcNow();
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(Insert);
        command.Parameters.AddAll(
        [
            new() { Value = Guid.CreateVersion7(now).ToString("N") }, new() { Value = text.Prefix }, new() { Value = text.Hash() }, new() { Value = personId }, new() { Value = name },
            new() { Value = scopes.Select(scope => scope.ToString()).ToArray() }, new() { Value = now }, new() { Value = now + lifetime },
        ]);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return text;
    }

    /// <summary>The tokens of a person that were not revoked, newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> OfAsync(string personId, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(SelectOf);
        command.Parameters.Add(new() { Value = personId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tokens = new List<ApiToken>();
        while (await rows.ReadAsync(cancellationToken))
        {
            tokens.Add(TokenOf(rows));
        }
        return tokens;
    }

    /// <summary>Whose token this is; null when nobody has one that begins so.</summary>
    public Task<TokenUse?> UseAsync(TokenText text, CancellationToken cancellationToken) => server.RetryAsync(token => UseOnceAsync(text, token), cancellationToken);

    private async Task<TokenUse?> UseOnceAsync(TokenText text, CancellationToken cancellationToken)
    {
        var writer = await server.WriterAsync(cancellationToken);
        await using var command = writer.CreateCommand(SelectUse);
        command.Parameters.Add(new() { Value = text.Prefix });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }
        var token = TokenOf(row);
        var now = clock.GetUtcNow();
        var refusal = !SecretToken.Is(text.Whole, row.GetFieldValue<byte[]>(8)) ? "wrong secret"
            : token.RevokedAt is not null ? "revoked"
            : token.EndsAt <= now ? "expired"
            : row.GetBoolean(12) ? "account closed" : null;
        var use = new TokenUse(token, row.GetString(9), row.GetString(10), Enum.Parse<Role>(row.GetString(11)), refusal);
        if (refusal is null && !(token.LastUsedAt > now - _grain))
        {
            await using var used = writer.CreateCommand(Used);
            used.Parameters.AddAll([new() { Value = token.Id }, new() { Value = now }]);
            await used.ExecuteNonQueryAsync(cancellationToken);
        }
        return use;
    }

    /// <summary>Revokes a token of this person; returns how it begins, or null when there is none.</summary>
    public async Task<string?> RevokeAsync(string id, string personId, CancellationToken cancellationToken)
    {
        await using var command = (await server.WriterAsync(cancellationToken)).CreateCommand(Revoke);
        command.Parameters.AddAll([new() { Value = id }, new() { Value = personId }, new() { Value = clock.GetUtcNow() }]);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static ApiToken TokenOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), [.. row.GetFieldValue<string[]>(3).Select(scope => Enum.Parse<TokenScope>(scope))],
        Moment(row, 4)!.Value, Moment(row, 5)!.Value, Moment(row, 6), Moment(row, 7));

    private static DateTimeOffset? Moment(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column), TimeSpan.Zero);
}
