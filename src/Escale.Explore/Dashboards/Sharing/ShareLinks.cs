using System.Buffers.Text;
using System.Security.Cryptography;
using Escale.Explore.Storage;
using Escale.Kernel;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Escale.Explore.Dashboards.Sharing;

/// <summary>A link by which people who are not signed in see one dashboard.</summary>
/// <param name="Id">Its number, by which it is revoked; says nothing of the token.</param>
/// <param name="Dashboard">The dashboard's id.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">Until when it opens the dashboard.</param>
internal sealed record ShareLink(long Id, string Dashboard, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Makes, checks and revokes links. A token is 256 random bits signed with the program's own keys: what was not signed here is refused without a look
/// into the database, which keeps only the SHA-256 of the token. Thread-safe.
/// </summary>
internal sealed class ShareLinks(ExploreDatabase database, IDataProtectionProvider keys, TimeProvider clock)
{
    /// <summary>The longest that a link may live.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private readonly IDataProtector _signer = keys.CreateProtector("escale.dashboards.share.v1");

    /// <summary>A new link with its token, which is shown once.</summary>
    public async Task<(ShareLink Link, string Token)> CreateAsync(string dashboard, Caller by, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var token = Base64Url.EncodeToString(_signer.Protect(RandomNumberGenerator.GetBytes(32)));
        var now = clock.GetUtcNow();
        await using var command = (await database.OpenAsync(cancellationToken)).CreateCommand(Insert);
        Give(command, dashboard, SecretToken.Hash(token), by.Id, by.Name, now, now + lifetime);
        var id = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return (new ShareLink(id, dashboard, by.Name, now, now + lifetime), token);
    }

    /// <summary>The links of a dashboard that still open it, newest first.</summary>
    public async Task<IReadOnlyList<ShareLink>> OfAsync(string dashboard, CancellationToken cancellationToken)
    {
        await using var command = (await database.OpenAsync(cancellationToken)).CreateCommand(List);
        Give(command, dashboard, clock.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var links = new List<ShareLink>();
        while (await reader.ReadAsync(cancellationToken))
        {
            links.Add(new ShareLink(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }
        return links;
    }

    /// <summary>Ends a link at once; false when the dashboard has no such link.</summary>
    public async Task<bool> RevokeAsync(string dashboard, long id, CancellationToken cancellationToken)
    {
        await using var command = (await database.OpenAsync(cancellationToken)).CreateCommand(Revoke);
        Give(command, dashboard, id, clock.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>The dashboard that a token opens.</summary>
    /// <exception cref="EscaleException"><c>explore.share-not-found</c>: never made here, expired, or revoked. It does not say which.</exception>
    public async Task<string> OpenAsync(string token, CancellationToken cancellationToken)
    {
        if (IsSigned(token))
        {
            await using var command = (await database.OpenAsync(cancellationToken)).CreateCommand(Find);
            Give(command, SecretToken.Hash(token), clock.GetUtcNow());
            if (await command.ExecuteScalarAsync(cancellationToken) is string dashboard)
            {
                return dashboard;
            }
        }
        throw new EscaleException("explore.share-not-found", "This link leads nowhere: it has expired, or was taken back.", "Ask whoever sent it for a new one.");
    }

    private bool IsSigned(string token)
    {
        try
        {
            return token.Length <= 1024 && _signer.Unprotect(Base64Url.DecodeFromChars(token)).Length == 32;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static void Give(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }
    }

    private const string Insert = """
        insert into explore.dashboard_share (dashboard_id, token_hash, person_id, person_name, created_at, expires_at) values ($1, $2, $3, $4, $5, $6) returning id
        """;

    private const string List = """
        select id, dashboard_id, person_name, created_at, expires_at from explore.dashboard_share
        where dashboard_id = $1 and revoked_at is null and expires_at > $2 order by id desc
        """;

    private const string Revoke = "update explore.dashboard_share set revoked_at = $3 where dashboard_id = $1 and id = $2 and revoked_at is null";

    private const string Find = "select dashboard_id from explore.dashboard_share where token_hash = $1 and revoked_at is null and expires_at > $2";
}
