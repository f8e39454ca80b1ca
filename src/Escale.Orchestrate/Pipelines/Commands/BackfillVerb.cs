using System.CommandLine;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline backfill</c>: the runs of a past time, less urgent than those of now.</summary>
internal static class BackfillVerb
{
    public static void Add(Cli cli, Command group)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var from = new Option<string>("--from") { Description = "The first day, 2026-11-01", HelpName = "DAY", Required = true };
        var to = new Option<string>("--to") { Description = "The last day", HelpName = "DAY", Required = true };
        var newest = new Option<bool>("--newest-first") { Description = "Begin with the last day" };
        var limit = new Option<int?>("--limit") { Description = "At most so many runs", HelpName = "N" };
        var dry = new Option<bool>("--dry-run") { Description = "Show what would run" };
        var again = new Option<bool>("--again") { Description = "Also times that ran already" };
        cli.Add(group, new Command("backfill", "Make the runs of past times; a served program or a worker takes them when nothing else waits") { name, from, to, newest, limit, dry, again }, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var runs = Backfill.Plan(call.Get<TimeProvider>(), spec, new BackfillAsk(call.Value(from)!, call.Value(to)!, call.Value(newest), call.Value(limit), call.Value(again)));
            var made = call.Value(dry) ? 0 : await Backfill.MakeAsync(call.Get<PipelineEngine>(), call.Get<TimeProvider>(), spec, runs, cancellationToken);
            Tell(call, spec, runs, made, call.Value(dry));
            return ExitCode.Success;
        }, examples: ["escale pipeline backfill daily --from 2026-11-01 --to 2026-11-07 --dry-run", "escale pipeline backfill daily --from 2026-01-01 --to 2026-11-22 --newest-first --limit 30"]);
    }

    private static void Tell(VerbCall call, PipelineSpec spec, IReadOnlyList<NewRun> runs, int made, bool isDry)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { spec.Name, DryRun = isDry, Asked = runs.Count, Made = made, Runs = runs.Select(run => new { run.Id, run.IntervalBegin, run.IntervalEnd }) });
            return;
        }
        if (isDry)
        {
            call.Output.Table(["FROM", "TO"], runs.Select(run => (IReadOnlyList<string>)[PipelineVerbs.Moment(run.IntervalBegin), PipelineVerbs.Moment(run.IntervalEnd)]));
            call.Output.Line($"{runs.Count} runs; nothing was made.");
            return;
        }
        call.Output.Line($"{made} runs of {spec.Name} wait{(made < runs.Count ? $"; {runs.Count - made} times ran already (--again repeats them)" : "")}.");
    }
}
