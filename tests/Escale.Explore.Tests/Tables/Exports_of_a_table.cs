using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Tests.Tables;

public sealed class Exports_of_a_table : IAsyncLifetime
{
    private ServedTables _served = null!;

    public async ValueTask InitializeAsync()
    {
        _served = await ServedTables.StartAsync();
        _served.Write("gold.people", "select 1 as id, 'Awa <&> \"quoted\"' as name, date '2026-03-01' as born, 1234567890.25::decimal(18,2) as amount union all select 2, '=1+cmd', null, -5 order by id");
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task As_parquet_is_a_file_that_duckdb_reads_with_the_filters_that_are_on()
    {
        var bytes = await _served.Client.GetByteArrayAsync("gold.people.parquet?id=eq.2&columns=name,id");
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, bytes);
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal("=1+cmd", connection.Scalar<string>($"SELECT name FROM read_parquet({DuckSql.Literal(file)})"));
        File.Delete(file);
    }

    [Fact]
    public async Task As_parquet_answers_ranges_of_the_same_file()
    {
        var whole = await _served.Client.GetByteArrayAsync("gold.people.parquet");
        using var request = new HttpRequestMessage(HttpMethod.Get, "gold.people.parquet");
        request.Headers.Range = new RangeHeaderValue(whole.Length - 8, null);
        using var part = await _served.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[^8..], await part.Content.ReadAsByteArrayAsync());
        using var head = await _served.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "gold.people.parquet"));
        Assert.Equal(whole.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task As_csv_keeps_values_and_for_spreadsheets_disarms_formulas()
    {
        Assert.EndsWith("2,=1+cmd,,-5.00\r\n", await _served.Client.GetStringAsync("gold.people.csv"), StringComparison.Ordinal);
        Assert.EndsWith("2,'=1+cmd,,-5.00\r\n", await _served.Client.GetStringAsync("gold.people.csv?spreadsheet=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_xlsx_is_a_workbook_in_which_text_is_never_a_formula()
    {
        using var archive = new ZipArchive(new MemoryStream(await _served.Client.GetByteArrayAsync("gold.people.xlsx")));
        Assert.Contains(archive.Entries, entry => entry.FullName == "xl/workbook.xml");
        using var reader = new StreamReader(archive.GetEntry("xl/worksheets/sheet1.xml")!.Open(), Encoding.UTF8);
        var sheet = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Awa &lt;&amp;&gt; \"quoted\"", sheet, StringComparison.Ordinal);
        Assert.Contains("""<c t="inlineStr" s="4"><is><t xml:space="preserve">=1+cmd</t></is></c>""", sheet, StringComparison.Ordinal);
        Assert.Contains("<c><v>1234567890.25</v></c>", sheet, StringComparison.Ordinal);
        Assert.Contains("""<c s="2"><v>46082</v></c>""", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("<f>", sheet, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gold.people", "application/x-ndjson", "application/x-ndjson")]
    [InlineData("gold.people?format=csv", "*/*", "text/csv")]
    [InlineData("gold.people", "*/*", "application/json")]
    public async Task Come_in_the_form_that_is_asked_for(string address, string accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _served.Client.SendAsync(request);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Are_streamed_however_many_rows_there_are()
    {
        _served.Write("gold.many", "select range as id from range(300000)");
        Assert.Equal(300_001, (await _served.Client.GetStringAsync("gold.many.csv")).Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task Of_what_is_not_there_say_so()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _served.Client.GetAsync("gold.nothing.csv")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _served.Client.GetAsync("gold.people.exe")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _served.Client.GetAsync("..%2f..%2fetc.passwd")).StatusCode);
    }
}
