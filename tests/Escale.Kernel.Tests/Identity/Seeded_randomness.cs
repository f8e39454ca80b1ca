namespace Escale.Kernel.Tests.Identity;

public sealed class Seeded_randomness
{
    [Fact]
    public void Is_the_same_for_the_same_seed_and_purpose() =>
        Assert.Equal(SeededRandom.For(7, "jitter").Next(), SeededRandom.For(7, "jitter").Next());

    [Fact]
    public void Differs_by_purpose_and_by_seed()
    {
        var first = SeededRandom.For(7, "jitter").Next();

        Assert.NotEqual(first, SeededRandom.For(7, "names").Next());
        Assert.NotEqual(first, SeededRandom.For(8, "jitter").Next());
    }

    [Fact]
    public void Run_ids_sort_by_time()
    {
        var random = SeededRandom.For(1, "ids");
        var early = RunId.New(new Clock(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), random);
        var late = RunId.New(new Clock(new DateTimeOffset(2026, 11, 2, 3, 4, 5, TimeSpan.Zero)), random);

        Assert.StartsWith("20260102T030405Z-", early.Value, StringComparison.Ordinal);
        Assert.True(string.CompareOrdinal(early.Value, late.Value) < 0);
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
