using System.Text;
using Escale.Collect.Streams;

namespace Escale.Collect.Tests.Streams;

[Collection(FailpointCollection.Name)]
public sealed class JournalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private StreamJournal Open() => new("s", _folder.Path, new DurableWriter(new LocalFileLayer()));

    private static ReadOnlyMemory<byte> Body(string text) => Encoding.UTF8.GetBytes(text);

    private static (long Position, List<string> Bodies) Drain(StreamJournal journal, long after)
    {
        var bodies = new List<string>();
        var position = journal.Drain(after, batch => bodies.Add(Encoding.UTF8.GetString(batch.Body.Span)));
        return (position, bodies);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart_in_order()
    {
        using (var journal = Open())
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal(i + 1, (await journal.PushAsync($"b{i}", 1, Body($"{i}"), CancellationToken.None)).Sequence);
            }
        }
        using var again = Open();
        var (position, bodies) = Drain(again, 0);
        Assert.Equal(50, position);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), bodies);
        Assert.Equal(("b49", 50L, 50L), (again.Status().LastBatch, again.Status().Batches, again.Status().Events));
    }

    [Fact]
    public async Task A_torn_tail_is_dropped_and_pushes_go_on_behind_it()
    {
        using (var journal = Open())
        {
            await journal.PushAsync("a", 1, Body("one"), CancellationToken.None);
            await journal.PushAsync("b", 1, Body("two"), CancellationToken.None);
        }
        var segment = Directory.GetFiles(_folder.Path, "*.journal").Single();
        var bytes = File.ReadAllBytes(segment);
        for (var cut = bytes.Length - 1; cut > bytes.Length - 20; cut--)
        {
            File.WriteAllBytes(segment, bytes[..cut]);
            using var torn = Open();
            Assert.Equal(["one"], Drain(torn, 0).Bodies);
        }
        using var again = Open();
        // The client never heard that "b" was taken, so it sends it again.
        Assert.False((await again.PushAsync("b", 1, Body("two"), CancellationToken.None)).Duplicate);
        Assert.Equal(["one", "two"], Drain(again, 0).Bodies);
    }

    [Fact]
    public async Task A_flipped_byte_ends_the_segment_and_is_never_read_as_data()
    {
        using (var journal = Open())
        {
            await journal.PushAsync("a", 1, Body("one"), CancellationToken.None);
        }
        var segment = Directory.GetFiles(_folder.Path, "*.journal").Single();
        var bytes = File.ReadAllBytes(segment);
        for (var at = 0; at < bytes.Length; at++)
        {
            var flipped = bytes.ToArray();
            flipped[at] ^= 0x10;
            File.WriteAllBytes(segment, flipped);
            using var journal = Open();
            Assert.Empty(Drain(journal, 0).Bodies);
        }
    }

    [Fact]
    public async Task A_repeated_batch_is_written_once_also_after_it_was_drained_and_the_program_restarted()
    {
        using (var journal = Open())
        {
            Assert.False((await journal.PushAsync("a", 2, Body("x\ny"), CancellationToken.None)).Duplicate);
            Assert.True((await journal.PushAsync("a", 2, Body("x\ny"), CancellationToken.None)).Duplicate);
            var (position, bodies) = Drain(journal, 0);
            Assert.Single(bodies);
            journal.Forget(position);
            Assert.Empty(Directory.GetFiles(_folder.Path, "*.journal"));
        }
        using var again = Open();
        var receipt = await again.PushAsync("a", 2, Body("x\ny"), CancellationToken.None);
        Assert.Equal((true, 1L), (receipt.Duplicate, receipt.Sequence));
        Assert.Equal(2, (await again.PushAsync("b", 1, Body("z"), CancellationToken.None)).Sequence);
        Assert.Equal(["z"], Drain(again, 1).Bodies);
        Assert.Equal((3L, "b"), (again.Status().Events, again.Status().LastBatch));
    }

    [Fact]
    public async Task Many_clients_at_once_lose_nothing_and_repeat_nothing()
    {
        using var journal = Open();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => journal.PushAsync($"b{i % 200}", 1, Body($"{i % 200}"), CancellationToken.None))));
        Assert.Equal(200, receipts.Count(receipt => !receipt.Duplicate));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), receipts.Where(receipt => !receipt.Duplicate).Select(receipt => receipt.Sequence).Order());
        var (_, bodies) = Drain(journal, 0);
        Assert.Equal(Enumerable.Range(0, 200), bodies.Select(int.Parse).Order());
    }

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_of_the_push_is_accepted()
    {
        using var journal = Open();
        await journal.PushAsync("a", 1, Body("one"), CancellationToken.None);
        using (Failpoint.Arm("durable.append", FailpointAction.NoSpace))
        {
            var error = await Assert.ThrowsAsync<EscaleException>(() => journal.PushAsync("b", 1, Body("two"), CancellationToken.None));
            Assert.Equal("collect.stream-write", error.Code);
        }
        Assert.False((await journal.PushAsync("b", 1, Body("two"), CancellationToken.None)).Duplicate);
        Assert.Equal(["one", "two"], Drain(journal, 0).Bodies);
    }

    [Fact]
    public async Task Only_one_owner_receives_a_stream()
    {
        using var first = Open();
        await first.PushAsync(null, 1, Body("x"), CancellationToken.None);
        using var second = Open();
        Assert.Equal("collect.stream-busy", (await Assert.ThrowsAsync<EscaleException>(() => second.PushAsync(null, 1, Body("y"), CancellationToken.None))).Code);
        // But it may drain what is there, and then leaves the files to their owner.
        var (position, bodies) = Drain(second, 0);
        Assert.Equal(["x"], bodies);
        second.Forget(position);
        Assert.Single(Directory.GetFiles(_folder.Path, "*.journal"));
    }

    [Fact]
    public async Task Its_owner_deletes_what_another_process_has_drained_and_no_more()
    {
        using var owner = Open();
        await owner.PushAsync("a", 1, Body("x"), CancellationToken.None);
        // As if the segment were full.
        Drain(owner, 0);
        await owner.PushAsync("b", 1, Body("y"), CancellationToken.None);
        Assert.Equal(Directory.GetFiles(_folder.Path, "*.journal").Sum(path => new FileInfo(path).Length), owner.Status().WaitingBytes);
        using (var other = Open())
        {
            other.Forget(1);
            Assert.Equal(owner.Status(), other.Status());
        }
        Assert.True(owner.IsFuller(0));
        Assert.Equal(["y"], Drain(owner, 0).Bodies);
        Assert.Equal(Directory.GetFiles(_folder.Path, "*.journal").Single(), Directory.GetFiles(_folder.Path, "0000000000000002-*.journal").Single());
        Assert.True((await owner.PushAsync("a", 1, Body("x"), CancellationToken.None)).Duplicate);
        owner.Forget(2);
        Assert.Equal((0L, 2L), (owner.Status().WaitingBytes, owner.Status().Batches));
        Assert.False(owner.IsFuller(0));
    }
}
