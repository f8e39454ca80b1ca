using System.CommandLine;
using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Modeling.Retraining;
using Escale.Modeling.Tracking;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Training;

/// <summary><c>escale train</c>: a training of the project, a table, or a file.</summary>
internal sealed class TrainVerb
{
    private readonly Argument<string?> _what = new("NAME") { Description = "A training of ml/, a table (schema.table), or a file", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _target = new("--target", "-t") { Description = "The column to predict, for a table or a file", HelpName = "COLUMN" };
    private readonly Option<string?> _budget = new("--budget", "-b") { Description = "The most time to take, such as 60s or 5m", HelpName = "TIME" };
    private readonly Option<int?> _trials = new("--trials") { Description = "The most models to try; alone, the result depends on nothing but data and settings", HelpName = "N" };
    private readonly Option<string?> _metric = new("--metric") { Description = "What to be good at, such as roc_auc, log_loss, rmse", HelpName = "NAME" };
    private readonly Option<string?> _name = new("--name") { Description = "What to call the model of a table or a file", HelpName = "MODEL" };
    private readonly Option<bool> _save = new("--save") { Description = "Write ml/MODEL.yml, so that runs train it when its table changes" };
    private readonly Option<string?> _again = new("--again") { Description = "Repeat a tracking run, bit for bit", HelpName = "RUN" };
    private readonly Option<bool> _challenge = new("--challenge") { Description = "Train a challenger and judge it with the version in use on the newest rows; the better one stays" };
    private readonly Option<string?> _reason = new("--reason") { Hidden = true };
    private readonly Option<string> _person = new("--person") { Hidden = true, DefaultValueFactory = _ => Environment.UserName };

    public static void Add(Cli cli)
    {
        var verb = new TrainVerb();
        var command = new Command("train", "Train a model: try families from simple to strong, judge them honestly, register the best")
        {
            verb._what, verb._target, verb._budget, verb._trials, verb._metric, verb._name, verb._save, verb._again, verb._challenge, verb._reason, verb._person,
        };
        cli.Add(cli.Root, command, verb.RunAsync, examples:
            ["escale train delay", "escale train gold.fact_port_call --target delay_hours --budget 60s", "escale train customers.csv --target left --json", "escale train --again 01a2…", "escale train delay --challenge"]);
    }

    private async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        if (call.Value(_challenge))
        {
            return await ChallengeAsync(call, cancellationToken);
        }
        var order = call.Value(_again) is { } run ? await AgainAsync(call, run, cancellationToken) : Order(call);
        using var display = new TrainingDisplay(call.Output);
        var trained = await call.Get<TrainingJob>().RunAsync(order with { Started = display.Started, Report = display.Report }, cancellationToken);
        if (order.AgainOf is { } before)
        {
            trained = trained with { IsReproduced = await CompareAsync(call, before, trained) };
        }
        display.Ended(trained);
        return trained.IsReproduced == false ? ExitCode.Failure : ExitCode.Success;
    }

