using System.CommandLine;
using Escale.Kernel;
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
            var (history, logs) = (call.Get<PipelineHistory>(), call.Get<StepLogs>());
            var run = await history.RunAsync(call.Value(id)!, cancellationToken);
            var steps = (await call.Get<Definitions>().GetAsync(run.Definition, cancellationToken)).Pipeline.Tasks;
            for (var last = 0L; ;)
            {
                var isOver = (await history.RunAsync(run.Id, cancellationToken)).IsOver;
                (var lines, last) = await logs.ReadAsync(run.Id, last, cancellationToken);
                foreach (var entry in lines.Where(entry => call.Value(only) is not { } step || steps[entry.Ordinal].Id == step))
                {
                    Write(call.Output, steps[entry.Ordinal].Id, entry);
                }
                if (isOver || !call.Value(follow))
                {
                    return ExitCode.Success;
                }
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
