using System.Text;
using System.Text.Json;
using Escale.Engines.DuckDb;
using Escale.Explore.Sql;
using Xunit;

namespace Escale.Explore.Tests.Sql;

public sealed class RowWriterTests
{
    [Fact]
    public void Csv_quotes_what_needs_it_and_tells_null_from_empty() => Assert.Equal(
        "a,\"b \"\"x\"\"\",c\r\n\"1,5\",\"two\r\nlines\",\r\n\"\",\"say \"\"hi\"\"\",plain\r\n",
        Csv("select * from (values ('1,5', E'two\\r\\nlines', null), ('', 'say \"hi\"', 'plain')) t(a, \"b \"\"x\"\"\", c)", safe: false));

    [Fact]
    public void Csv_read_back_by_duckdb_is_what_was_written()
    {
        const string Query = "select i, case i % 5 when 0 then null when 1 then '' when 2 then 'a,\"b\"' when 3 then E'x\\ny' else ' é漢 ' end as t from range(100) r(i)";
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Csv(Query, safe: false));
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        var different = connection.Scalar<long>($"""
            select count(*) from (({Query}) except all select i, t from read_csv({DuckSql.Literal(file)}, header = true, nullstr = '', allow_quoted_nulls = false))
            """);
        File.Delete(file);
        Assert.Equal(0, different);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+33 1", "'+33 1")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("plain", "plain")]
    public void Spreadsheet_safe_csv_disarms_formulas_in_text(string text, string written)
    {
        Assert.Equal($"t\r\n{written}\r\n", Csv($"select {DuckSql.Literal(text)} as t", safe: true));
        Assert.Equal($"t\r\n{text}\r\n", Csv($"select {DuckSql.Literal(text)} as t", safe: false));
    }

    [Fact]
    public void Spreadsheet_safe_csv_leaves_negative_numbers_alone_and_disarms_a_tab() =>
        Assert.Equal("n,t\r\n-2,'\t=1\r\n", Csv("select -2 as n, E'\\t=1' as t", safe: true));

    [Fact]
    public void Json_keeps_every_digit_and_nests()
    {
        using var document = JsonDocument.Parse(Json("""
            select 123456789012345678901234567.123456789::decimal(38, 9) as d, 170141183460469231731687303715884105727::hugeint as h, 'nan'::double as n,
              [1, null] as l, {'k': date '2024-02-29'} as s, map {'a': 1} as m, timestamptz '2024-01-02 03:04:05+00' as z, '{"x": [1]}'::json as j, null as nothing,
              'quote " é' as t, true as b, '\xAA\xBB'::blob as blob, 1.5::float as f
            """, lines: false));
        var row = Assert.Single(document.RootElement.EnumerateArray());
        Assert.Equal("123456789012345678901234567.123456789", row.GetProperty("d").GetRawText());
        Assert.Equal("170141183460469231731687303715884105727", row.GetProperty("h").GetRawText());
        Assert.Equal("nan", row.GetProperty("n").GetString());
        Assert.Equal("[1,null]", row.GetProperty("l").GetRawText());
        Assert.Equal("""{"k":"2024-02-29"}""", row.GetProperty("s").GetRawText());
        Assert.Equal("""{"a":1}""", row.GetProperty("m").GetRawText());
        Assert.Equal("2024-01-02T03:04:05Z", row.GetProperty("z").GetString());
        Assert.Equal(1, row.GetProperty("j").GetProperty("x")[0].GetInt32());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("nothing").ValueKind);
        Assert.Equal("quote \" é", row.GetProperty("t").GetString());
        Assert.Equal([0xAA, 0xBB], row.GetProperty("blob").GetBytesFromBase64());
        Assert.Equal("1.5", row.GetProperty("f").GetRawText());
    }

    [Fact]
    public void Columns_of_one_name_stay_apart_in_json() => Assert.Equal("{\"a\":1,\"a_1\":2}\n", Json("select 1 as a, 2 as a", lines: true));

    [Fact]
    public void No_rows_are_an_empty_array_and_no_line()
    {
        Assert.Equal("[]\n", Json("select 1 as a where false", lines: false));
        Assert.Equal("", Json("select 1 as a where false", lines: true));
    }

    [Fact]
    public void The_table_for_people_aligns_wide_letters_and_shows_no_control_characters()
    {
        var text = new StringWriter();
        Write("select 12 as n, '漢字' || chr(27) || '[31m' as t union all select 3, 'ab' order by n desc", new PrettyRows(text, 40));
        Assert.Equal(
            """
                  n │ t
            integer │ varchar
            ────────┼──────────
                 12 │ 漢字·[31m
                  3 │ ab
            2 rows

            """, text.ToString());
    }

    [Fact]
    public void A_wide_cell_is_cut_with_an_ellipsis()
    {
        var text = new StringWriter();
        Write("select repeat('x', 100) as t", new PrettyRows(text, 10));
        Assert.Contains("\nxxxxxxxxx…\n", text.ToString(), StringComparison.Ordinal);
    }

    private static string Csv(string sql, bool safe)
    {
        var text = new StringWriter();
        Write(sql, new CsvRows(text, safe));
        return text.ToString();
    }

    private static string Json(string sql, bool lines)
    {
        using var stream = new MemoryStream();
        Write(sql, new JsonRows(stream, lines));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(string sql, RowWriter writer)
    {
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        using var result = connection.Query(sql);
        writer.Begin(result.Columns);
        var rows = 0L;
        while (result.TryRead(out var chunk))
        {
            writer.Write(chunk, chunk.RowCount);
            rows += chunk.RowCount;
        }
        writer.End(rows, isCut: false);
    }
}
