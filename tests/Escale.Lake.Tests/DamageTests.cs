using System.Text;
using Escale.Kernel;
using Xunit;

namespace Escale.Lake.Tests;

/// <summary>Promise R7, and tables of other writers that we must refuse or read.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly LakeFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public void One_flipped_byte_anywhere_is_found_and_the_file_is_named()
    {
        var table = _lake.Create(("delta.checkpointInterval", "4"));
        for (var i = 0; i < 6; i++)
        {
            table.Commit(LakeFixture.Append(table.Read(), _lake.File($"part-{i}.parquet")) with { Properties = new Dictionary<string, string> { ["escale.run"] = "r" } });
        }
        Assert.Empty(table.Verify().Problems);
        var files = Directory.EnumerateFiles(Path.Combine(_lake.Folder, "bronze"), "*", SearchOption.AllDirectories).ToList();
        Assert.True(files.Count >= 14);
        var random = new Random(7);
        foreach (var path in files)
        {
            var bytes = File.ReadAllBytes(path);
            for (var round = 0; round < 12; round++)
            {
                var damaged = (byte[])bytes.Clone();
                damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, damaged);
                var problems = _lake.Reopen().Table(LakeFixture.Table).Verify().Problems;
                Assert.True(problems.Any(problem => path.EndsWith(problem.File, StringComparison.Ordinal)), $"{path} round {round}: {string.Join(", ", problems)}");
            }
            File.WriteAllBytes(path, bytes);
        }
        Assert.Empty(_lake.Reopen().Table(LakeFixture.Table).Verify().Problems);
    }

    [Fact]
    public void A_missing_data_file_and_a_gap_in_the_log_are_found()
    {
        var table = _lake.Create();
        for (var i = 0; i < 3; i++)
        {
            table.Commit(LakeFixture.Append(table.Read(), _lake.File($"part-{i}.parquet")));
        }
        File.Delete(Path.Combine(_lake.Folder, "bronze/calls/part-1.parquet"));
        Assert.Equal("bronze/calls/part-1.parquet", Assert.Single(table.Verify().Problems).File);

        File.Delete(Path.Combine(_lake.Folder, "bronze/calls/_delta_log/00000000000000000002.json"));
        var reopened = _lake.Reopen().Table(LakeFixture.Table);
        var error = Assert.Throws<EscaleException>(() => reopened.Read());
        Assert.Equal("lake.corrupt-log", error.Code);
        Assert.EndsWith("00000000000000000002.json", error.Place?.File);
    }

    [Fact]
    public void A_damaged_checkpoint_of_ours_is_passed_over()
    {
        var table = _lake.Create();
        table.Commit(LakeFixture.Append(table.Read(), _lake.File("part-0.parquet")));
        table.Checkpoint();
        var checkpoint = Directory.GetFiles(Path.Combine(_lake.Folder, "bronze/calls/_escale")).Single();
        File.WriteAllText(checkpoint, File.ReadAllText(checkpoint).Replace("part-0", "part-9"));

        Assert.Equal("part-0.parquet", Assert.Single(_lake.Reopen().Table(LakeFixture.Table).Read().Files).Path);
        Assert.Equal(Path.GetFileName(checkpoint), Path.GetFileName(Assert.Single(_lake.Catalog.Table(LakeFixture.Table).Verify().Problems).File));
    }

    [Theory]
    [InlineData("""{"protocol":{"minReaderVersion":4,"minWriterVersion":7}}""", "reader version 4")]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint"]}}""", "v2Checkpoint")]
    [InlineData("""{"add":{"path":"x.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"deletionVector":{"storageType":"u","pathOrInlineDv":"a","sizeInBytes":1,"cardinality":1}}}""", "deletionVectors")]
    public void A_table_that_needs_what_we_do_not_know_is_refused(string action, string named)
    {
        Foreign(action);
        var error = Assert.Throws<EscaleException>(() => _lake.Catalog.Table(LakeFixture.Table).Read());
        Assert.Equal("lake.unsupported-feature", error.Code);
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData("../../secret.parquet")]
    [InlineData("%2e%2e/secret.parquet")]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://bucket/x.parquet")]
    [InlineData("a/%2e%2e/%2e%2e/x.parquet")]
    [InlineData("a%5C..%5Cx.parquet")]
    public void A_log_that_names_files_elsewhere_is_refused(string path)
    {
        Foreign($$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}""");
        Assert.Equal("lake.unsafe-path", Assert.Throws<EscaleException>(() => _lake.Catalog.Table(LakeFixture.Table).Read()).Code);
    }

    [Fact]
    public void A_table_of_another_writer_is_read_with_actions_we_do_not_use()
    {
        Foreign(
            """{"add":{"path":"p=a%2520b/x%20y.parquet","partitionValues":{"p":"a b"},"size":10,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":4}"}}""",
            """{"cdc":{"path":"_change_data/x","partitionValues":{},"size":1,"dataChange":false}}""", """{"somethingNew":{"a":1}}""", "");
        var snapshot = _lake.Catalog.Table(LakeFixture.Table).Read();

        Assert.Equal("p=a%20b/x y.parquet", Assert.Single(snapshot.Files).Path);
        Assert.Equal(4, snapshot.RowCount);
        Assert.Null(snapshot.Files[0].Checksum);
        Assert.True(snapshot.Timestamp > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void Writing_is_refused_where_the_protocol_asks_for_more_than_we_do()
    {
        Foreign("""{"protocol":{"minReaderVersion":1,"minWriterVersion":4}}""");
        var table = _lake.Catalog.Table(LakeFixture.Table);
        var error = Assert.Throws<EscaleException>(() => table.Commit(LakeFixture.Append(table.Read(), _lake.File("a.parquet"))));
        Assert.Equal("lake.unsupported-feature", error.Code);
    }

    [Fact]
    public void Garbage_in_the_log_is_a_typed_error_whatever_it_is()
    {
        var random = new Random(11);
        string[] pieces = ["{", "}", "\"add\"", ":", "[", "]", "null", "1e999", "\"path\"", "\"metaData\"", "\u0000", "{\"add\":{}}", "{\"protocol\":{\"minReaderVersion\":\"x\"}}", "\n", "true", "\"txn\"", ",", "{\"commitInfo\":5}", "{\"metaData\":{\"schemaString\":\"{\"}}"];
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            _lake.Store.Put($"bronze/calls/_delta_log/{0:D20}.json", Encoding.UTF8.GetBytes(text));
            var error = Assert.Throws<EscaleException>(() => _lake.Reopen().Table(LakeFixture.Table).Read());
            Assert.StartsWith("lake.", error.Code);
        }
    }

    private void Foreign(params string[] actions) => _lake.Store.Put($"bronze/calls/_delta_log/{0:D20}.json", Encoding.UTF8.GetBytes(string.Join('\n', (string[])
    [
        actions.Any(action => action.StartsWith("{\"protocol", StringComparison.Ordinal)) ? "" : """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""",
        """{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}""",
        .. actions,
    ])));
}
