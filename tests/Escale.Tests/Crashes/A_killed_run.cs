using Escale.Kernel;

namespace Escale.Tests.Crashes;

/// <summary>Reliability promise R1: kill -9 at any moment loses and duplicates nothing. Two projects get the same deliveries; one is killed again and again.</summary>
public sealed class A_killed_run
{
    private const int KillsPerDay = 4;

    private static readonly int _kills = Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? 500 : 50;

    [Fact]
    public async Task Ends_after_resuming_with_the_tables_of_an_undisturbed_one()
    {
        using var undisturbed = new ShopProject();
        using var killed = new ShopProject();
        var seed = Environment.TickCount64;
        var random = SeededRandom.For(seed, "kills");
        var longestMs = 3_000;
        var kills = 0;
        for (var day = 1; kills < _kills; day++)
        {
            undisturbed.Deliver(day);
            killed.Deliver(day);
            for (var attempt = 0; attempt < KillsPerDay; attempt++)
            {
                var afterMs = random.Next(40, longestMs);
                var run = await killed.EscaleAsync(["run", "--resume"], killAfter: TimeSpan.FromMilliseconds(afterMs));
                Assert.True(run.Killed || run.ExitCode == 0, $"seed {seed}, day {day}, after {kills} kills: {run}");
                if (!run.Killed)
                {
                    // It was done before its time: the next ones are to be hit earlier.
                    longestMs = Math.Max(300, afterMs);
                    break;
                }
                kills++;
            }
            await killed.FinishAsync();
            if (day % 5 == 0 || kills >= _kills)
            {
                await undisturbed.FinishAsync();
                Assert.Equal(await undisturbed.ChecksumsAsync(), await killed.ChecksumsAsync());
            }
        }
    }
}
