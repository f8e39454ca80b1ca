using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Escale.Bench;

/// <summary>Events pushed to a real <c>escale serve</c> over loopback, each on the disk before it is acknowledged.</summary>
internal static class Streams
{
    public static void Run(int runs) => RunAsync(runs).GetAwaiter().GetResult();

    private static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        Process? server = null;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sources"));
            File.WriteAllText(Path.Combine(folder, "escale.yml"), "name: bench\n");
            File.WriteAllText(Path.Combine(folder, "sources", "push.yml"), "source: push\ntype: stream\ntables: [{ name: ais, key: the-key-of-this-stream }]\n");
            server = Start(folder, out var address);
            using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = address };
            client.DefaultRequestHeaders.Add("X-Api-Key", "the-key-of-this-stream");
            await PushAsync(client, clients: 4, pushes: 200, events: 10);
            foreach (var (clients, pushes, events) in ((int, int, int)[])[(1, 300, 1), (16, 4_000, 1), (64, 16_000, 1), (1, 200, 1_000), (8, 800, 1_000)])
            {
                var seconds = new List<double>();
                for (var run = 0; run < runs; run++)
                {
                    seconds.Add(await PushAsync(client, clients, pushes, events));
                }
                var median = Pair.Median(seconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{clients,3} clients, {events,5} events in each push: {(double)pushes * events / median:N0} events/s, {pushes / median:N0} pushes/s ({(double)pushes * events / seconds.Max():N0}-{(double)pushes * events / seconds.Min():N0} events/s, {runs} runs)"));
            }
        }
        finally
        {
            server?.Kill();
            server?.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> PushAsync(HttpClient client, int clients, int pushes, int events)
    {
        var line = "{\"mmsi\":663000001,\"at\":\"2026-01-01T00:00:00Z\",\"lat\":14.68,\"lon\":-17.43,\"speed\":11.5,\"course\":231.0}\n";
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, events)));
        var left = pushes;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/x-ndjson");
                using var answer = await client.PostAsync("/api/v1/streams/ais", content);
                if (answer.StatusCode != HttpStatusCode.Accepted)
                {
                    throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
                }
            }
        }));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static Process Start(string folder, out Uri address)
    {
        var start = new ProcessStartInfo(Checkout.Program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["serve", "--urls", "http://127.0.0.1:0", "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["ESCALE_HOME"] = Checkout.Root;
        var server = Process.Start(start)!;
        var line = server.StandardOutput.ReadLine() ?? throw new InvalidOperationException(server.StandardError.ReadToEnd());
        _ = server.StandardOutput.ReadToEndAsync();
        _ = server.StandardError.ReadToEndAsync();
        using var said = JsonDocument.Parse(line);
        address = new Uri(said.RootElement.GetProperty("listening").GetString()!);
        return server;
    }
}
