using System.CommandLine;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline logs RUN</c>: what its steps said.</summary>
internal static class LogsVerb
{
    public static void Add(Cli cli, Command group)
    {
        var id = new Argument<string>("RUN") { Description = "The run's id" };
        var only = new Option<string?>("--step") { Description = "Only this step", HelpName = "STEP" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the run is over" };
        cli.Add(group, new Command("logs", "What the steps of a run said") { id, only, follow }, async (call, cancellationToken) =>
        {
            var (history, reads) = (call.Get<PipelineHistory>(), call.Get<PipelineReads>());
            var run = await history.RunAsync(call.Value(id)!, cancellationToken);
            var definition = await call.Get<Definitions>().GetAsync(run.Definition, cancellationToken);
            var ordinal = call.Value(only) is { } step ? definition.Graph.PlaceOf(step) : (int?)null;
            for (var (last, wasOver) = (0L, !call.Value(follow)); ;)
            {
                var isOver = (await history.RunAsync(run.Id, cancellationToken)).IsOver;
                while (await reads.LogAsync(run.Id, ordinal, null, last, cancellationToken) is { Lines.Count: > 0 } more)
                {
                    last = more.Last;
                    foreach (var entry in more.Lines)
                    {
                        Write(call.Output, definition.Pipeline.Tasks[entry.Ordinal].Id, entry);
                    }
                }
                if (wasOver)
                {
                    return ExitCode.Success;
                }
                wasOver = isOver; // its last lines may be on their way: once more
                await call.Output.Results.FlushAsync(cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(300), call.Get<TimeProvider>(), cancellationToken);
            }
        }, examples: ["escale pipeline logs p20261122T060000Z-3f9a2c --step load", "escale pipeline logs p20261122T060000Z-3f9a2c --follow"]);
    }

    private static void Write(CliOutput output, string step, LogLines entry)
    {
        foreach (var line in entry.Lines.TrimEnd('\n').Split('\n'))
        {
            if (output.IsJson)
            {
                output.WriteJsonLine(new { Step = step, entry.Attempt, entry.At, Line = line });
            }
            else
            {
                output.Line($"{entry.At.ToLocalTime():HH:mm:ss} {step}{(entry.Attempt > 1 ? $" #{entry.Attempt}" : "")}  {line}");
            }
        }
    }
}
