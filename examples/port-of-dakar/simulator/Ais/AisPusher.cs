using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PortOfDakar.Ais;

/// <summary>
/// Pushes the feed to Escale, a day a batch, in order. It asks first which batch was accepted last and goes on from there; a batch sent
/// twice carries the same id, so nothing counts double. Answers 429 and 5xx and a closed connection mean: wait, then send again; another
/// refusal will not change, and ends the simulator.
/// </summary>
internal sealed class AisPusher(Simulation simulation, Uri escale, ILogger<AisPusher> log) : BackgroundService
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = Client();
    private readonly Uri _stream = new(escale, "/api/v1/streams/ais");
    private volatile bool _isDone;

    /// <summary>Everything has been pushed and acknowledged.</summary>
    public bool IsDone => _isDone;

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var accepted = await LastAcceptedDayAsync(stoppingToken);
        if (accepted < simulation.Options.Now.AddDays(-1) || !simulation.HasWrittenTruth())
        {
            var batches = 0;
            foreach (var batch in simulation.Ais.Batches())
            {
                if (batch.Day > accepted)
                {
                    using var _ = await SendAsync(() => Push(batch), stoppingToken);
                    batches++;
                }
            }

            simulation.WriteTruth();
            log.LogInformation("AIS: {Batches} batches pushed.", batches);
        }

        _isDone = true;
    }

    private HttpRequestMessage Push(AisBatch batch)
    {
        var content = new ReadOnlyMemoryContent(batch.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return new HttpRequestMessage(HttpMethod.Post, _stream) { Content = content, Headers = { { "Escale-Batch", batch.Id } } };
    }

    // Whoever starts us gives us a token that may push.
    private static HttpClient Client()
    {
        var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        if (Environment.GetEnvironmentVariable("ESCALE_TOKEN") is { Length: > 0 } token)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return client;
    }

    // Batches of another seed are not ours: the feed then starts from its beginning.
    private async Task<DateTime> LastAcceptedDayAsync(CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, _stream), cancellationToken);
        var last = LastBatch(answer.RootElement);
        var ours = AisFeed.BatchId(simulation.Options.Seed, SimulatorOptions.Start)[..^10];
        return last is not null && last.StartsWith(ours, StringComparison.Ordinal)
            && DateTime.TryParseExact(last[ours.Length..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)
                ? day
                : DateTime.MinValue;
    }

    private static string? LastBatch(JsonElement stream) =>
        stream.TryGetProperty("last_batch", out var batch) && batch.ValueKind == JsonValueKind.String ? batch.GetString() : null;

    /// <summary>Sends until it is accepted, with longer and longer pauses unless the answer names one.</summary>
    private async Task<JsonDocument> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        for (var wait = ShortestWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            var pause = wait;
            try
            {
                using var message = request();
                using var response = await _http.SendAsync(message, cancellationToken);
                var body = await response.Content.ReadAsStringAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return JsonDocument.Parse(body.Length == 0 ? "{}" : body);
                }

                if (!CanPass(response.StatusCode))
                {
                    throw new InvalidOperationException($"{_stream} answered {(int)response.StatusCode}: {body}");
                }

                pause = response.Headers.RetryAfter?.Delta ?? wait;
                log.LogWarning("AIS: {Url} answered {Status}; trying again in {Pause}.", _stream, (int)response.StatusCode, pause);
            }
            catch (HttpRequestException error)
            {
                log.LogWarning("AIS: {Message} Trying again in {Pause}.", error.Message, pause);
            }

            await Task.Delay(pause, cancellationToken);
        }
    }

    private static bool CanPass(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
}
