using System.Globalization;
using System.IO.Compression;
using System.Text;
using Escale.Collect.Loading;
using Escale.Collect.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.Uploads;

/// <summary>Files of every odd kind on the way that dropped ones take: reading, preview, source, table.</summary>
public sealed class What_people_upload : IAsyncDisposable
{
    private static readonly Caller _awa = new("1", "Awa", Role.Analyst);
    private readonly CollectHost _host = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private UploadStore Store => _host.Services.GetRequiredService<UploadStore>();

    private UploadReadings Readings => _host.Services.GetRequiredService<UploadReadings>();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Five_thousand_columns_are_previewed_and_loaded()
    {
        var text = new StringBuilder(string.Join(',', Enumerable.Range(0, 5000).Select(at => $"c{at}"))).Append('\n');
        for (var row = 0; row < 30; row++)
        {
            text.AppendJoin(',', Enumerable.Range(0, 5000).Select(at => (row * at).ToString(CultureInfo.InvariantCulture))).Append('\n');
        }
        var upload = await UploadAsync("wide.csv", Encoding.UTF8.GetBytes(text.ToString()));
        var preview = await Readings.PreviewAsync(upload, Stop);
        Assert.Equal((5000, 20), (preview.Columns.Count, preview.Rows.Count));
        await LoadAsync(upload, "wide");
        Assert.Equal(["30|144971"], _host.Query("select count(*), max(c4999) from bronze.wide"));
    }

    [Fact]
    public async Task A_field_of_ten_megabytes_is_set_aside_and_nothing_else()
    {
        var upload = await UploadAsync("long.csv", Encoding.UTF8.GetBytes($"id,note\n1,\"{new string('x', 5_000_000)}, {new string('y', 5_000_000)}\"\n2,short\n"));
        var preview = await Readings.PreviewAsync(upload, Stop);
        Assert.Equal(("3 2", "2 long"), ($"{preview.Rows.Single().Line} {preview.Rows.Single().Values[0]}", $"{preview.Rejected.Single().Line} {preview.Rejected.Single().Reason}"));
        await LoadAsync(upload, "long");
        Assert.Equal(["2|5"], _host.Query("select id, length(note) from bronze.long"));
        Assert.Equal(["1"], _host.Query("select count(*) from quarantine.long"));
    }

    [Fact]
    public async Task Zero_bytes_are_left_out_and_told()
    {
        var upload = await UploadAsync("zeros.csv", "id,name\n1,A\0wa\n2,Binta\n3,Co\0umba\n"u8.ToArray());
        Assert.Equal(2, (await ReadAsync(upload)).ZeroBytes);
        await LoadAsync(upload, "zeros");
        Assert.Equal(["1|Awa", "2|Binta", "3|Coumba"], _host.Query("select * from bronze.zeros order by 1"));
    }

