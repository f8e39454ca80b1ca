using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Escale.Collect.Tests.Http;
using Microsoft.AspNetCore.Http;

namespace Escale.Collect.Tests.Files;

public sealed class OtherFileTests
{
    private static CollectHost Host(string path, string settings = "")
    {
        var host = new CollectHost();
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: \"{path}\"\n{settings}");
        return host;
    }

    [Fact]
    public async Task Lines_of_json_that_are_broken_go_to_quarantine_and_the_others_stay()
    {
        await using var host = Host("t.ndjson");
        host.Write("t.ndjson", "{\"id\":1}\n\n{\"id\":2\n{\"id\":3,\"x\":[1,{\"y\":2}]}\r\n[4]\n{\"id\":5}{\"id\":6}\n{\"a\":\"\\ud800\"}\n{'id':7}\n{\"id\":8}");
        var result = await host.RunAsync("t");
        Assert.Equal(["1", "3", "8"], host.Query("select id from bronze.t order by 1"));
        Assert.Equal(5, result.QuarantinedCount);
        Assert.Equal(["3", "5", "6", "7", "8"], host.Query("select line from quarantine.t order by 1"));
    }

    [Theory]
    [InlineData("[{\"id\":1},{\"id\":2}]", "", "2")]
    [InlineData("{\"id\":1}", "", "1")]
    [InlineData("{\"id\":1}\n{\"id\":2}\n", "", "2")]
    [InlineData("{\"data\":[{\"id\":1},{\"id\":2},{\"id\":3}]}", "", "3")]
    [InlineData("{\"a\":{\"b\":[{\"id\":1},{\"id\":2}]},\"data\":[]}", "    data_selector: a.b\n", "2")]
    [InlineData("{\"m\":[{\"r\":[{\"id\":1}]},{\"r\":[{\"id\":2}]}]}", "    data_selector: \"m[*].r\"\n", "2")]
    [InlineData("\uFEFF [ {\"id\" : 1 \n}\n ]", "", "1")]
    public async Task Documents_of_every_shape_give_their_records(string json, string settings, string count)
    {
        await using var host = Host("t.json", settings);
        host.Write("t.json", json);
        await host.RunAsync("t");
        Assert.Equal([count], host.Query("select count(id) from bronze.t"));
    }

    [Theory]
    [InlineData("[{\"id\":1},\n{\"id\":2]", 2)]
    [InlineData("{\"id\":1", 1)]
    [InlineData("[1,2", 1)]
    [InlineData("{\"a\":[1,],\n\"b\":2}", 1)]
    [InlineData("nul", 1)]
    public async Task A_broken_document_is_an_error_with_its_line_and_the_table_is_not_made(string json, int line)
    {
        await using var host = Host("t.json");
        host.Write("t.json", json);
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal(("collect.file-not-json", "t.json", line), (error.Code, error.Place!.File, error.Place.Line));
        Assert.False(host.Lake.Exists(new TableName("bronze", "t")));
    }

    [Fact]
    public async Task Parquet_keeps_its_types_and_its_rules()
    {
        await using var host = Host("*.parquet", "    columns: {n: {max: 3}}\n");
        host.Query($"copy (select range as n, range::decimal(10,2) as d, {{'a': range}} as s, '2024-01-01'::date as day, 'x'::blob as b from range(3)) to '{host.Folder}/a.parquet' (format parquet)");
        host.Query($"copy (select 9::bigint as n, 'more' as extra) to '{host.Folder}/b.parquet' (format parquet)");
        var result = await host.RunAsync("t");
        Assert.Equal((3L, 1L), (result.RowCount!.Value, result.QuarantinedCount));
        Assert.Equal(["n long", "d decimal(10,2)", "s struct<a:long>", "day date", "b binary", "extra string"], host.Types(new TableName("bronze", "t")));
        Assert.Equal(["b.parquet|1|max"], host.Query("select file, line, rule from quarantine.t"));
    }

    [Fact]
    public async Task A_file_that_is_no_parquet_is_refused_and_the_host_lives()
    {
        await using var host = Host("t.parquet");
        host.Write("t.parquet", "PAR1" + new string('x', 1000) + "PAR1");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.StartsWith("engines.", error.Code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spreadsheet_gives_numbers_dates_and_text_of_the_sheet_asked_for()
    {
        await using var host = Host("t.xlsx", "    sheet: Quays\n    skip_rows: 1\n");
        host.Write("t.xlsx", Workbook("""<row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>id</t></is></c><c r="B2" t="inlineStr"><is><t>day</t></is></c><c r="C2" t="inlineStr"><is><t>ok</t></is></c></row><row r="3"><c r="A3"><v>7</v></c><c r="B3" s="1"><v>45292</v></c><c r="C3" t="b"><v>1</v></c></row><row r="4"><c r="A4"><v>8.5</v></c></row>"""));
        await host.RunAsync("t");
        Assert.Equal(["7|2024-01-01|True", "8.5|NULL|NULL"], host.Query("select * from bronze.t order by id"));
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - {name: t, path: t.xlsx, sheet: Nope}\n");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal("collect.sheet-missing", error.Code);
        Assert.Contains("Quays", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_in_a_spreadsheet_or_in_gzip_is_refused_at_once()
    {
        await using var host = Host("t.xlsx");
        host.Write("t.xlsx", Workbook(new string(' ', 60 << 20)));
        var clock = Stopwatch.StartNew();
        Assert.Equal("collect.decompression-ratio", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"))).Code);
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 100; i++)
            {
                gzip.Write(zeros);
            }
        }
        host.Write("t.csv.gz", [.. memory.ToArray()]);
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - {name: t, path: t.csv.gz}\n");
        Assert.Equal("collect.decompression-ratio", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"))).Code);
    }

    [Fact]
    public async Task Files_over_http_are_asked_for_again_only_when_they_changed()
    {
        var (text, tag, sent) = ("id\n1\n", "\"a\"", 0);
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }
            sent++;
            context.Response.Headers.ETag = tag;
            return context.Response.WriteAsync(text);
        });
        await using var host = Host("${SITE}data/t.csv?key=planted");
        host.Environment.Set("SITE", server.Address.ToString());
        host.Environment.Trust(server.Address);
        await host.RunAsync("t");
        Assert.False((await host.RunAsync("t")).Changed);
        Assert.Equal(1, sent);
        (text, tag) = ("id\n1\n2\n", "\"b\"");
        Assert.Equal(2, (await host.RunAsync("t")).RowCount);
    }

    /// <summary>Bytes of good files are changed at random: the load succeeds, sets rows aside or fails with a typed error, and the host goes on.</summary>
    [Theory]
    [InlineData("t.csv")]
    [InlineData("t.ndjson")]
    [InlineData("t.json")]
    [InlineData("t.parquet")]
    [InlineData("t.xlsx")]
    public async Task Mutated_files_are_read_right_or_refused_with_a_code(string name)
    {
        await using var host = Host(name);
        var random = new Random(20260101);
        var good = name switch
        {
            "t.csv" => Encoding.UTF8.GetBytes("id,name,at\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"{i},\"n {i}\",2024-01-{i % 28 + 1:00}\n"))),
            "t.ndjson" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 40).Select(i => $"{{\"id\":{i},\"o\":{{\"v\":[{i},null]}}}}\n"))),
            "t.json" => Encoding.UTF8.GetBytes("[" + string.Join(",\n", Enumerable.Range(1, 40).Select(i => $"{{\"id\":{i},\"t\":\"é{i}\"}}")) + "]"),
            "t.xlsx" => Workbook("""<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row>"""),
            _ => Parquet(host),
        };
        for (var round = 0; round < 12; round++)
        {
            var bytes = good.ToArray();
            for (var i = 0; i < 3; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            host.Write(name, random.Next(4) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes);
            try
            {
                var result = await host.RunAsync("t");
                Assert.InRange((result.RowCount ?? 0) + result.QuarantinedCount, 0, 100);
            }
            catch (EscaleException error)
            {
                Assert.Matches("^(collect|engines|lake|tables)\\.", error.Code);
            }
        }
        host.Write(name, good);
        await host.RunAsync("t", fullRefresh: true);
        Assert.NotEqual(["0"], host.Query("select count(*) from bronze.t"));
    }

    private static byte[] Parquet(CollectHost host)
    {
        host.Query($"copy (select range as id, 'n' || range as name from range(40)) to '{host.Folder}/good.pq' (format parquet)");
        return File.ReadAllBytes(Path.Combine(host.Folder, "good.pq"));
    }

    private static byte[] Workbook(string rows)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            void Add(string name, string text)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(text);
            }
            Add("[Content_Types].xml", """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""");
            Add("_rels/.rels", """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add("xl/workbook.xml", """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Quays" sheetId="1" r:id="rId1"/></sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>""");
            Add("xl/styles.xml", """<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>""");
            Add("xl/worksheets/sheet1.xml", $"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>""");
        }
        return memory.ToArray();
    }
}
