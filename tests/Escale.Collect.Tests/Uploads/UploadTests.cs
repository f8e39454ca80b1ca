using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Escale.Collect.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.Uploads;

[Collection(FailpointCollection.Name)]
public sealed class UploadTests : IAsyncDisposable
{
    private const string Ships = "day;tons;note\n31/01/2024;1,5;a\n01/02/2024;2,5;b\n15/02/2024;3;c\n";
    private static readonly Caller _awa = new("1", "Awa", Role.Analyst);
    private static readonly Caller _omar = new("2", "Omar", Role.Admin);
    private readonly CollectHost _host = new();

    private UploadStore Store => _host.Services.GetRequiredService<UploadStore>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<Upload> UploadAsync(string name, byte[] bytes)
    {
        var upload = Store.Create(_awa, name, bytes.Length);
        Assert.Equal(bytes.Length, await Store.AppendAsync(upload, new MemoryStream(bytes), null, Stop));
        return upload;
    }

    private Task<MadeSource> MakeAsync(Upload upload, string name) => _host.Services.GetRequiredService<SourceMaker>().MakeAsync(Store.Get(upload.Id, _awa), name, "", Stop);

    [Fact]
    public async Task A_dropped_file_becomes_a_source_that_loads_as_its_preview_showed()
    {
        var upload = await UploadAsync("../../Relevé (été).csv", Encoding.UTF8.GetBytes(Ships));
        var preview = await _host.Services.GetRequiredService<UploadReadings>().PreviewAsync(upload, Stop);
        Assert.Equal(["day date", "tons double", "note text"], preview.Columns.Select(column => $"{column.Name} {column.Type}"));
        Assert.Equal(["2024-01-31", "1.5", "a"], preview.Rows[0].Values);
        var (content, text) = await _host.Services.GetRequiredService<UploadReadings>().ReadAsync(upload, Stop);
        Assert.Equal("releve_ete", ReadingAnswer.Of(upload, content, text).SuggestedName);

        var made = await MakeAsync(upload, "releve");
        Assert.Equal(("sources/releve.yml", "bronze.releve"), (made.Source, made.Table));
        await _host.RunAsync("releve");
        Assert.Equal(["2024-01-31|1.5|a", "2024-02-01|2.5|b", "2024-02-15|3|c"], _host.Query("select * from bronze.releve order by 1"));
    }

    [Fact]
    public async Task Somebody_elses_upload_is_not_there()
    {
        var upload = await UploadAsync("t.csv", "a\n1\n"u8.ToArray());
        Assert.Equal("collect.upload-not-found", Assert.Throws<EscaleException>(() => Store.Get(upload.Id, _omar)).Code);
        Assert.Equal("collect.upload-not-found", Assert.Throws<EscaleException>(() => Store.Get("../" + upload.Id, _awa)).Code);
        Assert.Empty(Store.All(_omar));
        Assert.Equal("collect.upload-not-found", (await Assert.ThrowsAsync<EscaleException>(() => _host.Services.GetRequiredService<IFileTables>().OpenUploadAsync(upload.Id, _omar, Stop))).Code);
    }

    [Fact]
    public async Task What_came_before_the_connection_dropped_is_kept()
    {
        var bytes = Encoding.UTF8.GetBytes(Ships);
        var upload = Store.Create(_awa, "t.csv", bytes.Length);
        Assert.Equal(20, await Store.AppendAsync(upload, new BreakingStream(bytes[..20]), null, Stop));
        Assert.Equal(20, Store.OffsetOf(upload));
        Assert.Equal("collect.upload-unfinished", (await Assert.ThrowsAsync<EscaleException>(() => _host.Services.GetRequiredService<UploadReadings>().ReadAsync(upload, Stop))).Code);
        await Store.AppendAsync(upload, new MemoryStream(bytes[20..]), null, Stop);
        Assert.Equal(bytes, File.ReadAllBytes(Store.DataOf(upload)));
    }

    [Fact]
    public async Task Bytes_with_another_checksum_are_not_kept()
    {
        var upload = Store.Create(_awa, "t.csv", 4);
        Assert.Null(await Store.AppendAsync(upload, new MemoryStream("a\n1\n"u8.ToArray()), (HashAlgorithmName.SHA256, new byte[32]), Stop));
        Assert.Equal(0, Store.OffsetOf(upload));
        Assert.Equal(4, await Store.AppendAsync(upload, new MemoryStream("a\n1\n"u8.ToArray()), (HashAlgorithmName.SHA1, SHA1.HashData("a\n1\n"u8)), Stop));
    }

