using System.Text;
using System.Text.Json;
using Escale.Explore.Dashboards.Files;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Explore.Tests.Dashboards;

public sealed class DashboardFilesTests : IDisposable
{
    private const string Port = """
        # What the port looks at every morning.
        title: Port  # the short name
        columns: 24

        filters:
          # The day a ship drops anchor.
          - id: period
            type: dates
            column: [anchored_at, month]

        tiles:
          # First what matters most.
          - id: calls
            title: Calls
            at: {x: 0, y: 0, w: 6, h: 4}   # top left
            sql: |
              -- anchored ships only
              select count(*) as n from gold.calls
            chart: {type: number}

          # Then words.
          - id: words
            at: {x: 6, y: 0, w: 6, h: 4}
            text: |
              # A heading

              and a text

        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_exported_and_imported_byte_for_byte()
    {
        var files = Open();
        byte[] written = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Port.Replace("\n", "\r\n", StringComparison.Ordinal))];
        files.Import("port", written, isNew: true, null);
        var exported = files.Export("port");
        Open().Import("copy", exported, isNew: true, null);
        Assert.Equal(written, files.Export("copy"));
    }

    [Fact]
    public void Saving_what_is_there_changes_no_byte()
    {
        var files = Open();
        files.Import("port", Encoding.UTF8.GetBytes(Port), isNew: true, null);
        files.Save("port", Json(files.Get("port")), isNew: false, files.Get("port").Tag);
        Assert.Equal(Port, Encoding.UTF8.GetString(files.Export("port")));
    }

    [Fact]
    public void Moving_a_tile_changes_its_line_and_no_other()
    {
        var files = Open();
        files.Import("port", Encoding.UTF8.GetBytes(Port), isNew: true, null);
        var moved = Json(files.Get("port")).GetRawText().Replace("\"x\":6", "\"x\":12", StringComparison.Ordinal);
        files.Save("port", JsonDocument.Parse(moved).RootElement, isNew: false, null);
        Assert.Equal(Port.Replace("{x: 6, y: 0, w: 6, h: 4}", "{x: 12, y: 0, w: 6, h: 4}", StringComparison.Ordinal), Encoding.UTF8.GetString(files.Export("port")));
    }

    [Fact]
    public void Tiles_come_and_go_and_the_others_keep_their_comments()
    {
        var files = Open();
        files.Import("port", Encoding.UTF8.GetBytes(Port), isNew: true, null);
        var json = Json(files.Get("port")).GetRawText();
        var tiles = JsonDocument.Parse(json).RootElement.GetProperty("tiles");
        var filters = JsonDocument.Parse(json).RootElement.GetProperty("filters").GetRawText();
        const string New = """{"id":"new","at":{"x":0,"y":9,"w":24,"h":5},"sql":"select 1 as one\nfrom gold.calls","chart":{"type":"line","y":["one"]}}""";
        var next = $"{{\"title\":\"Port of Dakar: today\",\"columns\":24,\"filters\":{filters},\"tiles\":[{tiles[1].GetRawText()},{New}]}}";
        files.Save("port", JsonDocument.Parse(next).RootElement, isNew: false, null);
        var text = Encoding.UTF8.GetString(files.Export("port"));
        Assert.StartsWith("# What the port looks at every morning.\ntitle: \"Port of Dakar: today\"\n", text, StringComparison.Ordinal);
        Assert.Contains("  # Then words.\n  - id: words\n", text, StringComparison.Ordinal);
        Assert.Contains("  # The day a ship drops anchor.\n", text, StringComparison.Ordinal);
        Assert.Contains("  - id: new\n    at: {x: 0, y: 9, w: 24, h: 5}\n    sql: |-\n      select 1 as one\n      from gold.calls\n    chart:\n      type: line\n      y: [one]\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("id: calls", text, StringComparison.Ordinal);
        Assert.Equal(["words", "new"], files.Get("port").Tiles.Select(tile => tile.Id));
    }

    [Fact]
    public void Who_changes_what_another_changed_meanwhile_is_told()
    {
        var files = Open();
        files.Import("port", Encoding.UTF8.GetBytes(Port), isNew: true, null);
        var tag = files.Get("port").Tag;
        files.Import("port", Encoding.UTF8.GetBytes("title: Another\n"), isNew: false, tag);
        Assert.Equal("explore.dashboard-changed-meanwhile", Assert.Throws<EscaleException>(() => files.Save("port", JsonDocument.Parse("""{"title":"Mine"}""").RootElement, isNew: false, tag)).Code);
        Assert.Equal("explore.dashboard-changed-meanwhile", Assert.Throws<EscaleException>(() => files.Delete("port", tag)).Code);
        Assert.Equal("explore.dashboard-conflict", Assert.Throws<EscaleException>(() => files.Import("port", "title: x\n"u8.ToArray(), isNew: true, null)).Code);
    }

    [Theory]
    [InlineData("../escale")]
    [InlineData("..\\escale")]
    [InlineData("a/b")]
    [InlineData("/etc/passwd")]
    [InlineData("a.b")]
    [InlineData("A")]
    [InlineData("")]
    public void An_id_never_leaves_the_folder(string id) =>
        Assert.Equal("explore.dashboard-not-found", Assert.Throws<EscaleException>(() => Open().Export(id)).Code);

    [Theory]
    [InlineData("title: A\ntiles: [{id: a, at: {x: 10, y: 0, w: 20, h: 4}, text: x}]", "explore.dashboard-invalid")]
    [InlineData("title: A\ntiles: [{id: a, at: {x: 0, y: 0, w: 6, h: 4}, text: x, sql: select 1}]", "explore.dashboard-invalid")]
    [InlineData("title: A\ntiles: [{id: a, at: {x: 0, y: 0, w: 6, h: 4}}]", "explore.dashboard-invalid")]
    [InlineData("title: A\ntiles: [{id: a, at: {w: 6, h: 4}, text: x}, {id: a, at: {w: 6, h: 4}, text: x}]", "explore.dashboard-invalid")]
    [InlineData("title: A\nfilters: [{id: f, type: date, column: a}]", "projects.unknown-value")]
    [InlineData("title: A\ncolour: red", "projects.unknown-key")]
    [InlineData("tiles: []", "projects.missing-key")]
    public void What_is_wrong_with_a_file_is_said_and_nothing_is_written(string text, string code)
    {
        var files = Open();
        Assert.Equal(code, Assert.Throws<EscaleException>(() => files.Import("port", Encoding.UTF8.GetBytes(text), isNew: true, null)).Code);
        Assert.Empty(files.All().Dashboards);
    }

    [Fact]
    public void The_port_of_Dakar_ships_with_two_dashboards()
    {
        var files = new DashboardFiles(new ProjectRoot(Path.Combine(Repository.Root, "examples", "port-of-dakar")), new DurableWriter(new LocalFileLayer()));
        var (all, broken) = files.All();
        Assert.Empty(broken);
        Assert.Equal(["port-kpis", "vessel-traffic"], all.Select(one => one.Id));
    }

    [Fact]
    public void Words_cannot_bring_scripts_along()
    {
        var html = MarkdownText.ToHtml("# Title\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](/tables) ![c](https://evil.example/x.png) <img src=x onerror=alert(1)> [d](//evil.example)\n\n[e]: javascript:alert(2)\n\n[e] <javascript:alert(3)>");
        Assert.Contains("<h1>Title</h1>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/tables\"", html, StringComparison.Ordinal);
        foreach (var bad in (string[])["<script", "<img", "href=\"javascript", "evil.example/x", "href=\"//"])
        {
            Assert.DoesNotContain(bad, html, StringComparison.OrdinalIgnoreCase);
        }
    }

    private DashboardFiles Open() => new(new ProjectRoot(_folder.Path), new DurableWriter(new LocalFileLayer()));

    private static JsonElement Json(Dashboard dashboard) => JsonSerializer.SerializeToElement(dashboard.Tree);
}
