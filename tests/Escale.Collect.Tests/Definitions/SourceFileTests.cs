using Escale.Collect.Definitions;
using Escale.Projects.Yaml;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.Definitions;

public sealed class SourceFileTests
{
    private const string Whole = """
        source: port
        type: rest_api
        description: The port.
        client:
          base_url: https://api.example.org/v1
          headers: {X-Client: escale}
          auth: {type: oauth2_client_credentials, access_token_url: "https://api.example.org/token", client_id: a, client_secret: "${SECRET}"}
          paginator: {type: cursor, cursor_path: meta.next, cursor_param: after}
        resource_defaults:
          write_disposition: append
          endpoint: {params: {page_size: 100}}
        resources:
          - name: calls
            primary_key: id
            write_disposition: {disposition: merge, strategy: delete-insert}
            dedup_sort: {updated_at: desc}
            endpoint:
              path: calls
              params: {since: {type: incremental, cursor_path: updated_at, initial_value: "2024-01-01"}}
              response_actions: [{status_code: 404, action: ignore}]
            contract: {columns: freeze, data_type: discard_row}
            columns: {id: {type: bigint, not_null: true}}
            max_failed: 5%
          - name: movements
            endpoint: {path: "calls/{resources.calls.id}/movements"}
            include_from_parent: [id]
        """;

    private static SourceDefinition Read(string yaml)
    {
        using var host = new HostOfCatalog();
        return host.Catalog.ReadFile(YamlFile.Parse(yaml, "sources/port.yml"));
    }

    [Fact]
    public void A_whole_file_is_read()
    {
        var source = Read(Whole);
        Assert.Equal(["calls", "movements"], source.Tables.Select(table => table.Name));
        var calls = source.Tables[0];
        Assert.Equal((LoadMode.Merge, MergeStrategy.DeleteInsert, 0.05), (calls.Mode, calls.Strategy, calls.MaxFailed.Fraction));
        Assert.Equal(LoadMode.Append, source.Tables[1].Mode);
        Assert.Equal("100", ((Escale.Collect.Rest.RestSettings)calls.Settings).Params["page_size"]);
    }

    [Fact]
    public void Every_unknown_key_is_an_error_that_names_it_and_its_line()
    {
        var lines = Whole.Split('\n');
        var keys = 0;
        for (var at = 0; at < lines.Length; at++)
        {
            // Every key of the file in turn is mistyped; none may be taken silently.
            foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(lines[at], @"(?<=^ *(- )?|[{,] ?)[a-z_]+(?=:( |$))"))
            {
                if (match.Value is "id" or "since" or "page_size" or "updated_at")
                {
                    continue;
                }
                var mistyped = lines.ToArray();
                mistyped[at] = lines[at][..match.Index] + match.Value + "zz" + lines[at][(match.Index + match.Length)..];
                var error = Assert.Throws<EscaleException>(() => Read(string.Join('\n', mistyped)));
                Assert.Contains(error.Code, new[] { "projects.unknown-key", "projects.missing-key", "projects.wrong-type", "collect.merge-only", "collect.merge-without-key", "collect.no-parent" });
                Assert.Equal("sources/port.yml", error.Place!.File);
                keys++;
            }
        }
        Assert.InRange(keys, 35, 80);
    }

    [Theory]
    [InlineData("write_disposition: replac", "projects.unknown-value", "replace")]
    [InlineData("write_disposition: {disposition: merge, strategy: scd2}", "collect.scd2", "model")]
    [InlineData("write_disposition: merge", "collect.merge-without-key", "primary_key")]
    [InlineData("columns: {a: {type: bigintt}}", "projects.unknown-value", "bigint")]
    [InlineData("columns: {a: {pattern: '(a)\\1'}}", "collect.pattern", "back-references")]
    [InlineData("max_failed: 5 percent", "projects.wrong-type", "5%")]
    [InlineData("table: bronze", "kernel.table-name", "schema.name")]
    [InlineData("data_selector: 'a[?(@.b)]'", "collect.json-path", "dots")]
    [InlineData("encoding: utf-99", "projects.unknown-value", "utf-8")]
    [InlineData("hard_delete: gone", "collect.merge-only", "merge")]
    public void A_wrong_value_is_an_error_with_its_place_and_the_next_step(string line, string code, string remedy)
    {
        var error = Assert.Throws<EscaleException>(() => Read($"source: s\ntype: files\ntables:\n  - name: t\n    path: a.csv\n    {line}\n"));
        Assert.Equal(code, error.Code);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
        Assert.InRange(error.Place!.Line!.Value, 4, 6);
    }

    [Theory]
    [InlineData("source: s\ntype: filez\ntables: []\n", "projects.unknown-value")]
    [InlineData("source: s s\ntype: files\n", "collect.source-name")]
    [InlineData("source: s\ntype: files\n", "projects.missing-key")]
    [InlineData("source: s\ntype: web\ntables: [{name: t, url: x}]\n", "collect.web-what")]
    [InlineData("source: s\ntype: web\ntables: [{name: t, url: x, html_table: 'a[['}]\n", "collect.selector")]
    [InlineData("source: s\ntype: stream\ntables: [{name: t, write_disposition: replace}]\n", "collect.stream-replace")]
    [InlineData("source: s\ntype: rest_api\nclient: {base_url: ftp://x}\nresources: [{name: t}]\n", "collect.url")]
    [InlineData("source: s\ntype: rest_api\nclient: {base_url: http://x}\nresources: [{name: t, processing_steps: [{filter: x}]}]\n", "collect.processing-steps")]
    [InlineData("source: s\ntype: rest_api\nclient: {base_url: http://x}\nresources: [{name: t, endpoint: {path: '{resources.u.id}'}}]\n", "collect.unknown-parent")]
    public void A_wrong_source_is_an_error_with_its_place(string yaml, string code)
    {
        var error = Assert.Throws<EscaleException>(() => Read(yaml));
        Assert.Equal(code, error.Code);
        Assert.NotNull(error.Place?.Line);
    }

    [Fact]
    public async Task Two_sources_may_not_fill_one_table()
    {
        await using var host = new CollectHost();
        host.Write("sources/a.yml", "source: a\ntype: files\ntables: [{name: t, path: x.csv}]\n");
        host.Write("sources/b.yml", "source: b\ntype: files\ntables: [{name: u, table: bronze.t, path: x.csv}]\n");
        Assert.Equal("collect.table-twice", Assert.Throws<EscaleException>(() => host.Assets()).Code);
    }

    [Fact]
    public async Task Tables_become_assets_with_dbt_ids()
    {
        await using var host = new CollectHost();
        host.Write("sources/a.yml", "source: a\ntype: files\ntables: [{name: t, path: x.csv, tags: [daily]}]\n");
        var asset = Assert.Single(host.Assets());
        Assert.Equal(("source.harbour.a.t", "source", "a", "bronze.t", true), (asset.Id, asset.Kind, asset.SourceName, asset.Table!.ToString(), asset.AlwaysRuns));
        Assert.Equal(["daily"], asset.Tags);
    }

    private sealed class HostOfCatalog : IDisposable
    {
        private readonly CollectHost _host = new();

        public SourceCatalog Catalog => _host.Services.GetRequiredService<SourceCatalog>();

        public void Dispose() => _host.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