    [Fact]
    public async Task A_file_that_grows_while_it_comes_is_refused()
    {
        var upload = Store.Create(_awa, "t.csv", 4);
        Assert.Equal("collect.upload-too-large", (await Assert.ThrowsAsync<EscaleException>(() => Store.AppendAsync(upload, new MemoryStream(new byte[5]), null, Stop))).Code);
    }

    [Fact]
    public async Task A_full_disk_loses_nothing_and_the_upload_goes_on()
    {
        var upload = Store.Create(_awa, "t.csv", 4);
        using (Failpoint.Arm("collect.upload.before-sync", FailpointAction.NoSpace))
        {
            Assert.Equal("collect.upload-no-room", (await Assert.ThrowsAsync<EscaleException>(() => Store.AppendAsync(upload, new MemoryStream("a\n"u8.ToArray()), null, Stop))).Code);
        }
        var rest = "a\n1\n"u8.ToArray()[(int)Store.OffsetOf(upload)..];
        Assert.Equal(4, await Store.AppendAsync(upload, new MemoryStream(rest), null, Stop));
    }

    [Theory]
    [InlineData("collect.upload.write")]
    [InlineData("collect.upload.synced")]
    [InlineData("file.write")]
    public async Task A_disk_that_is_full_anywhere_says_so_and_nothing_that_was_told_is_lost(string place)
    {
        var bytes = Encoding.UTF8.GetBytes(Ships);
        var upload = Store.Create(_awa, "t.csv", bytes.Length);
        await Store.AppendAsync(upload, new MemoryStream(bytes[..20]), null, Stop);
        using (Failpoint.Arm(place, FailpointAction.NoSpace))
        {
            if (place == "file.write")
            {
                Assert.Equal("collect.upload-no-room", Assert.Throws<EscaleException>(() => Store.Create(_awa, "other.csv", 10)).Code);
            }
            else
            {
                Assert.Equal("collect.upload-no-room", (await Assert.ThrowsAsync<EscaleException>(() => Store.AppendAsync(upload, new MemoryStream(bytes[20..]), null, Stop))).Code);
            }
        }
        Assert.Equal([upload.Id], Store.All(_awa).Select(one => one.Id));
        var offset = (int)Store.OffsetOf(upload);
        Assert.InRange(offset, 20, bytes.Length);
        await Store.AppendAsync(upload, new MemoryStream(bytes[offset..]), null, Stop);
        Assert.Equal(bytes, File.ReadAllBytes(Store.DataOf(upload)));
    }

    [Fact]
    public async Task What_nobody_goes_on_with_is_forgotten_after_three_days_and_not_before()
    {
        var upload = await UploadAsync("t.csv", Encoding.UTF8.GetBytes(Ships));
        Age(upload, UploadStore.Patience - TimeSpan.FromHours(1));
        Store.Create(_awa, "next.csv", 10);
        Assert.Equal(upload.Id, Store.Get(upload.Id, _awa).Id);
        Age(upload, UploadStore.Patience + TimeSpan.FromHours(1));
        Store.Create(_awa, "another.csv", 10);
        Assert.Equal("collect.upload-not-found", Assert.Throws<EscaleException>(() => Store.Get(upload.Id, _awa)).Code);
        Assert.False(Directory.Exists(Store.FolderOf(upload)));
    }

