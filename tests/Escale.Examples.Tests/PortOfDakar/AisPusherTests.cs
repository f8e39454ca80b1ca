using Escale.Testing;
using PortOfDakar;

namespace Escale.Examples.PortOfDakar;

public sealed class AisPusherTests
{
    [Fact]
    public async Task Every_day_arrives_once_although_the_receiver_is_busy_and_answers_get_lost()
    {
        using var folder = new TempFolder();
        await using var receiver = await StreamReceiver.StartAsync();
        receiver.IsMoody = true;
        await using var simulator = await SimulatorProcess.StartAsync(folder.Path, days: 12, receiver.Address);
        await simulator.UntilAsync("/ais/done");

        Assert.Equal(Days(12), receiver.Batches);
        Assert.True(receiver.Repeats > 0);
    }

    [Fact]
    public async Task A_killed_pusher_goes_on_after_the_last_accepted_day()
    {
        using var folder = new TempFolder();
        await using var receiver = await StreamReceiver.StartAsync();
        var half = new TaskCompletionSource();
        receiver.Accepted = async (count, aborted) =>
        {
            if (count == 6)
            {
                half.TrySetResult();
                await Task.Delay(Timeout.Infinite, aborted);
            }
        };
        await using (var killed = await SimulatorProcess.StartAsync(folder.Path, days: 12, receiver.Address))
        {
            await half.Task;
            killed.Kill();
        }

        receiver.Accepted = (_, _) => Task.CompletedTask;
        await using var simulator = await SimulatorProcess.StartAsync(folder.Path, days: 12, receiver.Address);
        await simulator.UntilAsync("/ais/done");

        Assert.Equal(Days(12), receiver.Batches);
        Assert.Equal(0, receiver.Repeats);
    }

    [Fact]
    public async Task A_second_start_has_nothing_new_and_a_longer_one_only_the_days_since()
    {
        using var folder = new TempFolder();
        await using var receiver = await StreamReceiver.StartAsync();
        foreach (var days in (int[])[5, 5, 8])
        {
            await using var simulator = await SimulatorProcess.StartAsync(folder.Path, days, receiver.Address);
            await simulator.UntilAsync("/ais/done");
            Assert.Equal(days, receiver.Batches.Count);
        }

        Assert.Equal(Days(8), receiver.Batches);
        Assert.Equal(0, receiver.Repeats);
    }

    private static Dictionary<string, string> Days(int days) =>
        new Simulation(new SimulatorOptions(Days: days)).Ais.Batches().ToDictionary(b => b.Id, b => System.Text.Encoding.UTF8.GetString(b.Body.Span));
}
