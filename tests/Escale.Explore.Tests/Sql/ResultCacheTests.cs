using Escale.Explore.Sql;
using Xunit;

namespace Escale.Explore.Tests.Sql;

public sealed class ResultCacheTests
{
    private static readonly SqlResult _result = new(new byte[] { 1 }, 1, false, TimeSpan.Zero);
    private readonly ResultCache _cache = new(TimeProvider.System);

    [Fact]
    public async Task What_many_ask_at_once_runs_once_and_then_not_again()
    {
        var runs = 0;
        var finish = new TaskCompletionSource();
        async Task<SqlResult> Make(CancellationToken stop)
        {
            Interlocked.Increment(ref runs);
            await finish.Task.WaitAsync(stop);
            return _result;
        }
        var asking = Enumerable.Range(0, 50).Select(_ => _cache.GetAsync("k", false, Make, CancellationToken.None)).ToList();
        finish.SetResult();
        await Task.WhenAll(asking);
        Assert.True((await _cache.GetAsync("k", false, Make, CancellationToken.None)).IsCached);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task One_who_goes_does_not_stop_it_for_the_others_and_the_last_who_goes_does()
    {
        var stopped = new TaskCompletionSource();
        async Task<SqlResult> Make(CancellationToken stop)
        {
            await using var told = stop.Register(stopped.SetResult);
            await Task.Delay(Timeout.Infinite, stop);
            return _result;
        }
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var (one, other) = (_cache.GetAsync("k", false, Make, first.Token), _cache.GetAsync("k", false, Make, second.Token));
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(stopped.Task.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        await stopped.Task;
    }

    [Fact]
    public async Task An_error_is_given_to_all_who_wait_and_not_kept()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _cache.GetAsync("k", false, _ => Task.FromException<SqlResult>(new InvalidOperationException()), CancellationToken.None));
        Assert.False((await _cache.GetAsync("k", false, _ => Task.FromResult(_result), CancellationToken.None)).IsCached);
    }
}
