using System.CommandLine;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline mark RUN</c>: somebody who knows better says how a step or a run ended.</summary>
internal static class MarkVerb
{
    public static void Add(Cli cli, Command group)
    {
        var id = new Argument<string>("RUN") { Description = "The run's id" };
        var steps = new Option<string[]>("--step") { Description = "A step (default: the whole run)", HelpName = "STEP", AllowMultipleArgumentsPerToken = true };
        var how = new Option<string>("--as") { Description = "success or failed", HelpName = "HOW", Required = true };
        how.AcceptOnlyFromAmong("success", "failed");
        var note = new Option<string>("--note") { Description = "Why; it is kept with the attempt", HelpName = "TEXT", Required = true };
        cli.Add(group, new Command("mark", "Say how a step or a run ended, with a note; after a success the run goes on") { id, steps, how, note }, async (call, cancellationToken) =>
        {
            var run = await call.Get<PipelineHistory>().RunAsync(call.Value(id)!, cancellationToken);
            var phase = call.Value(how) == "success" ? StepPhase.Succeeded : StepPhase.Failed;
            var count = await Marking.MarkAsync(call.Get<PipelineEngine>(), run, call.Value(steps) ?? [], phase, call.Value(note)!, Environment.UserName, cancellationToken);
            PipelineVerbs.Say(call, new { run.Id, Steps = count, As = call.Value(how) }, count == 1 ? $"1 step of {run.Id} is marked {call.Value(how)}." : $"{count} steps of {run.Id} are marked {call.Value(how)}.");
            return ExitCode.Success;
        }, examples: ["escale pipeline mark p20261122T060000Z-3f9a2c --step load --as success --note \"loaded by hand\""]);
    }
}

/// <summary>Saying how steps ended, asked for by their ids.</summary>
internal static class Marking
{
    private const int LongestNote = 2000;

    /// <param name="engine">The engine.</param>
    /// <param name="run">The run.</param>
    /// <param name="steps">Ids of steps; none: the whole run.</param>
    /// <param name="phase">Succeeded or Failed.</param>
    /// <param name="note">Why.</param>
    /// <param name="by">Who says so.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many steps end so now.</returns>
    /// <exception cref="EscaleException">
    /// <c>orchestrate.step-not-found</c>; <c>orchestrate.parameter</c>: no note; <c>orchestrate.nothing-to-retry</c>: it ended so; <c>orchestrate.step-running</c>.
    /// </exception>
    public static async Task<int> MarkAsync(
        PipelineEngine engine, ShownRun run, IReadOnlyList<string> steps, StepPhase phase, string note, string by, CancellationToken cancellationToken)
    {
        if (note.Trim() is not { Length: > 0 and <= LongestNote } words)
        {
            throw new EscaleException("orchestrate.parameter", "A mark needs a note.", $"Say why, in {LongestNote} letters at most.");
        }
        var graph = (await engine.Definitions.GetAsync(run.Definition, cancellationToken)).Graph;
        return await engine.MarkAsync(run.Id, steps.Count == 0 ? null : [.. steps.Select(graph.PlaceOf)], phase, words, by, cancellationToken) switch
        {
            0 => throw new EscaleException("orchestrate.nothing-to-mark", $"Nothing of the run {run.Id} is to be marked: it ended so already, or has not begun.", "Look at it with `escale pipeline show`."),
            -1 => throw new EscaleException("orchestrate.step-running", $"A step of the run {run.Id} that is to be marked is under way.", "Wait for it, or cancel the run first."),
            var count => count,
        };
    }
}
