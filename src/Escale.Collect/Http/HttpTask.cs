using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Escale.Collect.Http;

/// <summary>A pipeline's step <c>http</c>: a request that goes only where collection may go. What the answer says is the step's output, up to 64 kB of it.</summary>
internal sealed class HttpTask(GuardedHttp http) : ITaskRunner
{
    private const int MostOutput = 64 << 10;

    /// <inheritdoc/>
    public string Kind => "http";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(call.One("url"), UriKind.Absolute, out var address))
        {
            throw new EscaleException("collect.http.scheme", $"'{call.One("url")}' is not an address.", "Write it with http:// or https://.");
        }
        var ask = new HttpAsk
        {
            Address = address,
            Method = HttpMethod.Parse(call.One("method") ?? (call.One("body") is null ? "GET" : "POST")),
            Headers = new Dictionary<string, string>(call.Map("headers"), StringComparer.OrdinalIgnoreCase) { ["Idempotency-Key"] = call.IdempotencyKey },
            Body = call.One("body") is { } body ? Encoding.UTF8.GetBytes(body) : null,
            BodyType = call.One("type") ?? "application/json",
            Accepts = _ => true, // whether to try again is the step's to say
        };
        call.Log($"{ask.Method} {GuardedHttp.Show(address)}");
        var (status, bytes) = await http.SendAsync(ask, async (answer, token) => (answer.Status, await answer.ReadAllAsync(token)), cancellationToken);
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, MostOutput)));
        call.Log(string.Create(CultureInfo.InvariantCulture, $"{status}, {bytes.Length} bytes"));
        var expected = call.All("expect");
        var isGood = expected.Count > 0 ? expected.Contains(status.ToString(CultureInfo.InvariantCulture)) : status is >= 200 and < 300;
        return isGood ? new TaskOutcome(JsonSerializer.Serialize(new Dictionary<string, object?> { ["status"] = status, ["body"] = bytes.Length <= MostOutput ? Parsed(text) : text })) : throw new EscaleException(
            "collect.http.status", string.Create(CultureInfo.InvariantCulture, $"{GuardedHttp.Show(address)} answered {status}{(text.Length > 0 ? ": " + text[..Math.Min(300, text.Length)].ReplaceLineEndings(" ") : "")}."),
            "Look at what the service says, or name the status under expect.");
    }

    private static object Parsed(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
