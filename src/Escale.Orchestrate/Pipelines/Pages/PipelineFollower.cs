using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>Follows a pipeline's run as it happens, wherever its steps are taken: asks the store twice a second.</summary>
internal sealed class PipelineFollower(PipelineHistory history, PipelineReads reads, PipelineEngine engine, TimeProvider clock)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>The events: <c>run</c> (its status), <c>log</c> (lines), <c>end</c>.</summary>
    /// <param name="id">The run.</param>
    /// <param name="step">Only the lines of this step; null: of all.</param>
    /// <param name="attempt">Only the lines of this attempt; null: of all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(string id, string? step, int? attempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var graph = await GraphAsync(await history.RunAsync(id, cancellationToken), cancellationToken);
        var place = step is null ? (int?)null : graph.PlaceOf(step);
        var (said, position, last, wasOver) = ("", 0L, clock.GetTimestamp(), false);
        while (true)
        {
            var run = await history.RunAsync(id, cancellationToken);
            while (await reads.LogAsync(id, place, attempt, position, cancellationToken) is { Lines.Count: > 0 } more)
            {
                (position, last) = (more.Last, clock.GetTimestamp());
                yield return new SseItem<string>(Text(more.Lines, graph, step is null), "log");
            }
            var state = await reads.StateAsync(id, cancellationToken) ?? "";
            if (state != said)
            {
                (said, last) = (state, clock.GetTimestamp());
                yield return new SseItem<string>(run.Status, "run");
            }
            if (run.IsOver && wasOver)
            {
                yield return new SseItem<string>("", "end");
                yield break;
            }
            wasOver = run.IsOver; // its last lines may be on their way: once more
            if (clock.GetElapsedTime(last) > _heartbeat)
            {
                last = clock.GetTimestamp();
                yield return new SseItem<string>("", "still"); // so that nobody in between closes a silent connection
            }
            await Task.Delay(_pause, clock, cancellationToken);
        }
    }

    /// <summary>What a run has said so far, in parts.</summary>
    public async IAsyncEnumerable<string> LogAsync(ShownRun run, string? step, int? attempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (graph, position) = (await GraphAsync(run, cancellationToken), 0L);
        var place = step is null ? (int?)null : graph.PlaceOf(step);
        while (await reads.LogAsync(run.Id, place, attempt, position, cancellationToken) is { Lines.Count: > 0 } more)
        {
            position = more.Last;
            yield return Text(more.Lines, graph, step is null) + "\n";
        }
    }

    private async Task<FlowGraph> GraphAsync(ShownRun run, CancellationToken cancellationToken) => (await engine.Definitions.GetAsync(run.Definition, cancellationToken)).Graph;

    // Each line with its moment; where several steps speak, with the step.
    private static string Text(IReadOnlyList<LogLines> parts, FlowGraph graph, bool withSteps)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var moment = part.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            foreach (var line in part.Lines.AsSpan().EnumerateLines())
            {
                if (!line.IsWhiteSpace())
                {
                    text.Append(text.Length > 0 ? "\n" : "").Append(moment).Append("  ").Append(withSteps ? $"[{graph.Steps.ElementAtOrDefault(part.Ordinal)?.Id}] " : "").Append(line);
                }
            }
        }
        return text.ToString();
    }
}
