using System.Globalization;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Simulation;

/// <summary>Pipelines through thousands of made-up worlds. <c>ESCALE_SEED=n</c> plays one again, <c>ESCALE_SEEDS=n</c> plays so many.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Whatever_goes_wrong_every_step_is_done_once_in_order_and_everything_ends()
    {
        var (first, count) = (Number("ESCALE_SEED") ?? 1, Number("ESCALE_SEED") is null ? Number("ESCALE_SEEDS") ?? 200 : 1);
        var (runs, attempts, lost) = (0L, 0L, 0L);
        Parallel.For(first, first + count, seed =>
        {
            try
            {
                var world = new World(seed);
                world.Play();
                Interlocked.Add(ref runs, world.Store.Runs.Count);
                Interlocked.Add(ref attempts, world.Store.Attempts.Count);
                Interlocked.Add(ref lost, world.Store.Attempts.Count(attempt => attempt.Status == "lost"));
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"The world of seed {seed} broke: play it again with ESCALE_SEED={seed}. {error.Message}", error);
            }
        });
        Assert.True(runs > 2 * count && attempts > runs && (lost > count / 10 || count < 100), $"{runs} runs, {attempts} attempts, {lost} lost: too little happens");
        TestContext.Current.SendDiagnosticMessage($"{count} worlds, {runs} runs, {attempts} attempts, {lost} lost");
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
