using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Projects.Jinja;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>
/// Fills in what a step is done with: <c>{{ params.day }}</c>, <c>{{ interval.begin }}</c>, <c>{{ run.id }}</c>, <c>{{ steps.load.output.rows }}</c>, <c>{{ each }}</c>, and
/// <c>${VARIABLE}</c>, which is how secrets get in: only where the file names them, never where a value does. A line of the shell is not filled in, since values could be read as commands: it finds
/// them in its environment.
/// </summary>
internal sealed partial class StepTexts(PostgresPipelineStore store, RunEnvironment environment, ProjectRoot root)
{
    private const string Outputs = "select id, output from orchestrate.pipeline_steps where run_id = $1 and id = any($2)";
    private const string Failed = "select id, coalesce(error_message, '') from orchestrate.pipeline_steps where run_id = $1 and phase = 'failed' order by ordinal limit 20";

    private readonly JinjaEnvironment _jinja = new(new JinjaOptions());

    /// <summary>What templates of a step see.</summary>
    public async Task<Dictionary<string, object?>> ValuesAsync(Definition definition, ClaimedStep claimed, CancellationToken cancellationToken)
    {
        var (run, task, part) = (claimed.Run, definition.Pipeline.Tasks[claimed.Step.Ordinal], definition.Pipeline.Part);
        var (id, before) = part is null ? (run.Id, task.DependsOn) : (run.Parent!, part.DependsOn); // an element of a step sees what its step sees
        var interval = new Dictionary<string, object?> { ["begin"] = Shown(run.IntervalBegin ?? run.CreatedAt), ["end"] = Shown(run.IntervalEnd ?? run.CreatedAt), ["day"] = Day(run.IntervalBegin ?? run.CreatedAt) };
        var values = new Dictionary<string, object?>
        {
            ["run"] = new Dictionary<string, object?> { ["id"] = id, ["pipeline"] = part?.Pipeline ?? run.Pipeline, ["trigger"] = run.Trigger, ["note"] = run.Note },
            ["interval"] = interval, ["trigger"] = Parsed(run.Cause) ?? new Dictionary<string, object?>(),
        };
        values["params"] = definition.Pipeline.Parameters.ToDictionary(
            parameter => parameter.Name, parameter => (object?)ParameterReader.Typed(parameter, Rendered(run.Parameters.GetValueOrDefault(parameter.Name) ?? "", values)), StringComparer.Ordinal);
        if (task.Element is { } element)
        {
            (values["each"], values["index"]) = (Parsed(element), (long)claimed.Step.Ordinal);
        }
        var texts = task.With.Values.SelectMany(list => list).Append(task.When ?? "").ToList();
        if (texts.Any(text => text.Contains("steps.", StringComparison.Ordinal)))
        {
            var outputs = await store.ListAsync(Outputs, [id, before.ToArray()], reader => (reader.GetString(0), PipelineRows.Text(reader, 1)), cancellationToken);
            values["steps"] = outputs.ToDictionary(pair => pair.Item1, pair => (object?)new Dictionary<string, object?> { ["output"] = Parsed(pair.Item2) }, StringComparer.Ordinal);
        }
        if (task.Kind == TaskKind.Notify || texts.Any(text => text.Contains("failed", StringComparison.Ordinal)))
        {
            var failed = await store.ListAsync(Failed, [id], reader => $"{reader.GetString(0)}: {reader.GetString(1)}", cancellationToken);
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
        if (task.Kind == TaskKind.Each && task.One(EachReader.Sql) is null)
        {
            return new() { [EachReader.Items] = Elements(task, values) };
        }
        var filled = task.With.ToDictionary(pair => pair.Key, pair => pair.Key == "line" ? pair.Value : (IReadOnlyList<string>)[.. pair.Value.Select(text => Filled(text, task, values, secret))], StringComparer.Ordinal);
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
            variables["PARAM_" + name.ToUpperInvariant()] = Said(value);
        }
        if (values.TryGetValue("each", out var each))
        {
            (variables["EACH"], variables["EACH_INDEX"]) = (Said(each), Said(values["index"]));
            foreach (var (name, value) in each as Dictionary<string, object?> ?? [])
            {
                variables["EACH_" + NotOfNames().Replace(name, "_").ToUpperInvariant()] = Said(value);
            }
        }
        return variables;
    }

