using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Starting;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary>
/// <c>build</c> and <c>train</c>: a run of a selection, in a process of its own, as <c>escale run</c> in a terminal. What has not changed is skipped, so doing it twice is doing it once.
/// </summary>
internal sealed class BuildTask(ProjectRoot root, RunEnvironment environment) : ITaskRunner
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public string Kind => "build";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var events = new RunEvents(call.Log);
        var start = Start(
            root, environment,
            [
                "run", "--json", $"--project={root.Folder}", .. call.All("select").SelectMany(Words).Select(word => $"--select={word}"), .. call.All("exclude").SelectMany(Words).Select(word => $"--exclude={word}"),
                .. call.One("full_refresh") == "true" ? ["--full-refresh"] : Array.Empty<string>(),
            ]);
        var code = await ChildProgram.RunAsync(start, events.Said, events.Complained, _patience, cancellationToken);
        return code == 0 ? new TaskOutcome(events.Output()) : throw events.Error(code);
    }

    /// <summary>This program with other arguments, on the same project and database.</summary>
    internal static ProcessStartInfo Start(ProjectRoot root, RunEnvironment environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("ESCALE_PROGRAM") is { Length: > 0 } program ? program : Environment.ProcessPath!) { WorkingDirectory = root.Folder };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment.Own)
        {
            start.Environment[name] = value;
        }
        if (environment.Own.TryGetValue("ESCALE_URL", out var address))
        {
            start.Environment[ServedElsewhere.Variable] = address;
        }
        return start;
    }

    // A selection may be several words in one text: +gold.sales tag:daily.
    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What a run says as it goes.</summary>
    private sealed class RunEvents(Action<string> log)
    {
        private readonly List<string> _failures = [];
        private JsonElement? _ended;
        private string? _run;
        private EscaleException? _error;

        public void Said(string line)
        {
            if (Parsed(line) is not { } said || !said.TryGetProperty("event", out var name))
            {
                log(line);
                return;
            }
            switch (name.GetString())
            {
                case "run_started":
                    _run = said.GetProperty("run").GetString();
                    var steps = said.GetProperty("steps").GetArrayLength();
                    log(FormattableString.Invariant($"run {_run}: {steps} {(steps == 1 ? "step" : "steps")}"));
                    break;
                case "step_ended":
                    StepEnded(said);
                    break;
                case "run_ended":
                    _ended = said;
                    break;
            }
        }

        public void Complained(string line)
        {
            if (Parsed(line) is { } said && said.TryGetProperty("code", out var code) && said.TryGetProperty("message", out var message))
            {
                _error = new EscaleException(code.GetString()!, message.GetString()!, said.TryGetProperty("next", out var next) ? next.GetString() : null);
            }
            log(line);
        }

        public string Output() => JsonSerializer.Serialize(new Dictionary<string, object?> { ["run"] = _run, ["made"] = Number("ok"), ["unchanged"] = Number("unchanged"), ["rows"] = Number("rows"), ["bytes"] = Number("bytes") });

        public EscaleException Error(int code) => _failures.Count > 0
            ? new EscaleException("orchestrate.build-failed", $"{(_failures.Count == 1 ? "A step failed" : FormattableString.Invariant($"{_failures.Count} steps failed"))}: {string.Join("; ", _failures.Take(3))}", $"Look at the run {_run}.")
            : _error ?? new EscaleException("orchestrate.build-failed", FormattableString.Invariant($"The run ended with {code}."), "Look at the log of the step.");

        private void StepEnded(JsonElement said)
        {
            var (asset, status) = (said.GetProperty("table").GetString() ?? said.GetProperty("asset").GetString()!, said.GetProperty("status").GetString()!);
            var rows = said.TryGetProperty("rows", out var count) && count.ValueKind == JsonValueKind.Number ? FormattableString.Invariant($", {count.GetInt64()} rows") : "";
            log($"{asset}: {status}{rows}, {said.GetProperty("seconds").GetDouble().ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} s");
            if (status == "failed")
            {
                var message = said.GetProperty("error").GetProperty("message").GetString()!;
                _failures.Add($"{asset}: {message}");
                log("  " + message);
            }
        }

        private long Number(string name) => _ended is { } ended && ended.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

        private static JsonElement? Parsed(string line)
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}

/// <summary><c>score</c>: predicts the rows of a file or a table, as <c>escale predict</c>.</summary>
internal sealed class ScoreTask(ProjectRoot root, RunEnvironment environment) : ITaskRunner
{
    /// <inheritdoc/>
    public string Kind => "score";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var (output, error) = (new List<string>(), (string?)null);
        var start = BuildTask.Start(
            root, environment,
            ["predict", call.One("model")!, call.One("rows")!, "--to", SafePath.Under(root.Folder, call.One("to")!), "--json", $"--project={root.Folder}", .. call.One("version") is { } version ? ["--version", version] : Array.Empty<string>()]);
        var code = await ChildProgram.RunAsync(start, output.Add, said => call.Log(error = said), null, cancellationToken);
        output.ForEach(call.Log);
        return code == 0 ? new TaskOutcome(string.Join('\n', output)) : throw new EscaleException("orchestrate.exit-code", $"The prediction failed: {error}", "Look at the log of the step.");
    }
}
