using System.Net.Http.Json;

namespace Escale.Explore.Tests.Tables;

public sealed class What_is_known_of_a_table : IAsyncLifetime
{
    private ServedTables _served = null!;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedTables.StartAsync();
        _served.Write("gold.people", "select 1 as id, 'Awa' as name, 10.0 as amount union all select 2, 'Binta', 20.0 union all select 3, null, 30.0");
        _served.Write("gold.people", "select 1 as id, 'Awa' as name, 10.0 as amount union all select 4, 'Coumba', 40.0");
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task Is_found_by_name_and_column()
    {
        Assert.Equal(1, (await _served.JsonAsync("../tables?q=gold amount")).GetProperty("tables").GetArrayLength());
        Assert.Equal(0, (await _served.JsonAsync("../tables?q=nowhere")).GetProperty("tables").GetArrayLength());
        Assert.Equal(2, (await _served.JsonAsync("gold.people/about")).GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task Statistics_count_what_is_there_and_what_is_missing()
    {
        var columns = (await _served.JsonAsync("gold.people/statistics?version=0")).GetProperty("columns");
        Assert.Equal(1, columns[1].GetProperty("missing").GetInt64());
        Assert.Equal(2, columns[1].GetProperty("distinct").GetInt64());
        Assert.Equal(20.0, columns[2].GetProperty("mean").GetDouble());
        Assert.Equal(3, columns[2].GetProperty("histogram").EnumerateArray().Sum(step => step.GetInt64()));
    }

    [Fact]
    public async Task Two_versions_differ_in_rows()
    {
        var difference = await _served.JsonAsync("gold.people/diff?from=0&to=1");
        Assert.Equal(1, difference.GetProperty("added").GetInt64());
        Assert.Equal(2, difference.GetProperty("removed").GetInt64());
        Assert.Equal(3, difference.GetProperty("sample").GetArrayLength());
    }

    [Fact]
    public async Task An_earlier_version_is_restored_as_a_new_one()
    {
        using var answer = await _served.Client.PostAsJsonAsync("gold.people/restore", new { version = 0 }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, (await _served.JsonAsync("gold.people/about")).GetProperty("rows").GetInt64());
        Assert.Equal(3, (await _served.JsonAsync("gold.people/versions")).GetArrayLength());
    }
}
