using System.Net;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>The first page of a project that is empty, filled and broken, by the real program.</summary>
public sealed class The_first_page : IDisposable
{
    private readonly TempFolder _folder = new();

    public The_first_page() => _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Offers_a_sample_when_the_project_is_empty_and_then_shows_its_tables_and_what_is_wrong()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        Assert.Contains("/sample", await PageAsync(session), StringComparison.Ordinal);

        var added = await session.PostFormAsync("/", "/sample");
        Assert.Equal(HttpStatusCode.Redirect, added.StatusCode);
        await session.Client.GetStringAsync($"/api/v1{added.Headers.Location}/events");
        await Task.Delay(2500); // facts are gathered every two seconds
        Assert.Contains("gold.calls_by_month", await PageAsync(session), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.PostFormAsync("/", "/sample")).StatusCode);

        _folder.Write("models/schema.yml", "models: [ {");
        await Task.Delay(1500); // files are looked at every second
        var broken = await PageAsync(session);
        Assert.Contains("models/schema.yml", broken, StringComparison.Ordinal);
        Assert.Contains("gold.calls_by_month", broken, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync(SignedIn session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using var answer = await session.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
