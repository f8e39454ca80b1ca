using Escale.Explore.Tests.Tables;

namespace Escale.Explore.Tests.Profiles;

public sealed class Profiles_over_http : IAsyncLifetime
{
    private ServedTables _served = null!;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedTables.StartAsync();
        _served.Write("gold.people", "select i as id, ['Dakar ', 'Thiès'][i % 2 + 1] as town, case when i % 4 = 0 then null else i * 1.5 end as amount from range(40) r(i)");
        _served.Write("gold.large", "select i as id, i % 1000 as code from range(700000) r(i)");
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task A_small_table_is_profiled_wholly_at_once()
    {
        var profile = await _served.JsonAsync("gold.people/profile");
        Assert.True(profile.GetProperty("basis").GetProperty("is_exact").GetBoolean());
        Assert.Equal(10, profile.GetProperty("missing").GetInt64());
        var padded = profile.GetProperty("alerts").EnumerateArray().First(alert => alert.GetProperty("code").GetString() == "padded");
        Assert.StartsWith("town has blanks around its texts in 20 rows", padded.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal("trim", padded.GetProperty("step").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_large_table_is_sampled_and_read_wholly_when_asked()
    {
        Assert.False((await _served.JsonAsync("gold.large/profile")).GetProperty("basis").GetProperty("is_whole").GetBoolean());
        using var request = new HttpRequestMessage(HttpMethod.Get, "gold.large/profile?full=true");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await _served.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var events = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("event: result", events, StringComparison.Ordinal);
        Assert.Equal(700_000, (await _served.JsonAsync("gold.large/profile")).GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task Safe_steps_come_as_a_recipe()
    {
        var cleaning = await _served.JsonAsync("gold.people/cleaning");
        Assert.Equal("trim", Assert.Single(cleaning.GetProperty("steps").EnumerateArray()).GetProperty("type").GetString());
        Assert.StartsWith("table: gold.people\n", cleaning.GetProperty("recipe").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_not_found()
    {
        using var answer = await _served.Client.GetAsync("gold.nothing/profile", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }
}