    private async Task<int> ChallengeAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var what = call.Value(_what) ?? throw new EscaleException("modeling.nothing-to-train", "It is not said what to train.", "Name a training of ml/: escale train delay --challenge.");
        var reason = call.Value(_reason) is { } text ? System.Text.Json.JsonSerializer.Deserialize<RetrainReason>(text, TrackingJson.Options)! : new RetrainReason("asked", []);
        using var display = new TrainingDisplay(call.Output);
        var challenge = await call.Get<ChallengeWork>().RunAsync(
            call.Get<TrainingFiles>().Get(what), reason, call.Value(_person)!, order => order with { Started = display.Started, Report = display.Report }, cancellationToken);
        display.Dispose();
        if (call.Output.IsJson)
        {
            call.Output.WriteJsonLine(new { Event = "challenge_ended", Challenge = challenge });
        }
        else
        {
            call.Output.Line(ChallengeWords.English(challenge));
        }
        return ExitCode.Success;
    }

    private TrainingOrder Order(VerbCall call)
    {
        var what = call.Value(_what) ?? throw new EscaleException("modeling.nothing-to-train", "It is not said what to train.", "Name a training of ml/, a table or a file: escale train gold.sales --target amount.");
        var (spec, file) = Spec(call, what);
        spec = Changed(call, spec);
        if (call.Value(_save))
        {
            Save(call, spec, file);
        }
        return new TrainingOrder { Spec = spec, Person = call.Value(_person)!, File = file };
    }

    private (TrainingSpec Spec, string? File) Spec(VerbCall call, string what)
    {
        var files = call.Get<TrainingFiles>();
        if (call.Value(_target) is not { } target)
        {
            return what.EndsWith(".yml", StringComparison.Ordinal) || what.EndsWith(".yaml", StringComparison.Ordinal) ? (files.Read(Path.GetFullPath(what)), null) : (files.Get(what), null);
        }
        var isFile = File.Exists(what);
        if (!isFile && (what.Contains('/', StringComparison.Ordinal) || what.Split('.').Length != 2))
        {
            throw new EscaleException("modeling.nothing-to-train", $"'{what}' is neither a file nor a table.", "Write a table as schema.table, or the name of a file that is there.");
        }
        var table = isFile ? new TableName("file", Plain(Path.GetFileNameWithoutExtension(what))) : TableName.Parse(what);
        var spec = new TrainingSpec { Id = call.Value(_name) ?? table.Name, Name = call.Value(_name) ?? table.Name, Table = table, Target = target };
        // Read back from its own text, so that a name or a time on the command line is checked as one in a file is.
        return (TrainingReader.Read(YamlFile.Parse(SpecText.Write(spec), "the command line"), spec.Name, null), isFile ? Path.GetFullPath(what) : null);
    }

    private TrainingSpec Changed(VerbCall call, TrainingSpec spec)
    {
        var (budget, trials, metric) = (call.Value(_budget), call.Value(_trials), call.Value(_metric));
        if (budget is null && trials is null && metric is null)
        {
            return spec;
        }
        var text = new StringBuilder(SpecText.Write(spec with
        {
            Budget = budget is null && trials is null ? spec.Budget : null, Trials = budget is null && trials is null ? spec.Trials : null, Metric = metric is null ? spec.Metric : null,
        }));
        AddIf("budget", budget);
        AddIf("trials", trials?.ToString(CultureInfo.InvariantCulture));
        AddIf("metric", metric);
        return TrainingReader.Read(YamlFile.Parse(text.ToString(), "the command line"), spec.Name, spec.Path);

        void AddIf(string key, string? value)
        {
            if (value is not null)
            {
                text.Append(key).Append(": ").Append(System.Text.Json.JsonSerializer.Serialize(value).Trim('"')).Append('\n');
            }
        }
    }

    private static void Save(VerbCall call, TrainingSpec spec, string? file)
    {
        if (file is not null)
        {
            throw new EscaleException("modeling.file-not-saved", "A training of a file cannot be kept: the file is no table of the project.", "Collect the file with a source first, then train on its table.");
        }
        var path = Path.Combine(call.Project.Folder, TrainingFiles.Folder, spec.Name + ".yml");
        if (!call.Get<DurableWriter>().WriteIfAbsent(path, Encoding.UTF8.GetBytes(SpecText.Write(spec))))
        {
            throw new EscaleException("modeling.training-conflict", $"{call.Project.Show(path)} is there already.", "Give the training another name with --name, or edit the file.");
        }
    }

    private async Task<TrainingOrder> AgainAsync(VerbCall call, string run, CancellationToken cancellationToken) =>
        await call.Get<Repeating>().OrderAsync(run, call.Value(_person)!, cancellationToken);

    private static async Task<bool> CompareAsync(VerbCall call, string before, TrainedModel trained) => await call.Get<Repeating>().CompareAsync(before, trained, CancellationToken.None);

    private static string Plain(string name)
    {
        var plain = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return plain.Length > 0 && char.IsAsciiLetter(plain[0]) ? plain[..Math.Min(60, plain.Length)] : "t_" + plain[..Math.Min(58, plain.Length)];
    }
}

/// <summary>Repeats a tracking run: the same rows, settings and seed, and the same readings of the clock, give the same model.</summary>
internal sealed class Repeating(TrackingStore tracking, RunFolder folder)
{
    /// <summary>What to train to repeat a run.</summary>
    /// <exception cref="EscaleException"><c>modeling.run-not-found</c>, <c>modeling.run-not-finished</c>, <c>modeling.artifact-not-found</c>.</exception>
    public async Task<TrainingOrder> OrderAsync(string run, string person, CancellationToken cancellationToken)
    {
        var before = await tracking.GetAsync(run, cancellationToken);
        if (before is { Status: "KILLED" or "FAILED", Spec: { } wanted })
        {
            // It has no model to be the same as: it is done as it was to be done, from the same rows.
            return new TrainingOrder
            {
                Spec = TrainingReader.Read(YamlFile.Parse(wanted, "the recorded training"), before.Training!, null), Person = person,
                Version = VersionOf(before), File = before.Table is { } source && Path.IsPathRooted(source) ? source : null,
            };
        }
        if (before is not { Status: "FINISHED", Spec: { } spec })
        {
            throw new EscaleException("modeling.run-not-finished", $"The tracking run {run} did not finish: there is nothing to repeat.", "Train anew.");
        }
        try
        {
            var clock = ClockRecord.FromBytes(folder.Read(run, TrainingJob.ClockFile));
            return new TrainingOrder
            {
                Spec = TrainingReader.Read(YamlFile.Parse(spec, "the recorded training"), before.Training!, null), Person = person, AgainOf = run, Clock = clock,
                Version = VersionOf(before),
                File = before.Table is { } table && Path.IsPathRooted(table) ? table : null, HeldOut = folder.ReadJson<List<int>>(run, RunFolder.HeldOutFile) ?? [],
            };
        }
        catch (InvalidDataException error)
        {
            throw new EscaleException("modeling.model-damaged", $"The files of the tracking run {run} are damaged.", "Restore them from a backup, or train anew.", inner: error);
        }
    }