    [Fact]
    public async Task Lines_in_another_character_set_are_read_in_theirs_and_told()
    {
        var lines = string.Concat(Enumerable.Range(0, 40).Select(row => $"{row},élève {row}\n"));
        var upload = await UploadAsync("mixed.csv", [.. Encoding.UTF8.GetBytes("id,name\n" + lines), .. Encoding.Latin1.GetBytes("99,Thiès\n")]);
        Assert.Equal(1, (await ReadAsync(upload)).MixedLines);
        await LoadAsync(upload, "mixed");
        Assert.Equal(["0|élève 0", "99|Thiès"], _host.Query("select * from bronze.mixed where id in (0, 99) order by 1"));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(200_000)]
    public async Task A_compressed_file_that_is_cut_short_is_broken_and_not_shorter(int rows)
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes("id,hash\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row},{row * 7919L % 104729}\n"))), Stop);
        }
        foreach (var cut in (int[])[1, 6, (int)packed.Length / 2])
        {
            var upload = await UploadAsync("cut.csv.gz", packed.ToArray()[..^cut]);
            Assert.Equal("collect.file-broken", (await Assert.ThrowsAsync<EscaleException>(() => Readings.ReadAsync(upload, Stop))).Code);
        }
        Assert.Equal(2, (await ReadAsync(await UploadAsync("whole.csv.gz", packed.ToArray()))).Columns.Count);
    }

    [Fact]
    public async Task The_sheet_of_a_workbook_is_chosen_and_written_down()
    {
        var upload = await UploadAsync("ports.xlsx", Workbook(("Cover", ["A title"]), ("Ports", ["name", "Dakar", "Mindelo"]), ("Ships", ["ship", "Awa"])));
        var reading = await ReadAsync(upload);
        Assert.Equal("Cover, Ports, Ships: Ports", $"{string.Join(", ", reading.Sheets.Select(sheet => sheet.Name))}: {reading.Sheet}");
        Assert.Equal(["Dakar"], (await Readings.PreviewAsync(upload, Stop)).Rows[0].Values);

        var changed = upload with { Changes = new ReadingChanges { Sheet = "Ships" } };
        Store.Save(changed);
        Assert.Equal(["ship"], (await Readings.PreviewAsync(changed, Stop)).Columns.Select(column => column.Name));
        var missing = upload with { Changes = new ReadingChanges { Sheet = "Nope" } };
        Assert.Equal("collect.sheet-missing", (await Assert.ThrowsAsync<EscaleException>(() => Readings.PreviewAsync(missing, Stop))).Code);
        await LoadAsync(changed, "ships");
        Assert.Equal(["Awa"], _host.Query("select ship from bronze.ships"));
        Assert.Contains("sheet: \"Ships\"", await File.ReadAllTextAsync(Path.Combine(_host.Folder, "sources", "ships.yml"), Stop), StringComparison.Ordinal);

        await using var first = await _host.Services.GetRequiredService<IFileTables>().OpenAsync(Store.DataOf(await UploadAsync("p.xlsx", Workbook(("A", ["a", "1"]), ("B", ["b", "2"])))), "2", Stop);
        Assert.Contains("\"b\"", first.Sql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task French_dates_and_words_for_yes_are_read_and_loaded()
    {
        var upload = await UploadAsync("fr.csv", Encoding.UTF8.GetBytes("jour;le;payé;note\n12 janvier 2024;3-févr.-24;oui;a\n1er août 2024;14-juil.-24;non;b\n25 déc. 2023;1-mai-24;Oui;c\n"));
        Assert.Equal(["date fr", "date fr", "boolean ", "text "], (await ReadAsync(upload)).Columns.Select(column => $"{column.Type} {column.Language}"));
        Assert.Equal(["2024-01-12", "2024-02-03", "true", "a"], (await Readings.PreviewAsync(upload, Stop)).Rows[0].Values);
        await LoadAsync(upload, "fr");
        Assert.Equal(["2023-12-25|2024-05-01|True|c", "2024-01-12|2024-02-03|True|a", "2024-08-01|2024-07-14|False|b"], _host.Query("select * from bronze.fr order by 1"));
    }

    [Fact]
    public async Task French_weekdays_and_hours_are_read_and_loaded()
    {
        var upload = await UploadAsync("heures.csv", Encoding.UTF8.GetBytes(
            "arrivée;départ;le\nlundi 15 janvier 2024 à 14h30;16/01/2024 08h05;mar. 3 sept. 2024\njeudi 1er août 2024 à 9h00;28/08/2024 23h59;dim. 1er déc. 2024\nmar. 24 déc. 2024 à 0h15;24/12/2024 06h00;lun. 2 déc. 2024\n"));
        Assert.Equal(["timestamp fr", "timestamp ", "date fr"], (await ReadAsync(upload)).Columns.Select(column => $"{column.Type} {column.Language}"));
        await LoadAsync(upload, "heures");
        Assert.Equal(
            ["2024-01-15 14:30:00|2024-01-16 08:05:00|2024-09-03", "2024-08-01 09:00:00|2024-08-28 23:59:00|2024-12-01", "2024-12-24 00:15:00|2024-12-24 06:00:00|2024-12-02"],
            _host.Query("select * from bronze.heures order by 1"));
    }

    [Fact]
    public async Task Words_for_nothing_far_down_are_found()
    {
        var rows = string.Concat(Enumerable.Range(0, 40_000).Select(row => row > 30_000 && row % 20 == 0 ? $"{row},NA\n" : $"{row},{row % 97}\n"));
        var upload = await UploadAsync("far.csv", Encoding.UTF8.GetBytes("id,n\n" + rows));
        Assert.Equal("bigint NA", (await ReadAsync(upload)).Columns.Select(column => $"{column.Type} {string.Join(' ', column.NullValues)}").Last());
    }

    [Fact]
    public async Task A_large_file_is_looked_at_all_over_and_its_sample_does_not_wait_for_the_rest()
    {
        var text = new MemoryStream();
        await text.WriteAsync("id,town,tons\n"u8.ToArray(), Stop);
        for (var row = 0; text.Length < 66 << 20; row++)
        {
            await text.WriteAsync(Encoding.Latin1.GetBytes($"{row},{(row > 600_000 ? "Thiès et environs" : "Dakar et environs")},{(row > 600_000 && row % 50 == 0 ? "NA" : "12")}\n"), Stop);
        }
        var upload = await UploadAsync("large.csv", text.ToArray());
        var reading = await ReadAsync(upload);
        Assert.Equal((false, "windows-1252", true), (reading.IsWhole, reading.Encoding!.Value, reading.Places > 10));
        Assert.Equal(["NA"], reading.Columns[2].NullValues);

        await using var one = await Readings.OpenAsync(upload, Stop);
        await using var other = await Readings.OpenAsync(upload, Stop);
        Assert.Equal(one.ReadPaths, other.ReadPaths);
        Assert.Contains("Thiès et environs", await ValuesAsync(one, one.SampleSql));
        await one.WholeAsync(Stop);
        await other.WholeAsync(Stop);
        Assert.Equal(["Dakar et environs", "Thiès et environs"], await ValuesAsync(other, other.Sql));
        await Readings.ForgetAsync(upload);
        Assert.All(one.ReadPaths, path => Assert.True(File.Exists(path)));
        await one.DisposeAsync();
        await other.DisposeAsync();
        Assert.All(one.ReadPaths, path => Assert.False(File.Exists(path)));
    }

    private async Task<IEnumerable<object?>> ValuesAsync(FileTable file, string sql)
    {
        await using var session = await _host.Services.GetRequiredService<ParseEngine>().OpenAsync(file.ReadPaths, [], Stop);
        return (await session.RowsAsync($"SELECT DISTINCT town FROM ({sql}) ORDER BY 1", Stop)).Select(row => row[0]);
    }

    private async Task<Upload> UploadAsync(string name, byte[] bytes)
    {
        var upload = Store.Create(_awa, name, bytes.Length);
        Assert.Equal(bytes.Length, await Store.AppendAsync(upload, new MemoryStream(bytes), null, Stop));
        return upload;
    }

    private async Task<ReadingAnswer> ReadAsync(Upload upload)
    {
        var (content, text) = await Readings.ReadAsync(upload, Stop);
        return ReadingAnswer.Of(upload, content, text);
    }

    private async Task LoadAsync(Upload upload, string name)
    {
        await _host.Services.GetRequiredService<SourceMaker>().MakeAsync(upload, name, "", Stop);
        await _host.RunAsync(name);
    }

    /// <summary>A spreadsheet with sheets of one column.</summary>
    private static byte[] Workbook(params (string Name, string[] Cells)[] sheets)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, string content)
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>" + content));
            }
            string All(Func<int, (string Name, string[] Cells), string> text) => string.Concat(sheets.Select((sheet, at) => text(at + 1, sheet)));
            Add("[Content_Types].xml", $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{All((at, _) => $"<Override PartName=\"/xl/worksheets/sheet{at}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")}</Types>""");
            Add("_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add("xl/workbook.xml", $"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{All((at, sheet) => $"<sheet name=\"{sheet.Name}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>")}</sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{All((at, _) => $"<Relationship Id=\"rId{at}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>")}</Relationships>""");
            for (var at = 0; at < sheets.Length; at++)
            {
                var rows = string.Concat(sheets[at].Cells.Select((cell, row) => $"<row r=\"{row + 1}\"><c r=\"A{row + 1}\" t=\"inlineStr\"><is><t>{cell}</t></is></c></row>"));
                Add($"xl/worksheets/sheet{at + 1}.xml", $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>""");
            }
        }
        return packed.ToArray();
    }
}
