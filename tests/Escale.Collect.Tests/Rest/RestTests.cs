using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Collect.Tests.Http;
using Microsoft.AspNetCore.Http;

namespace Escale.Collect.Tests.Rest;

[Collection(FailpointCollection.Name)]
public sealed class RestTests
{
    private static async Task<CollectHost> HostAsync(LoopbackServer server, string client, string resources)
    {
        var host = new CollectHost();
        host.Environment.Set("API", server.Address.ToString().TrimEnd('/'));
        host.Environment.Trust(server.Address);
        host.Write("sources/api.yml", $"source: api\ntype: rest_api\nclient:\n  base_url: ${{API}}/v1\n{client}resources:\n{resources}");
        await Task.CompletedTask;
        return host;
    }

    private static Task Json(HttpContext context, object value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(value));
    }

    private static int Query(HttpContext context, string name, int fallback) =>
        int.TryParse(context.Request.Query[name], CultureInfo.InvariantCulture, out var value) ? value : fallback;

    private static object[] Items(int from, int count, int total) => [.. Enumerable.Range(from, Math.Max(0, Math.Min(count, total - from))).Select(id => new { id, name = "n" + id })];

    public static TheoryData<string, string> Paginators => new()
    {
        { "json_link", "{type: json_link, next_url_path: paging.next}" },
        { "header_link", "header_link" },
        { "header_cursor", "{type: header_cursor, cursor_key: X-Next, cursor_param: page}" },
        { "cursor", "{type: cursor, cursor_path: meta.next, cursor_param: page}" },
        { "offset", "{type: offset, limit: 10, total_path: total}" },
        { "offset_no_total", "{type: offset, limit: 10, total_path: null}" },
        { "page_number", "{type: page_number, base_page: 1, total_path: pages}" },
        { "page_number_empty", "{type: page_number, base_page: 1, total_path: null}" },
        { "json_link", "auto" },
        { "header_link", "auto" },
        { "cursor_auto", "auto" },
        { "offset_more", "{type: offset, limit: 10, total_path: null, has_more_path: more}" },
    };

    [Theory]
    [MemberData(nameof(Paginators))]
    public async Task Every_paginator_brings_all_records_once(string api, string paginator)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var page = Query(context, "page", Query(context, "cursor", 1));
            var offset = api.StartsWith("offset", StringComparison.Ordinal) ? Query(context, "offset", 0) : (page - 1) * 10;
            var next = offset + 10 < 25 ? (page + 1).ToString(CultureInfo.InvariantCulture) : null;
            var address = next is null ? null : $"http://{context.Request.Host}/v1/items?page={next}";
            if (api == "header_link" && address is not null)
            {
                context.Response.Headers.Link = $"<http://x/>; rel=\"prev\", <{address}>; rel=\"next\"";
            }
            if (api == "header_cursor" && next is not null)
            {
                context.Response.Headers["X-Next"] = next;
            }
            var items = Items(offset, 10, 25);
            return api switch
            {
                "json_link" => Json(context, new { data = items, paging = new { next = address } }),
                "cursor" => Json(context, new { data = items, meta = new { next } }),
                "cursor_auto" => Json(context, new { data = items, next_cursor = next }),
                "offset" => Json(context, new { total = 25, data = items }),
                "offset_more" => Json(context, new { more = next is not null && offset < 20, data = items }),
                "page_number" => Json(context, new { pages = 3, data = items }),
                "header_link" or "header_cursor" => Json(context, items),
                _ => Json(context, new { data = items }),
            };
        });
        await using var host = await HostAsync(server, $"  paginator: {paginator}\n", "  - name: items\n");
        var result = await host.RunAsync("items");
        Assert.Equal(25, result.RowCount);
        Assert.Equal(["25|25|n24"], host.Query("select count(*), count(distinct id), max_by(name, id) from bronze.items"));
        Assert.InRange(server.Asked.Count, 3, 4);
    }

    [Fact]
    public async Task A_paginator_that_goes_in_circles_is_an_error()
    {
        await using var server = await LoopbackServer.StartAsync(context => Json(context, new { data = Items(0, 1, 1), paging = new { next = "/v1/items" } }));
        await using var host = await HostAsync(server, "", "  - {name: items, endpoint: {paginator: {type: json_link, next_url_path: paging.next}}}\n");
        Assert.Equal("collect.rest.paging-loop", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("items"))).Code);
        Assert.False(host.Lake.Exists(new TableName("bronze", "items")));
    }

    [Fact]
    public async Task A_page_that_is_cut_is_asked_for_again_and_never_taken_for_a_whole_one()
    {
        var count = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var text = JsonSerializer.Serialize(Items(0, 3, 3));
            return context.Response.WriteAsync(Interlocked.Increment(ref count) < 3 ? text[..^5] : text);
        });
        await using var host = await HostAsync(server, "", "  - name: items\n");
        Assert.Equal(3, (await host.RunAsync("items")).RowCount);
        count = -100;
        host.Write("sources/api.yml", File.ReadAllText(Path.Combine(host.Folder, "sources/api.yml")) + "    tags: [x]\n");
        Assert.Equal("collect.http.unreachable", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("items"))).Code);
    }

    [Theory]
    [InlineData("{type: bearer, token: \"${KEY}\"}", "Authorization", "Bearer k3y")]
    [InlineData("{type: http_basic, username: u, password: \"${KEY}\"}", "Authorization", "Basic dTprM3k=")]
    [InlineData("{type: api_key, name: X-Key, api_key: \"${KEY}\"}", "X-Key", "k3y")]
    [InlineData("{type: api_key, name: sid, api_key: \"${KEY}\", location: cookie}", "Cookie", "sid=k3y")]
    public async Task Requests_are_signed_in(string auth, string header, string value)
    {
        string? seen = null;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen = context.Request.Headers[header];
            return Json(context, Items(0, 1, 1));
        });
        await using var host = await HostAsync(server, $"  auth: {auth}\n", "  - name: items\n");
        host.Environment.Set("KEY", "k3y");
        await host.RunAsync("items");
        Assert.Equal(value, seen);
    }

    [Fact]
    public async Task A_token_is_asked_for_once_and_renewed_when_it_is_refused()
    {
        int tokens = 0, pages = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                var form = await context.Request.ReadFormAsync();
                Assert.Equal("client_credentials", form["grant_type"]);
                await Json(context, new { access_token = "t" + Interlocked.Increment(ref tokens), expires_in = 3600 });
                return;
            }
            pages++;
            // The first token is revoked before the second page.
            if (pages == 2)
            {
                context.Response.StatusCode = 401;
                return;
            }
            Assert.Equal("Bearer t" + tokens, context.Request.Headers.Authorization);
            await Json(context, new { data = Items(pages, 1, 100), next = pages < 3 ? "/v1/items?p=2" : null });
        });
        await using var host = await HostAsync(server, "  auth: {type: oauth2_client_credentials, access_token_url: \"${API}/token\", client_id: a, client_secret: b}\n", "  - name: items\n");
        await host.RunAsync("items");
        Assert.Equal(2, tokens);
        Assert.Equal(["2"], host.Query("select count(*) from bronze.items"));
    }

    [Fact]
    public async Task Only_what_is_new_is_asked_for_and_an_inclusive_start_repeats_nothing()
    {
        var records = new List<(int Id, string At)> { (1, "2024-01-01T00:00:00Z"), (2, "2024-01-02T00:00:00Z"), (3, "2024-01-02T00:00:00Z") };
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var since = context.Request.Query["since"].ToString();
            return Json(context, records.Where(record => string.CompareOrdinal(record.At, since) >= 0).Select(record => new { id = record.Id, at = record.At }));
        });
        await using var host = await HostAsync(server, "", "  - {name: items, write_disposition: append, endpoint: {incremental: {cursor_path: at, initial_value: \"2024-01-01T00:00:00Z\", start_param: since}}}\n");
        await host.RunAsync("items");
        Assert.False((await host.RunAsync("items")).Changed);
        records.Add((4, "2024-01-02T00:00:00Z"));
        records.Add((5, "2024-01-03T00:00:00Z"));
        Assert.Equal(2, (await host.RunAsync("items")).RowCount);
        Assert.Equal(["1", "2", "3", "4", "5"], host.Query("select id from bronze.items order by 1"));
        Assert.Contains("/v1/items?since=2024-01-02T00%3A00%3A00Z", server.Asked);
        Assert.Equal(5, (await host.RunAsync("items", fullRefresh: true)).RowCount);
        Assert.Equal(["5"], host.Query("select count(*) from bronze.items"));
    }

    [Fact]
    public async Task Late_rows_come_with_a_lag_and_are_merged()
    {
        var records = new List<(int Id, string At, int V)> { (1, "2024-01-01T00:00:00Z", 1), (2, "2024-01-05T00:00:00Z", 1) };
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var since = context.Request.Query["since"].ToString();
            return Json(context, records.Where(record => since.Length == 0 || string.CompareOrdinal(record.At, since) >= 0).Select(record => new { id = record.Id, at = record.At, v = record.V }));
        });
        await using var host = await HostAsync(server, "", "  - {name: items, write_disposition: merge, primary_key: id, dedup_sort: {at: desc}, endpoint: {incremental: {cursor_path: at, start_param: since, lag: 172800}}}\n");
        await host.RunAsync("items");
        records.Add((3, "2024-01-04T00:00:00Z", 7));
        records.Add((2, "2024-01-06T00:00:00Z", 2));
        records.Add((9, "2024-01-01T00:00:00Z", 9));
        await host.RunAsync("items");
        Assert.Equal(["1|1", "2|2", "3|7"], host.Query("select id, v from bronze.items order by 1"));
    }

    [Fact]
    public async Task Children_are_asked_for_by_their_parents_records()
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Request.Path.Value switch
        {
            "/v1/calls" => Json(context, new[] { new { id = "a/1", port = "DKR" }, new { id = "b", port = "ABJ" } }),
            "/v1/calls/a%2F1/moves" => Json(context, new[] { new { n = 1 }, new { n = 2 } }),
            "/v1/calls/b/moves" => Gone(context),
            _ => throw new InvalidOperationException(context.Request.Path),
        });
        await using var host = await HostAsync(
            server, "", """
              - {name: calls, selected: false}
              - name: moves
                endpoint: {path: "calls/{resources.calls.id}/moves", response_actions: [{status_code: 404, action: ignore}]}
                include_from_parent: [id, port]

            """);
        await host.RunAsync("moves");
        Assert.Equal(["a/1|DKR|1", "a/1|DKR|2"], host.Query("select _calls_id, _calls_port, n from bronze.moves order by n"));
        Assert.DoesNotContain(host.Assets(), asset => asset.Name == "calls");

        static Task Gone(HttpContext context)
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Nested_records_stay_typed_or_become_json_text()
    {
        var body = """[{"id":1,"ship":{"name":"A","imo":null},"legs":[{"from":"DKR","t":1.5},{"from":"ABJ"}]},{"id":2,"ship":{"name":"B","imo":9074729},"legs":[]}]""";
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(body));
        await using var host = await HostAsync(server, "", "  - name: typed\n  - {name: text, nested: json, endpoint: {path: typed}}\n");
        await host.RunAsync("typed");
        Assert.Equal(["1|NULL|1.5", "2|9074729|NULL"], host.Query("select id, ship.imo, legs[1].t from bronze.typed order by id"));
        await host.RunAsync("text");
        Assert.Equal(["{\"name\":\"A\",\"imo\":null}"], host.Query("select ship from bronze.text where id = 1"));
    }

    [Fact]
    public async Task Types_that_flip_within_and_between_batches_lose_nothing()
    {
        object[] rows = [new { id = 1, v = (object)5, w = (object)1 }, new { id = 2, v = (object)"five", w = (object)2 }];
        await using var server = await LoopbackServer.StartAsync(context => Json(context, rows));
        await using var host = await HostAsync(server, "", "  - {name: items, write_disposition: append}\n");
        await host.RunAsync("items");
        Assert.Equal(["id long", "v string", "w long"], host.Types(new TableName("bronze", "items")));
        rows = [new { id = 3, v = (object)6, w = (object)2.5, n = "new" }, new { id = 4, v = (object)7, w = (object)"x", n = "n" }];
        var result = await host.RunAsync("items");
        // Text among numbers makes the batch's column text, and then 2.5 is no whole number either.
        Assert.Equal(2, result.QuarantinedCount);
        rows = [new { id = 5, v = (object)6, w = (object)2.5, n = "new" }];
        await host.RunAsync("items");
        Assert.Equal(["1|5|1|NULL", "2|five|2|NULL", "5|6|2.5|new"], host.Query("select * from bronze.items order by id"));
        Assert.Equal(["type|w"], host.Query("select rule, field from quarantine.items where raw like '%\"id\":4%'"));
    }

    [Theory]
    [InlineData("freeze", "error")]
    [InlineData("discard_row", "1|NULL")]
    [InlineData("discard_value", "1|2|NULL")]
    [InlineData("evolve", "1|2|x")]
    public async Task A_contract_decides_on_new_columns(string mode, string expected)
    {
        object[] rows = [new { id = 1 }];
        await using var server = await LoopbackServer.StartAsync(context => Json(context, rows));
        await using var host = await HostAsync(server, "", $"  - {{name: items, write_disposition: append, contract: {{columns: {mode}}}}}\n");
        await host.RunAsync("items");
        rows = [new { id = 2, extra = "x" }];
        if (expected == "error")
        {
            var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("items"));
            Assert.Equal(("collect.contract-columns", "extra"), (error.Code, error.Place!.Field));
            return;
        }
        var result = await host.RunAsync("items");
        Assert.Equal(mode == "discard_row" ? 1 : 0, result.QuarantinedCount);
        var column = mode == "evolve" ? "max(extra)" : "NULL";
        Assert.Equal([expected], host.Query($"select string_agg(id, '|' order by id) || '|' || coalesce({column}, 'NULL') from bronze.items"));
    }

    [Fact]
    public async Task Hard_deletes_take_rows_out_and_insert_only_leaves_them()
    {
        object[] rows = [new { id = 1, v = "a", gone = false }, new { id = 2, v = "b", gone = false }];
        await using var server = await LoopbackServer.StartAsync(context => Json(context, rows));
        await using var host = await HostAsync(
            server, "", "  - {name: items, write_disposition: merge, primary_key: id, hard_delete: gone}\n  - {name: kept, write_disposition: {disposition: merge, strategy: insert-only}, primary_key: id, endpoint: items}\n");
        await host.RunAsync("items");
        await host.RunAsync("kept");
        rows = [new { id = 1, v = "x", gone = true }, new { id = 2, v = "y", gone = false }, new { id = 3, v = "z", gone = true }, new { id = 4, v = "w", gone = false }];
        await host.RunAsync("items");
        await host.RunAsync("kept");
        Assert.Equal(["2|y", "4|w"], host.Query("select id, v from bronze.items order by id"));
        Assert.Equal(["1|a", "2|b", "3|z", "4|w"], host.Query("select id, v from bronze.kept order by id"));
    }

    [Fact]
    public async Task Rows_without_a_key_go_to_quarantine_when_merging()
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("""[{"id":1},{"id":null},{"x":1}]"""));
        await using var host = await HostAsync(server, "", "  - {name: items, write_disposition: merge, primary_key: id}\n");
        var result = await host.RunAsync("items");
        Assert.Equal((1, 2), (result.RowCount, result.QuarantinedCount));
        Assert.Equal(["2|not_null", "3|not_null"], host.Query("select line, rule from quarantine.items order by line"));
    }

    [Fact]
    public async Task Markup_where_json_should_be_is_said_at_once()
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("<html>Please sign in"));
        await using var host = await HostAsync(server, "", "  - name: items\n");
        Assert.Equal("collect.rest.not-json", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("items"))).Code);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_killed_load_is_repeated_without_loss_or_double()
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("""[{"id":1},{"id":"x"},{"id":3}]"""));
        await using var host = await HostAsync(server, "", "  - {name: items, write_disposition: append, columns: {id: bigint}}\n");
        foreach (var failpoint in new[] { "collect.quarantine.committed", "collect.load.before-commit", "tables.copy.after" })
        {
            using (Failpoint.Arm(failpoint, FailpointAction.Error, failpoint == "tables.copy.after" ? 2 : 1))
            {
                await Assert.ThrowsAnyAsync<Exception>(() => host.RunAsync("items"));
            }
        }
        await host.RunAsync("items");
        Assert.False((await host.RunAsync("items")).Changed);
        Assert.Equal(["1", "3"], host.Query("select id from bronze.items order by 1"));
        Assert.Equal(["2|{\"id\":\"x\"}"], host.Query("select line, raw from quarantine.items"));
    }

    [Fact]
    public async Task The_body_of_a_post_carries_the_cursor()
    {
        var bodies = new List<string>();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            bodies.Add(await reader.ReadToEndAsync());
            await Json(context, new { data = Items(bodies.Count, 1, 100), next = bodies.Count < 2 ? "c2" : null });
        });
        await using var host = await HostAsync(server, "", "  - {name: items, endpoint: {method: POST, json: {q: {size: 5}}, paginator: {type: cursor, cursor_path: next, cursor_body_path: q.after}}}\n");
        await host.RunAsync("items");
        Assert.Equal(["""{"q":{"size":5}}""", """{"q":{"size":5,"after":"c2"}}"""], bodies);
    }
}
