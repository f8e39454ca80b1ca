using System.Globalization;
using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Scheduling;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary><c>wait_for</c>: looks now and then whether a file has come whole, a query says yes, an address answers well, or a time has come. Between looks it holds no worker.</summary>
internal sealed class WaitTask(ProjectRoot root, Func<IEnumerable<ITaskRunner>> runners, TimeProvider clock) : ITaskRunner
{
    private static readonly TimeSpan _settles = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Kind => "wait";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var every = TimeSpan.FromSeconds(double.Parse(call.One("every")!, CultureInfo.InvariantCulture));
        return call.One("file") is { } glob ? File(call, glob, every)
            : call.One("time") is { } time ? Time(call, time)
            : call.One("sql") is not null ? await SqlAsync(call, every, cancellationToken) : await HttpAsync(call, every, cancellationToken);
    }

    private TaskOutcome File(TaskCall call, string glob, TimeSpan every)
    {
        var files = new FileArrivals(root, clock).Now(glob).ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal);
        var before = Earlier(call)?.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal) ?? [];
        var whole = files.Where(file => before.TryGetValue(file.Key, out var version) && version == file.Value).Select(file => file.Key).ToList();
        if (whole.Count > 0)
        {
            call.Log($"come: {string.Join(", ", whole.Take(20))}");
            return new TaskOutcome(JsonSerializer.Serialize(new Dictionary<string, object> { ["files"] = whole }));
        }
        return NotYet(files, files.Count > 0 && every > _settles ? _settles : every);
    }

    private TaskOutcome Time(TaskCall call, string text)
    {
        var now = clock.GetUtcNow();
        var until = Earlier(call)?.GetValueOrDefault("until") is { } noted ? DateTimeOffset.Parse(noted, CultureInfo.InvariantCulture) : Moment(call, text, now);
        return until <= now ? new TaskOutcome("{}") : NotYet(new() { ["until"] = until.ToString("o", CultureInfo.InvariantCulture) }, until - now);
    }

    private static DateTimeOffset Moment(TaskCall call, string text, DateTimeOffset now)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && text.Length > 5)
        {
            return moment;
        }
        var name = call.One("zone") ?? "UTC";
        if (!TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            throw new EscaleException("orchestrate.parameter", $"'{text}' in '{name}' is no time.", "Write a time of day such as \"07:30\" with a zone such as Africa/Dakar, or a moment such as 2026-11-22T07:30:00Z.");
        }
        var wall = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime).ToDateTime(time);
        return new DateTimeOffset(wall, zone.GetUtcOffset(wall));
    }

    private async Task<TaskOutcome> SqlAsync(TaskCall call, TimeSpan every, CancellationToken cancellationToken)
    {
        var asked = await runners().First(runner => runner.Kind == "sql").RunAsync(call, cancellationToken);
        using var answer = JsonDocument.Parse(asked.Output ?? "{}");
        var first = answer.RootElement.TryGetProperty("rows", out var rows) && rows.GetArrayLength() > 0 ? rows[0].EnumerateObject().Select(entry => entry.Value).FirstOrDefault() : default;
        var holds = first.ValueKind switch { JsonValueKind.True => true, JsonValueKind.Number => first.GetDouble() != 0, JsonValueKind.String => first.GetString() is not ("" or "false" or "0"), _ => false };
        return holds ? asked : NotYet([], every);
    }

    private async Task<TaskOutcome> HttpAsync(TaskCall call, TimeSpan every, CancellationToken cancellationToken)
    {
        try
        {
            return await runners().First(runner => runner.Kind == "http").RunAsync(call, cancellationToken);
        }
        catch (EscaleException error)
        {
            call.Log($"not yet: {error.Message}");
            return NotYet([], every);
        }
    }

    private static Dictionary<string, string>? Earlier(TaskCall call) => call.Earlier is { } json ? JsonSerializer.Deserialize<Dictionary<string, string>>(json) : null;

    private static TaskOutcome NotYet(Dictionary<string, string> seen, TimeSpan wait) => new(JsonSerializer.Serialize(seen)) { LookAgainIn = wait };
}
