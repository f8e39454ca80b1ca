using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Escale.Collect.Tests.Files;

public sealed class CsvFileTests
{
    private static readonly TableName _table = new("bronze", "t");

    private static CollectHost Host(string csv, string settings = "", string path = "data/t.csv")
    {
        var host = new CollectHost();
        host.Write(path, csv);
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: {path}\n{settings}");
        return host;
    }

    [Fact]
    public async Task A_clean_file_becomes_a_typed_table()
    {
        await using var host = Host("id,name,price,at,day,ok\n1,Awa,1.5,2024-01-01T10:00:00,2024-01-01,true\n2,Binta,2,2024-01-02 11:30:00,2024-01-02,false\n");
        var result = await host.RunAsync("t");
        Assert.True(result.Changed);
        Assert.Equal(2, result.RowCount);
        Assert.Equal(["id long", "name string", "price double", "at timestamp", "day date", "ok boolean"], host.Types(_table));
        Assert.Equal(["1|Awa|1.5|2024-01-01 10:00:00|2024-01-01|True", "2|Binta|2|2024-01-02 11:30:00|2024-01-02|False"], host.Query("select * from bronze.t order by id"));
    }

    [Fact]
    public async Task A_field_that_ends_in_a_backslash_does_not_make_it_the_escape()
    {
        await using var host = Host("id,path\n1,\"C:\\\"\n2,\"a \"\"b\"\"\"\n3,\"\\\\\"\n4,\"x\"\n");
        await host.RunAsync("t");
        Assert.Equal(["1|C:\\", "2|a \"b\"", "3|\\\\", "4|x"], host.Query("select id, path from bronze.t order by id"));
    }

    [Fact]
    public async Task Quotes_behind_backslashes_are_read_where_they_are_meant()
    {
        await using var host = Host("id,text\n1,\"say \\\"hi\\\" now\"\n2,\"x\"\n");
        await host.RunAsync("t");
        Assert.Equal(["1|say \"hi\" now", "2|x"], host.Query("select id, text from bronze.t order by id"));
    }

    [Fact]
    public async Task What_is_no_text_is_refused_and_the_table_stays()
    {
        await using var host = Host("id\n1\n");
        await host.RunAsync("t");
        host.Write("data/t.csv", "PK\u0003\u0004\u0000\u0000");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal(("collect.file-not-text", "data/t.csv"), (error.Code, error.Place!.File));
        Assert.Equal(["1"], host.Query("select * from bronze.t"));
    }

