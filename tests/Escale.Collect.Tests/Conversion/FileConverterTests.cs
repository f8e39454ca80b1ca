using Escale.Collect.Conversion;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.Conversion;

public sealed class FileConverterTests : IAsyncDisposable
{
    private readonly CollectHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<(ConvertedFile Result, string Text)> ConvertAsync(string name, byte[] bytes)
    {
        _host.Write(name, bytes);
        var target = Path.Combine(_host.Folder, "out", name + ".csv");
        var result = await _host.Services.GetRequiredService<FileConverter>().ConvertAsync(Path.Combine(_host.Folder, name), name, target, null, TestContext.Current.CancellationToken);
        return (result, File.Exists(target) ? File.ReadAllText(target) : "");
    }

    [Fact]
    public async Task Values_stay_as_they_are()
    {
        var (result, text) = await ConvertAsync("a.txt", System.Text.Encoding.Latin1.GetBytes("nom;prix\nélève;1 234,50\n\"a \"\"b\"\"; c\";007\n"));
        Assert.Equal("nom,prix\r\nélève,\"1 234,50\"\r\n\"a \"\"b\"\"; c\",007\r\n", text);
        Assert.Equal((2, "csv"), (result.Rows, result.Format));
    }

    [Fact]
    public async Task Utf_16_becomes_utf_8()
    {
        var (_, text) = await ConvertAsync("a.csv", [.. System.Text.Encoding.Unicode.GetBytes("nom\tn\nélève\t1\n")]);
        Assert.Equal("nom,n\r\nélève,1\r\n", text);
    }

    [Fact]
    public async Task Json_is_converted_too()
    {
        var (result, text) = await ConvertAsync("a.json", "[{\"id\":1,\"name\":\"Awa\"},{\"id\":2,\"name\":\"a,b\"}]"u8.ToArray());
        Assert.Equal("id,name\n1,Awa\n2,\"a,b\"\n", text.ReplaceLineEndings("\n"));
        Assert.Equal((2, "json"), (result.Rows, result.Format));
    }

    [Fact]
    public async Task An_empty_file_stays_empty_and_a_broken_one_says_what_is_wrong()
    {
        Assert.Equal(("empty", 0), ((await ConvertAsync("a.csv", [])).Result is var empty ? (empty.Format, empty.Rows) : default));
        using var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write("id,name\n1,Awa\n2,Binta\n"u8);
        }
        var damaged = packed.ToArray();
        damaged[^8] ^= 0xFF;
        var (broken, text) = await ConvertAsync("b.csv.gz", damaged);
        Assert.Equal(("collect.file-broken", ""), (broken.Error!.Code, text));
    }
}
