using System.Net;
using System.Text.RegularExpressions;
using Escale.Accounts.Tokens;
using Escale.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Accounts.Tests.Access;

/// <summary>Security requirements S3 and S14: every route of the served program, asked by everyone.</summary>
public sealed partial class Every_route(ServedProgram program)
{
    // The list of what is for anyone: exact. What is added here must be harmless without a session, or guard itself.
    private static readonly string[] _forAnyone =
    [
        "GET /assets/{name}", "GET /favicon.svg", "GET /health/live", "GET /health/ready", "GET /invitation", "GET /password", "GET /register", "GET /setup", "GET /sign-in", "GET /sign-in/code",
        "GET /sign-in/with/{name}", "GET /sign-in/with/{name}/done",
        "GET /share/{token}", "GET /api/v1/share/{token}/", "GET /api/v1/share/{token}/filters/{filter}", "GET /api/v1/share/{token}/tiles/{tile}",
        "GET /api/v1/streams/{name}", "POST /api/v1/streams/{name}",
        "POST /api/v1/endpoints/{name}/predictions", "POST /api/v1/endpoints/{name}/invocations",
        "GET /v2", "GET /v2/health/live", "GET /v2/health/ready", "GET /v2/models/{name}", "GET /v2/models/{name}/ready", "POST /v2/models/{name}/infer",
        "POST /invitation", "POST /password", "POST /register", "POST /setup", "POST /sign-in", "POST /sign-in/code", "POST /sign-in/passkey",
        "POST /sign-in/passkey/options",
    ];

    [Fact]
    public void Is_for_a_role_or_on_the_list_of_what_is_for_anyone()
    {
        Assert.Equal(_forAnyone.Order(StringComparer.Ordinal), Routes().Where(route => route.Rule is null).Select(route => route.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Refuses_who_is_not_signed_in()
    {
        using var browser = program.Open();
        var open = new List<string>();
        foreach (var route in Routes().Where(route => route.Rule is not null))
        {
            if (await StatusAsync(browser, route) != HttpStatusCode.Unauthorized)
            {
                open.Add(route.ToString());
            }
        }
        Assert.Empty(open);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Analyst)]
    [InlineData(Role.Engineer)]
    [InlineData(Role.Admin)]
    public async Task Answers_a_session_as_its_role_says(Role role)
    {
        // Without the antiforgery token: whoever may comes as far as that and no further, so that nothing is changed here.
        using var browser = await program.SignInAsync(role);
        await CheckAsync(route => role >= route.Rule!.Least, browser, Routes());
    }

    [Theory]
    [InlineData(Role.Viewer, TokenScope.Read)]
    [InlineData(Role.Analyst, TokenScope.Write)]
    [InlineData(Role.Engineer, TokenScope.Read)]
    [InlineData(Role.Engineer, TokenScope.Write)]
    [InlineData(Role.Engineer, TokenScope.Run)]
    [InlineData(Role.Engineer, TokenScope.Push)]
    [InlineData(Role.Admin, TokenScope.Read)]
    public async Task Answers_a_token_as_its_scope_and_the_role_of_its_owner_say(Role role, TokenScope scope)
    {
        var id = await program.MakeAsync($"{role}-{scope}-{Guid.NewGuid():N}@example.org".ToLowerInvariant(), role);
        var text = await program.Get<ApiTokens>().MakeAsync(id, "t", [scope], TimeSpan.FromHours(1), CancellationToken.None);
        using var bearer = new Browser(program.Address, text.Whole);
        await CheckAsync(route => role >= route.Rule!.Least && route.Rule.Scope == scope, bearer, Routes().Where(route => route.Pattern.StartsWith("/api/", StringComparison.Ordinal)));
        foreach (var page in Routes().Where(route => route.Rule is not null && !route.Pattern.StartsWith("/api/", StringComparison.Ordinal)))
        {
            Assert.Equal((page, HttpStatusCode.Unauthorized), (page, await StatusAsync(bearer, page)));
        }
    }

    private static async Task CheckAsync(Func<Route, bool> isAllowed, Browser browser, IEnumerable<Route> routes)
    {
        var wrong = new List<string>();
        foreach (var route in routes.Where(route => route.Rule is not null))
        {
            var status = await StatusAsync(browser, route);
            var wasAllowed = status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
            if (wasAllowed != isAllowed(route) || status == HttpStatusCode.InternalServerError)
            {
                wrong.Add($"{route}: {(int)status}");
            }
        }
        Assert.Empty(wrong);
    }

    private static async Task<HttpStatusCode> StatusAsync(Browser browser, Route route)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), Parameter().Replace(route.Pattern, match => match.Value.Contains(":long", StringComparison.Ordinal) ? "0" : "none"));
        using var answer = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private List<Route> Routes() =>
    [
        .. program.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new Route(
                method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null ? endpoint.Metadata.GetMetadata<AccessRule>() ?? new AccessRule(Role.Viewer, TokenScope.Read) : null))),
    ];

    internal sealed record Route(string Method, string Pattern, AccessRule? Rule)
    {
        public override string ToString() => $"{Method} {Pattern}";
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
