using System.Globalization;
using Escale.Accounts.Audit;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Escale.Accounts.Tokens;

/// <summary><c>/account/tokens</c>: one's own API tokens. Not in the API: a token cannot make others.</summary>
internal static class TokenEndpoints
{
    private const int MostTokens = 100;

    /// <summary>How long a token may live, in days.</summary>
    public static readonly IReadOnlyList<int> Lifetimes = [7, 30, 90, 365];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/account/tokens", (HttpContext context, ApiTokens tokens, ShownOnce shown, string? made, CancellationToken cancellationToken) =>
            ShowAsync(context, tokens, shown.Take(context, made), null, [], cancellationToken)).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapForm("/account/tokens", MakeAsync).For(Role.Viewer);
        endpoints.MapForm("/account/tokens/{id}/revoke", RevokeAsync).For(Role.Viewer);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, ApiTokens tokens, string? secret, string? name, IReadOnlyList<string> errors, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context)!;
        return Page.Show<TokensPage>(
            new { Tokens = await tokens.OfAsync(caller.Id, cancellationToken), Secret = secret, Name = name, Errors = errors, Scopes = TokenScopes.Of(caller.Role) },
            errors.Count > 0 ? Forms.Correct : StatusCodes.Status200OK);
    }

    private static async Task<IResult> MakeAsync(
        HttpContext context, ApiTokens tokens, ShownOnce shown, AuditLog audit, Mount mount, [FromForm] string? name, [FromForm] StringValues scope, [FromForm] int? days, CancellationToken cancellationToken)
    {
        var (caller, reader) = (Caller.Of(context)!, ReaderOf.Request(context));
        var scopes = TokenScopes.Of(caller.Role).Where(allowed => scope.Contains(allowed.ToString())).ToList();
        var called = PersonName.Clean(name);
        var errors = new List<string>();
        if (called.Length == 0)
        {
            errors.Add(reader[Words.TokenNeedsName]);
        }
        if (scopes.Count == 0)
        {
            errors.Add(reader[Words.TokenNeedsScope]);
        }
        if (days is not { } lifetime || !Lifetimes.Contains(lifetime))
        {
            return Results.BadRequest();
        }
        if ((await tokens.OfAsync(caller.Id, cancellationToken)).Count >= MostTokens)
        {
            errors.Add(reader[Words.TooManyTokens]);
        }
        if (errors.Count > 0)
        {
            return await ShowAsync(context, tokens, null, name, errors, cancellationToken);
        }
        var text = await tokens.MakeAsync(caller.Id, called, scopes, TimeSpan.FromDays(lifetime), cancellationToken);
        await audit.WriteAsync(context, "token.made", text.Prefix, detail: string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", scopes)}; {lifetime} days"));
        return Results.Redirect(mount.To("/account/tokens?made=") + shown.Keep(context, text.Whole));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, ApiTokens tokens, AuditLog audit, Mount mount, string id, CancellationToken cancellationToken)
    {
        if (await tokens.RevokeAsync(id, Caller.Of(context)!.Id, cancellationToken) is { } prefix)
        {
            await audit.WriteAsync(context, "token.revoked", prefix);
        }
        return Results.Redirect(mount.To("/account/tokens"));
    }
}
