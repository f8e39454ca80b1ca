using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Escale.Orchestrate.Records;

namespace Escale.Orchestrate.Following;

/// <summary>
/// Follows a run as it happens, wherever it was started: the record says how far it is, the log what it says. Asks twice a second; many
/// who follow one run cost as many small queries.
/// </summary>
internal sealed class RunFollower(RunHistory history, RunLog log, TimeProvider clock)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The events: <c>run</c> (its counts, JSON), <c>log</c> (lines), <c>end</c>.</summary>
    /// <exception cref="Kernel.EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (said, position, last) = ("", 0L, clock.GetTimestamp());
        while (true)
        {
            var run = await history.RunAsync(id, cancellationToken);
            while (log.ReadFrom(id, position) is { Text.Length: > 0 } more)
            {
                position = more.Next;
                yield return new SseItem<string>(more.Text, "log");
            }
            var state = JsonSerializer.Serialize(run, _json);
            if (state != said)
            {
                (said, last) = (state, clock.GetTimestamp());
                yield return new SseItem<string>(state, "run");
            }
            if (!run.IsRunning)
            {
                yield return new SseItem<string>("", "end");
                yield break;
            }
            if (clock.GetElapsedTime(last) > _heartbeat)
            {
                last = clock.GetTimestamp();
                yield return new SseItem<string>("", "still"); // so that nobody in between closes a silent connection
            }
            await Task.Delay(_pause, clock, cancellationToken);
        }
    }
}
