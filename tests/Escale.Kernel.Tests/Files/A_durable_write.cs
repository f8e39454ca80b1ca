using System.Text;
using Escale.Testing;

namespace Escale.Kernel.Tests.Files;

public sealed class A_durable_write : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DurableWriter _writer = new(new LocalFileLayer());

    [Fact]
    public void Replaces_the_whole_file_and_leaves_no_temporary_one()
    {
        var path = _folder.Write("state.json", "a much longer old state");

        _writer.Write(path, "new"u8);

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["state.json"], new LocalFileLayer().List(_folder.Path));
    }

    [Fact]
    public void If_absent_never_replaces()
    {
        var path = _folder.File("a/b/log.json");

        Assert.True(_writer.WriteIfAbsent(path, "first"u8));
        Assert.False(_writer.WriteIfAbsent(path, "second"u8));
        Assert.Equal("first", File.ReadAllText(path));
        Assert.Equal(["log.json"], new LocalFileLayer().List(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task If_absent_has_one_winner_among_many_threads()
    {
        var path = _folder.File("log.json");

        var wins = await Task.WhenAll(Enumerable.Range(0, 32).Select(writer =>
            Task.Run(() => _writer.WriteIfAbsent(path, Encoding.UTF8.GetBytes($"writer {writer}")))));

        var winner = Assert.Single(Enumerable.Range(0, 32), writer => wins[writer]);
        Assert.Equal($"writer {winner}", File.ReadAllText(path));
        Assert.Equal(["log.json"], new LocalFileLayer().List(_folder.Path));
    }

    [Theory]
    [InlineData("file.write")]
    [InlineData("durable.before-sync")]
    [InlineData("durable.before-rename")]
    public void That_finds_the_disk_full_leaves_the_old_state(string failpoint)
    {
        var path = _folder.Write("state.json", "old");
        using (Failpoint.Arm(failpoint, FailpointAction.NoSpace))
        {
            Assert.Throws<IOException>(() => _writer.Write(path, "new"u8));
        }

        Assert.Equal("old", File.ReadAllText(path));
        _writer.Write(path, "new"u8);
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void Appends_to_a_journal_and_says_where()
    {
        var path = _folder.File("journal/0001");

        Assert.Equal(0, _writer.Append(path, "abc"u8));
        Assert.Equal(3, _writer.Append(path, "de"u8));
        Assert.Equal("abcde", File.ReadAllText(path));
    }

    public void Dispose() => _folder.Dispose();
}
