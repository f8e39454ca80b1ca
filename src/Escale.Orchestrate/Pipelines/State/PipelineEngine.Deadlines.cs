using System.Text.Json;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Pipelines.State;

internal sealed partial class PipelineEngine
{
    /// <summary>Notes that a run is late, and makes the run of what its pipeline has for that case: once, whoever looks.</summary>
    /// <param name="run">The late run.</param>
    /// <param name="definition">The hash of its definition.</param>
    /// <param name="id">The id of the run to make.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it was late and not noted yet.</returns>
    public async Task<bool> MissAsync(string run, string definition, string id, CancellationToken cancellationToken)
    {
        var pipeline = (await definitions.GetAsync(definition, cancellationToken)).Pipeline;
        var hook = pipeline.OnDeadline is null ? null : Definition.Of(new PipelineSpec { Name = pipeline.Name + Deadlines.Suffix, Path = pipeline.Path, Parameters = pipeline.Parameters, Tasks = [pipeline.OnDeadline] });
        await definitions.KeepAsync(hook is null ? [] : [hook], cancellationToken);
        return await store.TransactAsync(async transaction =>
        {
            if (await transaction.LockRunsAsync([run]) is not [{ IsOver: false, MissedAt: null } late])
            {
                return false;
            }
            var now = await transaction.NowAsync();
            transaction.Save(late with { MissedAt = now });
            if (hook is not null)
            {
                var asked = new NewRun
                {
                    Id = id, Definition = hook, Trigger = "deadline", Key = $"deadline:{run}", IntervalBegin = late.IntervalBegin, IntervalEnd = late.IntervalEnd, Parameters = late.Parameters,
                    Cause = JsonSerializer.Serialize(new Dictionary<string, string[]> { ["runs"] = [run] }),
                };
                await BeginAsync(transaction, await transaction.AddRunsAsync([RowOf(asked, now)]), now, cancellationToken);
            }
            return true;
        }, cancellationToken);
    }
}

/// <summary>When runs are to be over.</summary>
internal static class Deadlines
{
    /// <summary>What follows the name of a pipeline in the name of the one that its hook runs as; no file can have such a name.</summary>
    public const string Suffix = ".deadline";

    /// <summary>When a run about a time is to be over, or null.</summary>
    public static DateTimeOffset? Of(PipelineSpec pipeline, DateTimeOffset about)
    {
        if (pipeline.Deadline is not { } deadline)
        {
            return null;
        }
        if (deadline.After is { } span)
        {
            return about + span;
        }
        var zone = TimeZoneInfo.FindSystemTimeZoneById(pipeline.Schedule?.Zone ?? "UTC");
        var wall = TimeZoneInfo.ConvertTime(about, zone).DateTime;
        var day = DateOnly.FromDateTime(wall);
        var at = (TimeOnly.FromDateTime(wall) < deadline.At ? day : day.AddDays(1)).ToDateTime(deadline.At!.Value);
        at = zone.IsInvalidTime(at) ? at.AddHours(1) : at; // an hour that the clock leaves out
        return new DateTimeOffset(at, zone.GetUtcOffset(at));
    }
}
