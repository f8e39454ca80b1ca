using System.Diagnostics;
using System.Text;
using Escale.Collect.Tests.Http;
using Escale.Collect.Web;
using Microsoft.AspNetCore.Http;

namespace Escale.Collect.Tests.Web;

public sealed class WebTests
{
    private static CollectHost Host(LoopbackServer server, string tables, string source = "delay: 0s\n")
    {
        var host = new CollectHost();
        host.Environment.Set("SITE", server.Address.ToString().TrimEnd('/'));
        host.Environment.Trust(server.Address);
        host.Write("sources/site.yml", $"source: site\ntype: web\n{source}tables:\n{tables}");
        return host;
    }

    private static Task<LoopbackServer> Site(Func<string, string?> page, string robots = "") => LoopbackServer.StartAsync(context =>
    {
        if (context.Request.Path == "/robots.txt")
        {
            context.Response.StatusCode = robots.Length == 0 ? 404 : 200;
            return context.Response.WriteAsync(robots);
        }
        var html = page(context.Request.Path + context.Request.QueryString);
        context.Response.StatusCode = html is null ? 404 : 200;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html ?? "");
    });

    [Fact]
    public async Task A_table_is_read_with_its_headers_and_spans_page_after_page()
    {
        await using var server = await Site(path => path switch
        {
            "/p1" => """
                <table id="t"><thead><tr><th rowspan=2>Poste</th><th colspan=2>Quai</th></tr><tr><th>Début</th><th>Fin</th></tr></thead>
                <tr><td rowspan=2>M1</td><td>08:00</td><td>12:00 <b>h</b></td></tr><tr><td colspan=2>à&nbsp;quai</td></tr></table><a rel=next href="/p2#x">suite</a>
                """,
            "/p2" => "<table id=t><tr><th>Poste</th><th>Quai Début</th><th>Quai Fin</th></tr><tr><td>M2</td><td></td><td>13:00</td></tr></table>",
            _ => null,
        });
        await using var host = Host(server, "  - {name: berths, url: \"${SITE}/p1\", html_table: \"#t\", next: \"a[rel=next]\"}\n");
        await host.RunAsync("berths");
        Assert.Equal(["Poste string", "Quai_Début string", "Quai_Fin string"], host.Types(new TableName("bronze", "berths")));
        Assert.Equal(["M1|08:00|12:00 h", "M1|à quai|à quai", "M2|NULL|13:00"], host.Query("select * from bronze.berths order by 1, 2"));
        Assert.False((await host.RunAsync("berths")).Changed);
    }

    [Fact]
    public async Task Records_are_taken_by_selectors_attributes_and_patterns()
    {
        await using var server = await Site(_ => """
            <article class=n><h2>Grain <i>ship</i></h2><a href="/n/1">more</a><span class=ref>No 042 of 2024</span><i class=tag>x</i><i class=tag>y</i></article>
            <article class=n><h2>Other</h2><span class=ref>none</span></article>
            """);
        await using var host = Host(server, """
              - name: notices
                url: ${SITE}/n
                rows: article.n
                fields:
                  title: h2
                  link: a@href
                  number: {css: .ref, regex: "No ([0-9]+)", type: bigint}
                  tags: {css: .tag, all: true}

            """);
        await host.RunAsync("notices");
        Assert.Equal(["Grain ship|/n/1|42|2", "Other|NULL|NULL|0"], host.Query("select title, link, number, len(tags) from bronze.notices order by 1"));
    }

    [Fact]
    public async Task A_page_that_robots_txt_closes_is_not_asked_for()
    {
        await using var server = await Site(_ => "<table id=t><tr><td>1</td></tr></table>", "User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: other\nDisallow: /\n");
        await using var host = Host(server, "  - {name: a, url: \"${SITE}/private/x\", html_table: table}\n  - {name: b, url: \"${SITE}/private/open\", html_table: table}\n");
        Assert.Equal("collect.web.robots", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("a"))).Code);
        await host.RunAsync("b");
        Assert.DoesNotContain("/private/x", server.Asked);
    }

    [Theory]
    [InlineData("User-agent: *\nDisallow: /a", "/ab", false)]
    [InlineData("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false)]
    [InlineData("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true)]
    [InlineData("User-agent: *\nDisallow:", "/x", true)]
    [InlineData("User-agent: Escale\nDisallow: /x\nUser-agent: *\nDisallow: /", "/y", true)]
    [InlineData("User-agent: a\nUser-agent: escale\nDisallow: /x", "/x", false)]
    [InlineData("# nothing", "/x", true)]
    public void Robots_rules_are_read_as_the_standard_says(string text, string path, bool allowed) => Assert.Equal(allowed, RobotsRules.Parse(text, "escale").Allows(path));

    [Fact]
    public async Task The_default_pace_is_one_request_a_second()
    {
        await using var server = await Site(path => path == "/1" ? "<p>1</p><a class=next href=/2>n</a>" : "<p>2</p>");
        await using var host = Host(server, "  - {name: p, url: \"${SITE}/1\", rows: p, fields: {v: \"\"}, next: a.next}\n", "");
        var clock = Stopwatch.StartNew();
        await host.RunAsync("p");
        // robots.txt, then two pages: two pauses between them. Only the lower bound is of interest.
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(1.9), clock.Elapsed.ToString());
        Assert.Equal(["1", "2"], host.Query("select v from bronze.p order by 1"));
    }

    [Fact]
    public async Task The_charset_of_the_header_or_the_page_is_honoured()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var latin = context.Request.Path == "/latin";
            context.Response.ContentType = latin ? "text/html; charset=iso-8859-1" : "text/html";
            var html = latin ? "<p>Gorée</p>" : "<meta charset=windows-1252><p>Gorée – x</p>";
            return context.Response.Body.WriteAsync(CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(html)).AsTask();
        });
        await using var host = Host(server, "  - {name: p, url: [\"${SITE}/latin\", \"${SITE}/meta\"], rows: p, fields: {v: \"\"}}\n", "delay: 0s\nrobots: false\n");
        await host.RunAsync("p");
        Assert.Equal(["Gorée", "Gorée – x"], host.Query("select v from bronze.p order by 1"));
    }

    [Fact]
    public async Task A_page_without_the_table_is_an_error_and_one_nested_without_end_too()
    {
        await using var server = await Site(path => path == "/deep" ? string.Concat(Enumerable.Repeat("<div>", 200_000)) : "<p>moved</p>");
        await using var host = Host(server, "  - {name: a, url: \"${SITE}/x\", html_table: \"#t\"}\n  - {name: b, url: \"${SITE}/deep\", html_table: \"#t\"}\n");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("a"));
        Assert.Equal(("collect.web.no-table", "sites/site.yml".Replace("sites", "sources")), (error.Code, error.Place!.File));
        Assert.Equal("collect.web.too-deep", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("b"))).Code);
    }

    [Fact]
    public async Task An_evil_pattern_costs_nothing()
    {
        await using var server = await Site(_ => $"<p>{new string('a', 50_000)}!</p>");
        await using var host = Host(server, "  - {name: p, url: \"${SITE}/x\", rows: p, fields: {v: {regex: \"^(a+)+$\"}}}\n");
        await host.RunAsync("p");
        Assert.Equal(["NULL"], host.Query("select v from bronze.p"));
    }
}