    [Fact]
    public async Task Nothing_new_is_nothing_done()
    {
        await using var host = Host("id\n1\n");
        await host.RunAsync("t");
        var version = host.Lake.Table(_table).Read().Version;
        var again = await host.RunAsync("t");
        Assert.False(again.Changed);
        File.SetLastWriteTimeUtc(Path.Combine(host.Folder, "data/t.csv"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.False((await host.RunAsync("t")).Changed);
        Assert.Equal(version, host.Lake.Table(_table).Read().Version);
        host.Write("data/t.csv", "id\n1\n2\n");
        Assert.True((await host.RunAsync("t")).Changed);
        Assert.Equal(["2"], host.Query("select count(*) from bronze.t"));
    }

    [Fact]
    public async Task Codes_that_look_like_numbers_stay_text()
    {
        await using var host = Host("zip,phone,big,exp,plus,n\n01234,+221,12345678901234567890,12e4,+5,1\n99999,221,5,13e5,6,2\n");
        await host.RunAsync("t");
        Assert.Equal(["zip string", "phone string", "big string", "exp string", "plus string", "n long"], host.Types(_table));
        Assert.Equal(["01234|+221|12345678901234567890|12e4|+5|1"], host.Query("select * from bronze.t where n = 1"));
    }

    [Theory]
    [InlineData("1.7", "double", "1.7")]
    [InlineData("007", "string", "007")]
    [InlineData("12e4", "string", "12e4")]
    [InlineData("n/a", "string", "n/a")]
    [InlineData("99999999999999999999", "string", "99999999999999999999")]
    [InlineData("1_000", "string", "1_000")]
    public async Task A_type_that_flips_far_behind_the_sample_is_noticed(string late, string type, string shown)
    {
        var csv = new StringBuilder("id,v\n");
        for (var i = 0; i < 30_000; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},{i}\n");
        }
        csv.Append(CultureInfo.InvariantCulture, $"30000,{late}\n");
        await using var host = Host(csv.ToString());
        var result = await host.RunAsync("t");
        Assert.Equal(30_001, result.RowCount);
        Assert.Equal(0, result.QuarantinedCount);
        Assert.Equal($"v {type}", host.Types(_table)[1]);
        Assert.Equal([shown], host.Query("select v from bronze.t where id = 30000"));
    }

    [Fact]
    public async Task Rows_that_cannot_be_parsed_go_to_quarantine_with_their_line()
    {
        await using var host = Host("id,name\n1,a\n2\n3,c,x\n4,\"d\n5,e\"\n6,\"f\"g\n7,h\n");
        var result = await host.RunAsync("t");
        Assert.Equal(["1|a", "4|d\n5,e", "7|h"], host.Query("select * from bronze.t order by id"));
        Assert.Equal(3, result.QuarantinedCount);
        Assert.Equal(
            ["data/t.csv|3|2|parse|s", "data/t.csv|4|3,c,x|parse|s", "data/t.csv|7|6,\"f\"g|parse|s"],
            host.Query("select file, line, raw, rule, source from quarantine.t order by line"));
    }

    [Fact]
    public async Task A_declared_type_sends_what_it_cannot_hold_to_quarantine_and_bends_nothing()
    {
        await using var host = Host("id,n\n1,10\n2,1.7\n3,ten\n4,007\n5,\n6, 8 \n", "    columns:\n      n: bigint\n");
        var result = await host.RunAsync("t");
        Assert.Equal(["1|10", "4|7", "5|NULL", "6|8"], host.Query("select * from bronze.t order by id"));
        Assert.Equal(2, result.QuarantinedCount);
        Assert.Equal(["3|2,1.7|type|n", "4|3,ten|type|n"], host.Query("select line, raw, rule, field from quarantine.t order by line"));
    }

    [Fact]
    public async Task Rules_of_columns_are_kept_and_say_which_was_broken()
    {
        await using var host = Host(
            "id,kind,n,code\n1,a,5,AB12\n,a,5,AB12\n3,z,5,AB12\n4,a,-1,AB12\n5,a,101,AB12\n6,a,5,nope\n1,b,6,CD34\n",
            """
                columns:
                  id: {type: bigint, not_null: true, unique: true}
                  kind: {accepted: [a, b]}
                  n: {min: 0, max: 100}
                  code: {pattern: "[A-Z]{2}[0-9]{2}"}

            """.ReplaceLineEndings("\n"));
        await host.RunAsync("t");
        Assert.Equal(["1|a|5|AB12"], host.Query("select * from bronze.t"));
        Assert.Equal(
            ["3|not_null|id", "4|accepted|kind", "5|min|n", "6|max|n", "7|pattern|code", "8|unique|id"],
            host.Query("select line, rule, field from quarantine.t order by line"));
        Assert.Equal(["4,a,-1,AB12"], host.Query("select raw from quarantine.t where rule = 'min'"));
    }

    [Fact]
    public async Task Above_its_failure_budget_a_load_fails_and_the_table_stays()
    {
        await using var host = Host("id\n1\n2\n", "    max_failed: 20%\n    columns: {id: bigint}\n");
        await host.RunAsync("t");
        host.Write("data/t.csv", "id\n1\nx\ny\n4\n");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal("collect.too-many-failed", error.Code);
        Assert.Contains("2 of 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("data/t.csv:3", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], host.Query("select id from bronze.t order by 1"));
    }

    [Fact]
    public async Task A_table_is_not_emptied_by_a_file_of_which_nothing_can_be_read()
    {
        await using var host = Host("id\n1\n2\n", "    columns: {id: bigint}\n");
        await host.RunAsync("t");
        host.Write("data/t.csv", "id\nx\ny\n");
        Assert.Equal("collect.too-many-failed", (await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"))).Code);
    }

    public static TheoryData<string, byte[]> Encodings => new()
    {
        { "encoding: latin-1", Encoding.Latin1.GetBytes("id;nom\n1;Goré\n2;Ünal\n") },
        { "", Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes("id;nom\n1;Goré\n2;Ünal\n")).ToArray() },
        { "", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("id;nom\n1;Goré\n2;Ünal\n")).ToArray() },
        { "", Encoding.BigEndianUnicode.GetPreamble().Concat(Encoding.BigEndianUnicode.GetBytes("id;nom\r\n1;Goré\r\n2;Ünal\r\n")).ToArray() },
        { "", Encoding.UTF8.GetBytes("id\tnom\r\n1\tGoré\r\n2\tÜnal") },
        { "", Encoding.UTF8.GetBytes("id|nom\n'1'|'Goré'\n'2'|'Ünal'\n") },
        { "{skip_rows: 2, comment: \"#\"}", Encoding.UTF8.GetBytes("Export\nof today\nid;nom\n1;Goré\n# so far\n2;Ünal\n") },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Dialects_and_encodings_are_found_or_said(string settings, byte[] bytes)
    {
        var lines = settings.Trim('{', '}').Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(line => $"    {line}\n");
        await using var host = Host("", string.Concat(lines));
        host.Write("data/t.csv", bytes);
        await host.RunAsync("t");
        Assert.Equal(["1|Goré", "2|Ünal"], host.Query("select id, nom from bronze.t order by 1"));
        Assert.Equal("id long", host.Types(_table)[0]);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_set_aside_with_their_line()
    {
        await using var host = Host("");
        host.Write("data/t.csv", Encoding.Latin1.GetBytes("id,nom\n1,Goree\n2,Goré\n3,Dakar\n"));
        await host.RunAsync("t");
        Assert.Equal(["1|Goree", "3|Dakar"], host.Query("select * from bronze.t order by 1"));
        Assert.Equal(["3|parse"], host.Query("select line, rule from quarantine.t"));
    }

    [Fact]
    public async Task Decimal_commas_and_dates_in_other_orders_are_read_as_told()
    {
        await using var host = Host("a;b;c\n1,5;31/12/2024;05.01.2024 08:30\n-2,25;01/02/2024;06.01.2024 09:00\n", "    decimal: \",\"\n    date_format: \"%d/%m/%Y\"\n    columns: {c: {type: timestamp, format: \"%d.%m.%Y %H:%M\"}}\n");
        await host.RunAsync("t");
        Assert.Equal(["a double", "b date", "c timestamp"], host.Types(_table));
        Assert.Equal(["-2.25|2024-02-01|2024-01-06 09:00:00", "1.5|2024-12-31|2024-01-05 08:30:00"], host.Query("select * from bronze.t order by a"));
    }

    [Fact]
    public async Task Gzip_and_zstd_are_read_by_their_names()
    {
        await using var host = Host("", "", "data/*.csv.gz");
        using (var memory = new MemoryStream())
        {
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            {
                gzip.Write("id,t\n1,\"x\ny\"\n2,z\n"u8);
            }
            File.Delete(Path.Combine(host.Folder, "data/*.csv.gz"));
            host.Write("data/a.csv.gz", memory.ToArray());
        }
        using (Failpoint.Arm("collect.unpack", FailpointAction.NoSpace))
        {
            Assert.True(DiskFull.Is(await Assert.ThrowsAsync<IOException>(() => host.RunAsync("t")))); // said as such wherever it ends up
        }
        await host.RunAsync("t");
        Assert.Equal(["1|x\ny", "2|z"], host.Query("select * from bronze.t order by 1"));
        host.Query($"copy (select range as id, 'a' || range as t from range(5)) to '{host.Folder}/data/b.csv.zst' (format csv, compression zstd)");
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - name: t\n    path: data/b.csv.zst\n");
        await host.RunAsync("t");
        Assert.Equal(["0|a0", "4|a4"], host.Query("select * from bronze.t where id in (0, 4) order by 1"));
    }

    [Fact]
    public async Task Globs_find_files_below_and_many_files_make_one_table()
    {
        await using var host = Host("id,n\n1,1\n", "", "data/2024/01/a.csv");
        host.Write("data/2024/02/b.csv", "id,n\n2,2.5\n");
        host.Write("data/c.csv", "id,n,extra\n3,3,x\n");
        host.Write("data/.hidden.csv", "id,n\n9,9\n");
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - name: t\n    path: data/**/*.csv\n");
        await host.RunAsync("t");
        Assert.Equal(["1|1|NULL", "2|2.5|NULL", "3|3|x"], host.Query("select * from bronze.t order by id"));
    }

    [Fact]
    public async Task Appending_takes_only_new_files_and_refuses_one_that_changed()
    {
        await using var host = Host("id\n1\n", "    write_disposition: append\n", "in/a.csv");
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - name: t\n    path: in/*.csv\n    write_disposition: append\n");
        await host.RunAsync("t");
        host.Write("in/b.csv", "id\n2\n");
        Assert.Equal(1, (await host.RunAsync("t")).RowCount);
        Assert.Equal(["1", "2"], host.Query("select id from bronze.t order by 1"));
        host.Write("in/a.csv", "id\n1\n3\n");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal("collect.file-changed", error.Code);
        Assert.Equal("in/a.csv", error.Place!.File);
    }

    [Theory]
    [InlineData("../secret.csv", "kernel.path-escapes")]
    [InlineData("data/../../secret.csv", "kernel.path-escapes")]
    [InlineData("/etc/passwd", "collect.path-not-allowed")]
    [InlineData("data/%2e%2e/x.csv", "kernel.path-escapes")]
    [InlineData("..\\\\secret.csv", "kernel.path-escapes")]
    [InlineData("file:///etc/passwd", "kernel.path-escapes")]
    [InlineData("data/link.csv", "kernel.path-escapes")]
    [InlineData("../*/passwd", "kernel.path-escapes")]
    public async Task Paths_outside_the_project_are_refused(string path, string code)
    {
        await using var host = Host("id\n1\n");
        File.CreateSymbolicLink(Path.Combine(host.Folder, "data/link.csv"), "/etc/passwd");
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: \"{path}\"\n    format: csv\n");
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal(code, error.Code);
        Assert.Equal("sources/s.yml", error.Place!.File);
    }

    [Fact]
    public async Task A_folder_that_the_operator_allows_may_be_read()
    {
        using var outside = new TempFolder();
        outside.Write("x.csv", "id\n7\n");
        await using var host = Host("id\n1\n");
        host.Environment.Set("ESCALE_FILES_ALLOW", outside.Path);
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: {outside.Path}/*.csv\n");
        await host.RunAsync("t");
        Assert.Equal(["7"], host.Query("select id from bronze.t"));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_with_the_place_of_its_definition()
    {
        await using var host = Host("id\n1\n");
        File.Delete(Path.Combine(host.Folder, "data/t.csv"));
        var error = await Assert.ThrowsAsync<EscaleException>(() => host.RunAsync("t"));
        Assert.Equal("collect.no-files", error.Code);
        Assert.Equal(4, error.Place!.Line);
    }
}
