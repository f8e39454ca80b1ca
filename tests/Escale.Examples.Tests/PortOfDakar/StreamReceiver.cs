using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Escale.Examples.PortOfDakar;

/// <summary>The receiving side of Escale's streams, with its moods: it can be busy, lose an answer on its way, or be cut off.</summary>
internal sealed class StreamReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _batches = new();
    private int _requests;

    private StreamReceiver(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    public string? LastBatch { get; private set; }

    public IReadOnlyDictionary<string, string> Batches => _batches;

    /// <summary>Batches that came although they had been accepted.</summary>
    public int Repeats { get; private set; }

    /// <summary>When set, every third request is refused with 429, and of every fifth the answer is lost after the batch was accepted.</summary>
    public bool IsMoody { get; set; }

    /// <summary>Called after each accepted batch with the number accepted, before it is answered.</summary>
    public Func<int, CancellationToken, Task> Accepted { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<StreamReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var address = new Uri($"http://127.0.0.1:{SimulatorProcess.FreePort()}");
        builder.WebHost.UseUrls(address.ToString());
        var app = builder.Build();
        var receiver = new StreamReceiver(app, address);
        app.MapGet("/api/v1/streams/ais", () => Results.Json(new { name = "ais", last_batch = receiver.LastBatch }));
        app.MapPost("/api/v1/streams/ais", (Delegate)receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _requests);
        if (IsMoody && number % 3 == 0)
        {
            context.Response.Headers.RetryAfter = "0";
            return Results.StatusCode(429);
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var id = context.Request.Headers["Escale-Batch"].ToString();
        if (!_batches.TryAdd(id, body))
        {
            Repeats++;
        }

        LastBatch = id;
        await Accepted(_batches.Count, context.RequestAborted);
        if (IsMoody && number % 5 == 0)
        {
            context.Abort();
        }

        return Results.StatusCode(202);
    }
}
