using System.IO.Compression;
using System.Text;
using Escale.Collect.Loading;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.OpenFiles;

public sealed class FileTableTests : IAsyncDisposable
{
    private readonly CollectHost _host = new();

    private CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task<FileTable> OpenAsync(string name) => _host.Services.GetRequiredService<IFileTables>().OpenAsync(Path.Combine(_host.Folder, name), Stop);

    private async Task<IReadOnlyList<string>> RowsAsync(FileTable file, string sql)
    {
        await using var session = await _host.Services.GetRequiredService<ParseEngine>().OpenAsync(file.ReadPaths, [], Stop);
        var rows = await session.RowsAsync(sql, Stop);
        return [.. rows.Select(row => string.Join("|", row.Select(value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture))))];
    }

    [Fact]
    public async Task A_small_file_is_its_own_sample()
    {
        _host.Write("t.csv", "id;name\n1;Awa\n2;Binta\n");
        await using var file = await OpenAsync("t.csv");
        Assert.True(file.IsSampleWhole);
        Assert.Equal("t.csv", file.Name);
        Assert.Equal(["1|Awa", "2|Binta"], await RowsAsync(file, file.Sql));
        Assert.Equal(["BIGINT|VARCHAR"], await RowsAsync(file, $"SELECT typeof(id), typeof(name) FROM ({file.Sql}) LIMIT 1"));
    }

    [Fact]
    public async Task A_type_follows_all_rows_and_not_only_the_first()
    {
        var text = new StringBuilder("id,code\n");
        for (var i = 0; i < 30_000; i++)
        {
            text.Append(i).Append(i == 29_999 ? ",A7\n" : ",7\n");
        }
        _host.Write("t.csv", text.ToString());
        await using var file = await OpenAsync("t.csv");
        Assert.Equal(["30000|30000"], await RowsAsync(file, $"SELECT count(*), count(code) FROM ({file.Sql})"));
    }

    [Fact]
    public async Task A_large_file_has_a_sample_from_all_over_it()
    {
        var text = new StringBuilder("id,note\n");
        for (var i = 0; text.Length < 26 << 20; i++)
        {
            text.Append(i).Append(",\"a note, and\na second line to say that it is long enough for a test\"\n");
        }
        _host.Write("t.csv", text.ToString());
        await using var file = await OpenAsync("t.csv");
        Assert.False(file.IsSampleWhole);
        var all = await RowsAsync(file, $"SELECT count(*), max(id), count(DISTINCT note) FROM ({file.Sql})");
        var some = await RowsAsync(file, $"SELECT count(*), max(id), count(DISTINCT note), count(*) - count(DISTINCT id) FROM ({file.SampleSql})");
        var (count, last) = (int.Parse(all[0].Split('|')[0]), int.Parse(all[0].Split('|')[1]));
        var sample = some[0].Split('|').Select(int.Parse).ToArray();
        Assert.InRange(sample[0], count / 20, count / 2);
        Assert.InRange(sample[1], last * 95 / 100, last);
        Assert.Equal([1, 0], sample[2..]);
    }

    [Theory]
    [InlineData("t.json", "[{\"id\":1,\"name\":\"Awa\"},{\"id\":2,\"name\":\"Binta\"}]")]
    [InlineData("t.ndjson", "{\"id\":1,\"name\":\"Awa\"}\n{\"id\":2,\"name\":\"Binta\"}\n")]
    [InlineData("t.unknown", "[{\"id\":1,\"name\":\"Awa\"},{\"id\":2,\"name\":\"Binta\"}]")]
    [InlineData("noname", "id\tname\n1\tAwa\n2\tBinta\n")]
    public async Task What_a_file_is_its_bytes_say(string name, string text)
    {
        _host.Write(name, text);
        await using var file = await OpenAsync(name);
        Assert.Equal(["1|Awa", "2|Binta"], await RowsAsync(file, file.Sql));
    }

    [Fact]
    public async Task What_was_unpacked_is_deleted_in_the_end()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            zip.Write("id,name\n1,Awa\n"u8);
        }
        _host.Write("t.csv", packed.ToArray());
        IReadOnlyList<string> paths;
        await using (var file = await OpenAsync("t.csv"))
        {
            Assert.Equal(["1|Awa"], await RowsAsync(file, file.Sql));
            paths = file.ReadPaths;
        }
        Assert.All(paths, path => Assert.False(File.Exists(path)));
    }

    [Fact]
    public async Task Nothing_is_an_error_that_says_so()
    {
        _host.Write("t.csv", "");
        Assert.Equal("collect.file-empty", (await Assert.ThrowsAsync<EscaleException>(() => OpenAsync("t.csv"))).Code);
        Assert.Equal("collect.file-not-found", (await Assert.ThrowsAsync<EscaleException>(() => OpenAsync("none.csv"))).Code);
    }
}
