using Escale.Collect.Quarantine;
using Escale.Collect.Steps;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Collect.Tests.Quarantine;

[Collection(FailpointCollection.Name)]
public sealed class QuarantineReplayTests
{
    private const string Strict = "source: s\ntype: files\ntables:\n  - name: t\n    path: t.csv\n    write_disposition: append\n    columns: {id: {type: bigint, not_null: true}, kind: {accepted: [a]}}\n";
    private const string Loose = "source: s\ntype: files\ntables:\n  - name: t\n    path: t.csv\n    write_disposition: append\n    columns: {id: {type: bigint, not_null: true}, kind: {accepted: [a, b]}}\n";

    private static async Task<CollectHost> HostAsync()
    {
        var host = new CollectHost();
        host.Write("t.csv", "id,kind,at\n1,a,2024-01-01\n2,b,2024-01-02\nx,a,2024-01-03\n4,\"b\",\n");
        host.Write("sources/s.yml", Strict);
        await host.RunAsync("t");
        return host;
    }

    private static Task<ReplayOutcome> ReplayAsync(CollectHost host) => host.Services.GetRequiredService<QuarantineReplay>()
        .RunAsync((SourceStep)host.Assets().Single().Definition!, new RunId("20260101T000000Z-aaaaaa"), CancellationToken.None);

    [Fact]
    public async Task Records_that_pass_todays_contract_move_into_the_table_once()
    {
        await using var host = await HostAsync();
        Assert.Equal(["1|a|2024-01-01"], host.Query("select * from bronze.t"));
        Assert.Equal(new ReplayOutcome(0, 3), await ReplayAsync(host));
        host.Write("sources/s.yml", Loose);
        Assert.Equal(new ReplayOutcome(2, 1), await ReplayAsync(host));
        Assert.Equal(new ReplayOutcome(0, 1), await ReplayAsync(host));
        Assert.Equal(["1|a|2024-01-01", "2|b|2024-01-02", "4|b|NULL"], host.Query("select * from bronze.t order by id"));
        Assert.Equal(["x,a,2024-01-03"], host.Query("select raw from quarantine.t"));
        // The cursor stayed: the file is still known.
        Assert.False((await host.RunAsync("t")).Changed);
    }

    [Fact]
    public async Task Values_go_to_the_columns_that_their_file_named_in_whatever_order()
    {
        await using var host = new CollectHost();
        host.Write("in/a.csv", "id,kind,note\n1,a,\"x, y\"\n2,b,first\n");
        host.Write("in/b.csv", "note;kind;id;extra\nsecond;b;3;7\nthird;a;4;8\n");
        host.Write("sources/s.yml", Strict.Replace("path: t.csv", "path: in/*.csv", StringComparison.Ordinal));
        Assert.Equal(2, (await host.RunAsync("t")).QuarantinedCount);
        host.Write("sources/s.yml", Loose.Replace("path: t.csv", "path: in/*.csv", StringComparison.Ordinal));
        Assert.Equal(new ReplayOutcome(2, 0), await ReplayAsync(host));
        Assert.Equal(["1|a|x, y|NULL", "2|b|first|NULL", "3|b|second|7", "4|a|third|8"], host.Query("select id, kind, note, extra from bronze.t order by id"));
    }

    [Theory]
    [InlineData("collect.replay.marked")]
    [InlineData("collect.replay.moved")]
    public async Task An_interrupted_replay_is_finished_by_the_next(string failpoint)
    {
        await using var host = await HostAsync();
        host.Write("sources/s.yml", Loose);
        using (Failpoint.Arm(failpoint, FailpointAction.Error))
        {
            await Assert.ThrowsAsync<IOException>(() => ReplayAsync(host));
        }
        await ReplayAsync(host);
        Assert.Equal(["1", "2", "4"], host.Query("select id from bronze.t order by id"));
        Assert.Equal(["x,a,2024-01-03|NULL"], host.Query("select raw, replay from quarantine.t"));
    }
}
