using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Display;
using Escale.Orchestrate.Records;

namespace Escale.Orchestrate.Runs;

/// <summary><c>escale runs</c>: the history; <c>escale runs show</c>: the steps of one run.</summary>
internal static class RunsVerb
{
    public static void Add(Cli cli)
    {
        var limit = new Option<int>("--limit") { Description = "How many", DefaultValueFactory = _ => 20 };
        var runs = new Command("runs", "The runs of the project, newest first") { limit };
        cli.Add(cli.Root, runs, (call, cancellationToken) => ListAsync(call, call.Value(limit), cancellationToken),
            examples: ["escale runs", "escale runs show", "escale runs --json"]);
        var id = new Argument<string?>("RUN") { Description = "The run's id (default: the last)", Arity = ArgumentArity.ZeroOrOne };
        cli.Add(runs, new Command("show", "The steps of one run") { id }, (call, cancellationToken) => ShowAsync(call, call.Value(id), cancellationToken),
            examples: ["escale runs show", "escale runs show 20261121T101530Z-3f9a2c --json"]);
    }

    private static async Task<int> ListAsync(VerbCall call, int limit, CancellationToken cancellationToken)
    {
        var runs = await call.Get<RunHistory>().ListAsync(limit, cancellationToken);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(runs);
        }
        else if (runs.Count == 0)
        {
            call.Output.Line("No runs yet. Start one with `escale run`.");
        }
        else
        {
            call.Output.Table(["RUN", "VERB", "STATUS", "STARTED", ">SECONDS", ">STEPS", ">OK", ">UNCHANGED", ">FAILED", ">SKIPPED", ">ROWS"], runs.Select(Row));
        }
        return ExitCode.Success;
    }

    private static async Task<int> ShowAsync(VerbCall call, string? id, CancellationToken cancellationToken)
    {
        var (run, steps) = await call.Get<RunHistory>().ShowAsync(id, cancellationToken);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { run, steps });
            return ExitCode.Success;
        }
        call.Output.Line($"{run.Verb} {run.Id}  {run.Status}  {run.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(run.Resumes is null ? "" : $"  resumes {run.Resumes}")}");
        call.Output.Table(["KIND", "NAME", "STATUS", ">ROWS", ">BYTES", ">SECONDS", "NOTE"], steps.Select(step => (IReadOnlyList<string>)
        [
            step.Kind, step.Name, step.Status, step.Rows is { } rows ? RunText.Count(rows) : "", step.Bytes is { } bytes ? RunText.Bytes(bytes) : "",
            Seconds(step.Seconds), step.ErrorCode is not null ? $"{step.ErrorCode}: {step.ErrorMessage}" : step.Warning ?? step.Reason ?? "",
        ]));
        return ExitCode.Success;
    }

    private static IReadOnlyList<string> Row(RunEntry run) =>
    [
        run.Id, run.Verb, run.Status, run.StartedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), Seconds(run.Seconds),
        RunText.Count(run.Steps), RunText.Count(run.Ok), RunText.Count(run.Unchanged), RunText.Count(run.Failed), RunText.Count(run.Skipped), RunText.Count(run.Rows),
    ];

    private static string Seconds(double? seconds) => seconds?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
}
