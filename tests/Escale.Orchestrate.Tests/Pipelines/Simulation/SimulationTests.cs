using System.Globalization;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Simulation;

/// <summary>
/// Pipelines through made-up worlds: up to ten thousand, as many as fit into a hundred seconds, and others every day. <c>ESCALE_SEED=n</c> plays one again, <c>ESCALE_SEEDS=n</c> plays so
/// many, however long it takes.
/// </summary>
public sealed class SimulationTests
{
    private const int Most = 10_000;

    private static readonly TimeSpan _time = TimeSpan.FromSeconds(100);

    [Fact]
    public void Whatever_goes_wrong_every_step_is_done_once_in_order_and_everything_ends()
    {
        var (one, all) = (Number("ESCALE_SEED"), Number("ESCALE_SEEDS"));
        var first = one ?? ((int)(TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalDays * Most) + 1;
        var (worlds, runs, attempts, lost) = (0L, 0L, 0L, 0L);
        var began = TimeProvider.System.GetTimestamp();
        Parallel.For(first, first + (one is null ? all ?? Most : 1), (seed, state) =>
        {
            if (one is null && all is null && Interlocked.Read(ref worlds) >= 100 && TimeProvider.System.GetElapsedTime(began) > _time)
            {
                state.Stop();
                return;
            }
            var world = Play(seed);
            Interlocked.Increment(ref worlds);
            Interlocked.Add(ref runs, world.Store.Runs.Count);
            Interlocked.Add(ref attempts, world.Store.Attempts.Count);
            Interlocked.Add(ref lost, world.Store.Attempts.Count(attempt => attempt.Status == "lost"));
        });
        Assert.True(runs > 2 * worlds && attempts > runs && (lost > worlds / 10 || worlds < 100), $"{runs} runs, {attempts} attempts, {lost} lost: too little happens");
        TestContext.Current.TestOutputHelper?.WriteLine($"{worlds} worlds from {first}, {runs} runs, {attempts} attempts, {lost} lost, {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
    }

    private static World Play(int seed)
    {
        try
        {
            var world = new World(seed);
            world.Play();
            return world;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"The world of seed {seed} broke: play it again with ESCALE_SEED={seed}. {error.Message}", error);
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
