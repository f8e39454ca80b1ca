using System.CommandLine;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Commands;

/// <summary><c>escale pipeline backfill</c>: the runs of past days or of values of parameters, less urgent than those of now.</summary>
internal static class BackfillVerb
{
    public static void Add(Cli cli, Command group)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var from = new Option<string>("--from") { Description = "The first day, 2026-11-01", HelpName = "DAY" };
        var to = new Option<string>("--to") { Description = "The last day (default: the first)", HelpName = "DAY" };
        var parameters = new Option<string[]>("--param") { Description = "Values of a parameter: a run for each", HelpName = "NAME=VALUE,VALUE|FROM..TO", AllowMultipleArgumentsPerToken = true };
        var newest = new Option<bool>("--newest-first") { Description = "Begin with the last" };
        var limit = new Option<int?>("--limit") { Description = "At most so many runs", HelpName = "N" };
        var dry = new Option<bool>("--dry-run") { Description = "Show what would run" };
        var again = new Option<bool>("--again") { Description = "Also what ran already" };
        cli.Add(group, new Command("backfill", "Make the runs of past days or of values of parameters; a served program or a worker takes them when nothing else waits") { name, from, to, parameters, newest, limit, dry, again }, async (call, cancellationToken) =>
        {
            var spec = call.Get<PipelineFiles>().Get(call.Value(name)!);
            var values = RunVerbOfPipelines.Pairs(call.Value(parameters) ?? []).ToLookup(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
            var ask = new BackfillAsk(call.Value(from), call.Value(to), call.Value(newest), call.Value(limit), call.Value(again))
            {
                Parameters = values.ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.SelectMany(Partitions.Written)], StringComparer.Ordinal),
            };
            var runs = Backfill.Plan(call.Get<TimeProvider>(), spec, ask);
            var made = call.Value(dry) ? 0 : await Backfill.MakeAsync(call.Get<PipelineEngine>(), call.Get<TimeProvider>(), spec, runs, cancellationToken);
            Tell(call, spec, ask, runs, made, call.Value(dry));
            return ExitCode.Success;
        }, examples: ["escale pipeline backfill daily --from 2026-11-01 --to 2026-11-07 --dry-run", "escale pipeline backfill daily --from 2026-01-01 --to 2026-11-22 --newest-first --limit 30", "escale pipeline backfill load --param port=dakar,abidjan --param year=2020..2026"]);
    }

    private static void Tell(VerbCall call, PipelineSpec spec, BackfillAsk ask, IReadOnlyList<NewRun> runs, int made, bool isDry)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { spec.Name, DryRun = isDry, Asked = runs.Count, Made = made, Runs = runs.Select(run => new { run.Id, run.IntervalBegin, run.IntervalEnd, Parameters = Backfill.Chosen(ask, run) }) });
            return;
        }
        if (isDry)
        {
            string[] times = runs is [{ IntervalEnd: not null }, ..] ? ["FROM", "TO"] : [];
            call.Output.Table([.. times, .. ask.Parameters.Keys.Select(name => name.ToUpperInvariant())], runs.Select(run =>
                (IReadOnlyList<string>)[.. new[] { PipelineVerbs.Moment(run.IntervalBegin), PipelineVerbs.Moment(run.IntervalEnd) }.Take(times.Length), .. ask.Parameters.Keys.Select(name => run.Parameters[name])]));
            call.Output.Line($"{Runs(runs.Count)}; nothing was made.");
            return;
        }
        call.Output.Line($"{Runs(made)} of {spec.Name} {(made == 1 ? "waits" : "wait")}{(made < runs.Count ? $"; {runs.Count - made} ran already (--again repeats them)" : "")}.");
    }

    private static string Runs(int count) => count == 1 ? "1 run" : $"{count} runs";
}
