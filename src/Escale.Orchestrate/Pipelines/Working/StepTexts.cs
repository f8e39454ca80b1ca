using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Projects.Jinja;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>
/// Fills in what a step is done with: <c>{{ params.day }}</c>, <c>{{ interval.begin }}</c>, <c>{{ run.id }}</c>, <c>{{ steps.load.output.rows }}</c>, and <c>${VARIABLE}</c>,
/// which is how secrets get in. A line of the shell is not filled in, since values could be read as commands: it finds them in its environment.
/// </summary>
internal sealed partial class StepTexts(PostgresPipelineStore store, RunEnvironment environment, ProjectRoot root)
{
    private const string Outputs = "select id, output from orchestrate.pipeline_steps where run_id = $1 and id = any($2)";
    private const string Failed = "select id, coalesce(error_message, '') from orchestrate.pipeline_steps where run_id = $1 and phase = 'failed' order by ordinal limit 20";

    private readonly JinjaEnvironment _jinja = new(new JinjaOptions());

    /// <summary>What templates of a step see.</summary>
    public async Task<Dictionary<string, object?>> ValuesAsync(Definition definition, ClaimedStep claimed, CancellationToken cancellationToken)
    {
        var (run, task) = (claimed.Run, definition.Pipeline.Tasks[claimed.Step.Ordinal]);
        var interval = new Dictionary<string, object?> { ["begin"] = Shown(run.IntervalBegin ?? run.CreatedAt), ["end"] = Shown(run.IntervalEnd ?? run.CreatedAt), ["day"] = Day(run.IntervalBegin ?? run.CreatedAt) };
        var values = new Dictionary<string, object?>
        {
            ["run"] = new Dictionary<string, object?> { ["id"] = run.Id, ["pipeline"] = run.Pipeline, ["trigger"] = run.Trigger, ["note"] = run.Note },
            ["interval"] = interval, ["trigger"] = Parsed(run.Cause) ?? new Dictionary<string, object?>(),
        };
        values["params"] = definition.Pipeline.Parameters.ToDictionary(
            parameter => parameter.Name, parameter => (object?)ParameterReader.Typed(parameter, Rendered(run.Parameters.GetValueOrDefault(parameter.Name) ?? "", values)), StringComparer.Ordinal);
        var texts = task.With.Values.SelectMany(list => list).Append(task.When ?? "").ToList();
        if (texts.Any(text => text.Contains("steps.", StringComparison.Ordinal)))
        {
            var outputs = await store.ListAsync(Outputs, [run.Id, task.DependsOn.ToArray()], reader => (reader.GetString(0), PipelineRows.Text(reader, 1)), cancellationToken);
            values["steps"] = outputs.ToDictionary(pair => pair.Item1, pair => (object?)new Dictionary<string, object?> { ["output"] = Parsed(pair.Item2) }, StringComparer.Ordinal);
        }
        if (task.Kind == TaskKind.Notify || texts.Any(text => text.Contains("failed", StringComparison.Ordinal)))
        {
            var failed = await store.ListAsync(Failed, [run.Id], reader => $"{reader.GetString(0)}: {reader.GetString(1)}", cancellationToken);
            values["failed"] = failed.Cast<object?>().ToList();
        }
        return values;
    }

    /// <summary>Whether the step's condition holds.</summary>
    public bool Holds(TaskSpec task, Dictionary<string, object?> values) =>
        task.When is null || _jinja.Evaluate(task.When, values, $"when of {task.Id}") is not (null or false or 0L or 0d or "" or "false" or "False" or "0" or JinjaUndefined);

    /// <summary>What the step is done with.</summary>
    /// <param name="task">The step.</param>
    /// <param name="values">What templates see.</param>
    /// <param name="secret">Hears of values that came from the environment.</param>
    public Dictionary<string, IReadOnlyList<string>> Fill(TaskSpec task, Dictionary<string, object?> values, Action<string> secret)
    {
        var filled = task.With.ToDictionary(
            pair => pair.Key, pair => pair.Key == "line" ? pair.Value : (IReadOnlyList<string>)[.. pair.Value.Select(text => WithVariables(Rendered(text, values), task, secret))], StringComparer.Ordinal);
        if (task.Kind == TaskKind.Shell)
        {
            foreach (var (name, value) in Environment(values))
            {
                filled.TryAdd("env." + name, [value]);
            }
        }
        return filled;
    }

    private Dictionary<string, string> Environment(Dictionary<string, object?> values)
    {
        var (run, interval) = ((Dictionary<string, object?>)values["run"]!, (Dictionary<string, object?>)values["interval"]!);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ESCALE_PROJECT"] = root.Folder, ["ESCALE_PIPELINE"] = (string)run["pipeline"]!, ["ESCALE_RUN"] = (string)run["id"]!,
            ["ESCALE_INTERVAL_BEGIN"] = (string)interval["begin"]!, ["ESCALE_INTERVAL_END"] = (string)interval["end"]!,
        };
        foreach (var (name, value) in (Dictionary<string, object?>)values["params"]!)
        {
            variables["PARAM_" + name.ToUpperInvariant()] = value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        return variables;
    }

    private string Rendered(string text, Dictionary<string, object?> values) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) ? _jinja.Parse(text).Render(values) : text;

    private string WithVariables(string text, TaskSpec task, Action<string> secret) => Variable().Replace(text, match =>
    {
        var name = match.Groups["name"].Value;
        if (environment[name] is { Length: > 0 } value)
        {
            secret(value);
            return value;
        }
        return match.Groups["default"].Success ? match.Groups["default"].Value : throw new EscaleException(
            "orchestrate.secret-missing", $"The step '{task.Id}' needs ${{{name}}}, which is not set.", $"Set {name} in the environment of the program, or give a default: ${{{name}:-value}}.");
    });

    private static object? Parsed(string? json)
    {
        if (json is null)
        {
            return null;
        }
        using var document = JsonDocument.Parse(json);
        return ValueOf(document.RootElement);
    }

    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(entry => entry.Name, entry => ValueOf(entry.Value), StringComparer.Ordinal),
        JsonValueKind.Array => value.EnumerateArray().Select(ValueOf).ToList(),
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    private static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