    private static string Said(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        Dictionary<string, object?> or List<object?> => JsonSerializer.Serialize(value),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // The elements of a list, each as JSON.
    private List<string> Elements(TaskSpec task, Dictionary<string, object?> values)
    {
        if (task.One(EachReader.From) is not { } expression)
        {
            return [.. task.All(EachReader.Items).Select(json => JsonSerializer.Serialize(Deep(Parsed(json), text => Rendered(text, values))))];
        }
        var found = JinjaValue.ToClr(_jinja.Evaluate(expression, values, $"each of {task.Id}"));
        if (found is string text && text.TrimStart().StartsWith('['))
        {
            found = ParsedList(text, task, expression);
        }
        return found switch
        {
            string lines => [.. lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Serialize(line))],
            List<object?> list => list.ConvertAll(item => JsonSerializer.Serialize(item)),
            _ => throw NoList(task, expression, found),
        };
    }

    private static object? ParsedList(string text, TaskSpec task, string expression)
    {
        try
        {
            return Parsed(text);
        }
        catch (JsonException)
        {
            throw NoList(task, expression, text);
        }
    }

    private static EscaleException NoList(TaskSpec task, string expression, object? found) => new(
        "orchestrate.each", $"'each' of the step '{task.Id}' needs a list, but {expression} is {found switch { null => "nothing", string => "a text that is no list", Dictionary<string, object?> => "a mapping", _ => "a single value" }}.",
        "Name a list, such as steps.ID.output.rows of a step with sql; a text gives its lines, or what is in its JSON.");

    private static object? Deep(object? value, Func<string, string> text) => value switch
    {
        string one => text(one),
        List<object?> list => list.ConvertAll(item => Deep(item, text)),
        Dictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Deep(pair.Value, text), StringComparer.Ordinal),
        _ => value,
    };

    private string Rendered(string text, Dictionary<string, object?> values) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) ? _jinja.Parse(text).Render(values) : text;

    // What a value holds is never taken for a variable: they are put in behind the template, at places that nobody can guess.
    private string Filled(string text, TaskSpec task, Dictionary<string, object?> values, Action<string> secret)
    {
        var (found, mark) = (new List<string>(), "");
        var marked = NamedVariables.Pattern().Replace(text, match =>
        {
            mark = mark.Length > 0 ? mark : RandomNumberGenerator.GetHexString(24);
            found.Add(ValueOf(match, task, secret));
            return string.Create(CultureInfo.InvariantCulture, $"{mark}.{found.Count - 1}.");
        });
        var rendered = Rendered(marked, values);
        for (var at = 0; at < found.Count; at++)
        {
            rendered = rendered.Replace(string.Create(CultureInfo.InvariantCulture, $"{mark}.{at}."), found[at], StringComparison.Ordinal);
        }
        return rendered;
    }

    private string ValueOf(Match match, TaskSpec task, Action<string> secret)
    {
        var name = match.Groups["name"].Value;
        if (environment[name] is { Length: > 0 } value)
        {
            secret(value);
            return value;
        }
        return match.Groups["default"].Success ? match.Groups["default"].Value : throw new EscaleException(
            "orchestrate.secret-missing", $"The step '{task.Id}' needs ${{{name}}}, which is not set.", $"Set {name} in the environment of the program, or give a default: ${{{name}:-value}}.");
    }

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

    [GeneratedRegex("[^A-Za-z0-9_]", RegexOptions.CultureInvariant)]
    private static partial Regex NotOfNames();
}