    private void Age(Upload upload, TimeSpan age)
    {
        foreach (var file in Directory.EnumerateFiles(Store.FolderOf(upload)))
        {
            File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime - age);
        }
    }

    [Theory]
    [InlineData("collect.upload.named")]
    [InlineData("collect.upload.moved")]
    [InlineData("collect.upload.defined")]
    public async Task Stopped_anywhere_on_its_way_to_a_source_it_gets_there_the_next_time(string place)
    {
        var upload = await UploadAsync("t.csv", Encoding.UTF8.GetBytes(Ships));
        using (Failpoint.Arm(place, FailpointAction.Error))
        {
            await Assert.ThrowsAsync<IOException>(() => MakeAsync(upload, "ships"));
        }
        await using var again = new CollectHost(_host.Folder);
        var store = again.Services.GetRequiredService<UploadStore>();
        await again.Services.GetRequiredService<SourceMaker>().MakeAsync(store.Get(upload.Id, _awa), "ships", "", Stop);
        await again.RunAsync("ships");
        Assert.Equal(["3"], again.Query("select count(*) from bronze.ships"));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        await MakeAsync(await UploadAsync("t.csv", Encoding.UTF8.GetBytes(Ships)), "ships");
        var second = await UploadAsync("t.csv", Encoding.UTF8.GetBytes(Ships));
        Assert.Equal("collect.source-conflict", (await Assert.ThrowsAsync<EscaleException>(() => MakeAsync(second, "ships"))).Code);
        Assert.Equal("collect.source-name", (await Assert.ThrowsAsync<EscaleException>(() => MakeAsync(second, "../ships"))).Code);
    }

    [Fact]
    public async Task An_answer_settles_a_question()
    {
        var upload = await UploadAsync("t.csv", "id,day,n\n1,01/02/2024,\"1,000\"\n2,03/04/2024,\"2,500\"\n"u8.ToArray());
        var readings = _host.Services.GetRequiredService<UploadReadings>();
        var (content, text) = await readings.ReadAsync(upload, Stop);
        var answer = ReadingAnswer.Of(upload, content, text);
        Assert.Equal(["day", "n"], answer.Questions.Select(question => question.Column));
        Store.Save(upload with { Changes = new ReadingChanges { Columns = new Dictionary<string, ColumnChange> { ["day"] = new() { Type = "date", Format = "%m/%d/%Y" }, ["n"] = new() { Type = "bigint", Thousands = "," } } } });
        await MakeAsync(upload, "answered");
        await _host.RunAsync("answered");
        Assert.Equal(["1|2024-01-02|1000", "2|2024-03-04|2500"], _host.Query("select * from bronze.answered order by 1"));
    }

    [Fact]
    public async Task An_archive_with_one_table_is_unpacked_and_a_bomb_is_not()
    {
        var upload = await UploadAsync("t.zip", Zip(("t.csv", Encoding.UTF8.GetBytes(Ships)), ("read me.md", "x"u8.ToArray())));
        var (content, _) = await _host.Services.GetRequiredService<UploadReadings>().ReadAsync(upload, Stop);
        Assert.Equal("t.csv", content.Name);
        await MakeAsync(upload, "zipped");
        await _host.RunAsync("zipped");
        Assert.Equal(["3"], _host.Query("select count(*) from bronze.zipped"));

        var bomb = await UploadAsync("bomb.zip", Zip(("t.csv", new byte[64 << 20])));
        Assert.Equal("collect.decompression-ratio", (await Assert.ThrowsAsync<EscaleException>(() => _host.Services.GetRequiredService<UploadReadings>().ReadAsync(bomb, Stop))).Code);
        var two = await UploadAsync("two.zip", Zip(("a.csv", "a\n1\n"u8.ToArray()), ("b.csv", "b\n1\n"u8.ToArray())));
        Assert.Equal("collect.archive-entries", (await Assert.ThrowsAsync<EscaleException>(() => _host.Services.GetRequiredService<UploadReadings>().ReadAsync(two, Stop))).Code);
    }

    [Theory]
    [InlineData("", "collect.file-empty")]
    [InlineData("\n\n  \n", "collect.file-empty")]
    [InlineData("%PDF-1.7 and so on", "collect.file-not-text")]
    public async Task What_holds_no_table_says_so(string text, string code)
    {
        var upload = await UploadAsync("t.csv", Encoding.UTF8.GetBytes(text));
        Assert.Equal(code, (await Assert.ThrowsAsync<EscaleException>(() => _host.Services.GetRequiredService<UploadReadings>().ReadAsync(upload, Stop))).Code);
    }

    [Theory]
    [InlineData("id,name,name,,id\n1,a,b,c,2\n")]
    [InlineData("a,b\n")]
    [InlineData("only\nx\ny\n")]
    [InlineData("a,b\n1,\"open\n2,x\n3,y\n")]
    [InlineData("a,b,c\n1,2\n1,2,3,4\n5,6,7\n")]
    public async Task What_is_odd_still_becomes_a_preview_and_a_source(string text)
    {
        var upload = await UploadAsync("t.csv", Encoding.UTF8.GetBytes(text));
        var preview = await _host.Services.GetRequiredService<UploadReadings>().PreviewAsync(upload, Stop);
        Assert.Equal(preview.Columns.Count, preview.Columns.Select(column => column.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        await MakeAsync(upload, "odd");
        await _host.RunAsync("odd");
        Assert.True(_host.Lake.Exists(new TableName("bronze", "odd")));
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(bytes);
            }
        }
        return packed.ToArray();
    }

    /// <summary>Gives its bytes, then fails as a connection does.</summary>
    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var got ? got : throw new IOException("The connection was reset.");
    }
}