    private static long? VersionOf(TrackingRun run) => long.TryParse(run.DataVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    /// <summary>Whether the model is the same, bit for bit; says so in the record of the repetition.</summary>
    public async Task<bool> CompareAsync(string before, TrainedModel trained, CancellationToken cancellationToken)
    {
        var artifacts = (await tracking.ShowAsync(before, cancellationToken)).Artifacts;
        var isSame = artifacts.Any(artifact => artifact.Path == RunFolder.ModelFile && artifact.Sha256 == trained.Sha256);
        await tracking.TagAsync(trained.Run, "escale.reproduced", isSame ? "true" : "false", cancellationToken);
        return isSame;
    }
}

/// <summary>Shows a training on the command line: a line that moves for people, events for programs.</summary>
internal sealed class TrainingDisplay(CliOutput output) : IDisposable
{
    private readonly Lock _gate = new();
    private long _shownAt;
    private int _models = -1;
    private bool _hasLine;

    public void Started(string run)
    {
        if (output.IsJson)
        {
            output.WriteJsonLine(new { Event = "training_started", Run = run });
            output.Results.Flush();
        }
    }

    public void Report(string run, TrainingProgress progress)
    {
        lock (_gate)
        {
            if (output.IsJson)
            {
                if (progress.Leaderboard.Count != _models)
                {
                    _models = progress.Leaderboard.Count;
                    output.WriteJsonLine(new { Event = "progress", Run = run, progress.Share, progress.ElapsedSeconds, progress.Doing, progress.Metric, Best = progress.Leaderboard.Count > 0 ? progress.Leaderboard[0] : null, Models = _models });
                    output.Results.Flush();
                }
                return;
            }
            if (output.IsTerminal && Environment.TickCount64 - _shownAt > 100)
            {
                _shownAt = Environment.TickCount64;
                _hasLine = true;
                var best = progress.Leaderboard.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"best {progress.Metric} {progress.Leaderboard[0].Score:0.####} ({progress.Leaderboard[0].Name}); ") : "";
                output.Messages.Write(Cut($"\r{progress.Share:P0}  {progress.Leaderboard.Count} models; {best}{progress.Doing}"));
            }
        }
    }

    public void Ended(TrainedModel trained)
    {
        Dispose();
        if (output.IsJson)
        {
            output.WriteJsonLine(new { Event = "training_ended", Model = trained });
            return;
        }
        output.Table(["MODEL", ">" + trained.Metric.ToUpperInvariant(), ">FROM", ">TO", ">FIT S", "READABLE"], trained.Leaderboard.Take(12).Select(row => (IReadOnlyList<string>)
        [
            row.Name, Number(row.Score), row.Low is { } low ? Number(low) : "", row.High is { } high ? Number(high) : "", row.FitSeconds.ToString("0.0", CultureInfo.InvariantCulture), row.IsInterpretable ? "yes" : "",
        ]));
        output.Line();
        foreach (var finding in trained.Findings)
        {
            output.Line($"! {finding.Message} {finding.Reason}");
        }
        output.Line($"Judged on rows not seen, set aside by {trained.Split.By}{(trained.Split.Column is { } column ? $" ({column})" : "")}: {trained.Split.Reason}.");
        output.Line(trained.IsReproduced switch
        {
            true => $"Repeated bit for bit: tracking run {trained.Run}.",
            false => $"The model is another than before: tracking run {trained.Run}. Was the table restored, or the program updated?",
            _ => $"{trained.Name} version {trained.Version}: {trained.BestName}, {trained.Metric} {Number(trained.Score)}{(trained.BaselineScore is { } baseline ? $" against {Number(baseline)} of the baseline" : "")}. Tracking run {trained.Run}.",
        });
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_hasLine)
            {
                output.Messages.Write("\r" + new string(' ', 118) + "\r");
                _hasLine = false;
            }
        }
    }

    private static string Cut(string line) => (line.Length > 118 ? line[..117] + "…" : line).PadRight(119);

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
