using Escale.Collect.Files;
using Escale.Collect.Loading;

namespace Escale.Collect.Tests.Files;

/// <summary>What reads JSON files and spreadsheets is a process that the host does not trust.</summary>
public sealed class RecordFilesTests
{
    private static readonly HashSet<string> _names = new(StringComparer.Ordinal) { "a.json" };

    [Fact]
    public async Task A_file_that_takes_its_reader_down_leaves_the_program_and_the_table_as_they_were()
    {
        await using var host = new CollectHost();
        host.Write("escale.yml", "name: harbour\nengine:\n  memory_limit: 192MB\n");
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - name: t\n    path: data/a.json\n");
        host.Write("data/a.json", """[{"id": 1}, {"id": 2}]""");
        await host.RunAsync("t");
        var version = host.Lake.Table(new TableName("bronze", "t")).Read().Version;
        // One document of 900 MB, most of it a hole: more than the reader may hold.
        await using (var file = File.OpenWrite(Path.Combine(host.Folder, "data/a.json")))
        {
            file.Write("{\"a\": "u8);
            file.SetLength(900 << 20);
        }
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Contains(error.Code, new[] { "engines.duckdb.out-of-memory", "engines.sandbox.died" });
        Assert.Equal("data/a.json", error.Place?.File);
        Assert.Equal(version, host.Lake.Table(new TableName("bronze", "t")).Read().Version);
        host.Write("data/a.json", """[{"id": 3}]""");
        await host.RunAsync("t");
        Assert.Equal(["3"], host.Query("SELECT id FROM bronze.t"));
    }

    [Theory]
    [InlineData("""{"Count":1,"LongestBytes":5,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[{"FirstRow":1,"File":"a.json","FirstLine":1}],"Rejects":[]}""", true)]
    [InlineData("""{"Count":-1,"LongestBytes":5,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[],"Rejects":[]}""", false)]
    [InlineData("""{"Count":1,"LongestBytes":500,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[{"FirstRow":1,"File":"a.json","FirstLine":1}],"Rejects":[]}""", false)]
    [InlineData("""{"Count":1,"LongestBytes":5,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[],"Rejects":[]}""", false)]
    [InlineData("""{"Count":1,"LongestBytes":5,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[{"FirstRow":2,"File":"a.json","FirstLine":1}],"Rejects":[]}""", false)]
    [InlineData("""{"Count":1,"LongestBytes":5,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[{"FirstRow":1,"File":"/etc/passwd","FirstLine":1}],"Rejects":[]}""", false)]
    [InlineData("""{"Count":0,"LongestBytes":0,"Shape":null,"Sections":[],"Rejects":[]}""", false)]
    [InlineData("""{"Count":0,"LongestBytes":0,"Shape":{"Kinds":0,"Fields":null,"Item":null},"Sections":[],"Rejects":[{"Raw":null,"Reason":"r","Rule":"parse","Field":null,"File":"a.json","Line":1}]}""", false)]
    [InlineData("""{"Count":1""", false)]
    [InlineData("null", false)]
    public async Task A_report_that_cannot_be_is_refused(string report, bool isGood)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File(RecordParser.RecordsFile), "{\"_escale_row\":1}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File(RecordParser.ReportFile), report, TestContext.Current.CancellationToken);
        if (isGood)
        {
            using var stage = await RecordFiles.AdoptAsync(folder.Path, "t", _names, TestContext.Current.CancellationToken);
            Assert.Equal(("a.json", 1L), stage.Origin(1));
            // The line is longer than the report says.
            Assert.Equal("engines.sandbox.protocol", Assert.Throws<EscaleException>(() => stage.RawOf([1]).ToList()).Code);
            return;
        }
        var error = await Assert.ThrowsAsync<EscaleException>(() => RecordFiles.AdoptAsync(folder.Path, "t", _names, TestContext.Current.CancellationToken));
        Assert.Equal("engines.sandbox.protocol", error.Code);
    }

    [Fact]
    public async Task A_link_in_place_of_the_records_is_not_followed()
    {
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder.File(RecordParser.RecordsFile), "/etc/passwd");
        await File.WriteAllTextAsync(folder.File(RecordParser.ReportFile), "{}", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<EscaleException>(() => RecordFiles.AdoptAsync(folder.Path, "t", _names, TestContext.Current.CancellationToken));
        Assert.Equal("engines.sandbox.protocol", error.Code);
    }

    [Fact]
    public void A_shape_is_the_same_on_the_other_side()
    {
        using var folder = new TempFolder();
        using var stage = new RecordStage(folder.File("stage"), "t");
        stage.Add("""{"a": 1, "b": {"c": ["x", "2024-01-01"], "d": 1.5}, "e": [{"f": true}], "g": null}"""u8, "a.json", 1);
        stage.Add("""{"a": "x", "h": "2024-01-01", "e": []}"""u8, "a.json", 2);
        var other = JsonShape.From(stage.Shape.Save());
        foreach (var nested in Enum.GetValues<Escale.Collect.Definitions.NestedAs>())
        {
            Assert.Equal(stage.Shape.Columns(nested), other.Columns(nested));
        }
    }
}
