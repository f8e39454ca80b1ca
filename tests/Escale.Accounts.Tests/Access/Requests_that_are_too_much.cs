using System.Net;
using System.Text;
using Escale.Accounts.Tokens;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Access;

/// <summary>Security requirement S10 over HTTP: what is larger than an endpoint takes is refused with 413.</summary>
public sealed class Requests_that_are_too_much(ServedProgram program)
{
    [Fact]
    public async Task Are_refused_by_the_server_and_earlier_where_less_is_enough()
    {
        var id = await program.MakeAsync("large@example.org", Role.Analyst);
        var token = await program.Get<ApiTokens>().MakeAsync(id, "t", [TokenScope.Read, TokenScope.Write], TimeSpan.FromDays(1), CancellationToken.None);
        using var bearer = new Browser(program.Address, token.Whole);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(bearer, HttpMethod.Post, "/api/v1/sql", "application/json", 40_000_000)).StatusCode);
        var file = await SendAsync(bearer, HttpMethod.Put, "/api/v1/dashboards/large/file", "application/yaml", 2_000_000);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, file.StatusCode);
        Assert.Contains("explore.dashboard-too-large", await file.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(Browser browser, HttpMethod method, string path, string type, int size)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(new string(' ', size), Encoding.UTF8, type) };
        request.Headers.ExpectContinue = true; // so that the answer is read before the body is sent
        return await browser.Client.SendAsync(request);
    }
}
