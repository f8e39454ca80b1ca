using System.Net;

namespace Escale.Explore.Tests.Tables;

public sealed class Rows_of_a_table : IAsyncLifetime
{
    private ServedTables _served = null!;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedTables.StartAsync();
        // Three files, so that a window may begin in one and end in another.
        _served.Write("gold.calls", "select range::integer as id, case when range % 5 = 0 then null else 'Gorée ' || range end as name, range % 7 as day from range(1000)");
        _served.Write("gold.calls", "select (1000 + range)::integer as id, 'x' as name, 0::bigint as day from range(500)", Engines.Tables.WriteMode.Append);
        _served.Write("gold.calls", "select (1500 + range)::integer as id, 'it''s' as name, 9::bigint as day from range(200_000)", Engines.Tables.WriteMode.Append);
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Theory]
    [InlineData("offset=0&limit=3", "0,1,2")]
    [InlineData("offset=999&limit=3", "999,1000,1001")]
    [InlineData("offset=1499&limit=2", "1499,1500")]
    [InlineData("offset=150000&limit=2", "150000,150001")]
    [InlineData("offset=201499&limit=50", "201499")]
    [InlineData("offset=300000&limit=50", "")]
    public async Task Stand_at_their_numbers_across_files_and_row_groups(string query, string ids)
    {
        Assert.Equal(ids, string.Join(',', await _served.FirstColumnAsync($"gold.calls/rows?{query}")));
        Assert.Equal(201_500, (await _served.JsonAsync($"gold.calls/rows?{query}")).GetProperty("total").GetInt64());
    }

    [Theory]
    [InlineData("sort=-id&offset=0&limit=2", "201499,201498")]
    [InlineData("sort=-id&offset=150000&limit=2", "51499,51498")]
    [InlineData("sort=day,-id&limit=2", "1499,1498")]
    [InlineData("sort=name&offset=201300&limit=1&columns=name", "")]
    public async Task Come_in_the_order_that_is_asked_for_missing_values_last(string query, string first) =>
        Assert.Equal(first, string.Join(',', (await _served.FirstColumnAsync($"gold.calls/rows?{query}")).Select(value => value ?? "")));

    [Theory]
    [InlineData("id=eq.7", "7")]
    [InlineData("id=in.(3,2,9000)", "2,3,9000")]
    [InlineData("id=gte.201498", "201498,201499")]
    [InlineData("name=contains.GOREE 1&id=lt.13", "1,11,12")]
    [InlineData("name=isnull&id=lt.11", "0,5,10")]
    [InlineData("name=eq.it's&id=lte.1501", "1500,1501")]
    [InlineData("filter=[{\"column\":\"id\",\"op\":\"eq\",\"value\":8}]", "8")]
    [InlineData("name=eq.%27; drop table x; --", "")]
    public async Task Are_left_by_filters(string filter, string ids)
    {
        var window = await _served.JsonAsync($"gold.calls/rows?{filter}&limit=5");
        Assert.Equal(ids, string.Join(',', window.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString())));
        Assert.Equal(ids.Length == 0 ? 0 : ids.Split(',').Length, window.GetProperty("total").GetInt64());
    }

    [Theory]
    [InlineData("id=eq.seven", "explore.filter-value")]
    [InlineData("id=like.7", "explore.bad-filter")]
    [InlineData("nmae=eq.x", "explore.unknown-column")]
    [InlineData("filter={", "explore.bad-filter")]
    [InlineData("sort=1;drop", "explore.unknown-column")]
    [InlineData("offset=-1", "explore.bad-parameter")]
    [InlineData("version=99", "lake.version-not-found")]
    public async Task Are_refused_with_what_to_do_when_the_question_is_wrong(string query, string code)
    {
        using var answer = await _served.Client.GetAsync($"gold.calls/rows?{query}");
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_earlier_version_are_as_they_were()
    {
        Assert.Equal(1000, (await _served.JsonAsync("gold.calls/rows?version=0&limit=1")).GetProperty("total").GetInt64());
        Assert.Equal(1000, (await _served.JsonAsync("gold.calls?version=0&columns=id")).GetArrayLength());
    }

    [Fact]
    public async Task Of_a_view_are_searched_for()
    {
        _served.Engine.Catalog.SaveView(new Lake.LakeView(Kernel.TableName.Parse("gold.few"), "select id, name from gold.calls where id < 4", [Kernel.TableName.Parse("gold.calls")]));
        Assert.Equal(["3", "2"], await _served.FirstColumnAsync("gold.few/rows?sort=-id&limit=2"));
    }

    [Fact]
    public async Task Long_values_are_cut_until_they_are_asked_for_whole()
    {
        _served.Write("gold.long", "select repeat('a', 5000) as text");
        Assert.Equal(300, (await _served.FirstColumnAsync("gold.long/rows"))[0]!.Length);
        Assert.Equal("0:0", (await _served.JsonAsync("gold.long/rows")).GetProperty("cut")[0].GetString());
        Assert.Equal(5000, (await _served.FirstColumnAsync("gold.long/rows?full=true"))[0]!.Length);
    }

    [Fact]
    public async Task Are_not_sent_again_while_the_table_stays_the_same()
    {
        using var first = await _served.Client.GetAsync("gold.calls/rows?limit=1");
        using var again = new HttpRequestMessage(HttpMethod.Get, "gold.calls/rows?limit=1");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await _served.Client.SendAsync(again)).StatusCode);
        _served.Write("gold.calls", "select -1 as id, 'new' as name, 0::bigint as day", Engines.Tables.WriteMode.Append);
        using var changed = new HttpRequestMessage(HttpMethod.Get, "gold.calls/rows?limit=1");
        changed.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.OK, (await _served.Client.SendAsync(changed)).StatusCode);
    }
}
