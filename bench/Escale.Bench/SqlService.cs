using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Escale.Bench;

/// <summary>
/// SQL of people through a real <c>escale serve</c> over 10 million rows: what the server adds to DuckDB's own time, and how many requests it answers
/// when 200 viewers ask the same eight questions.
/// </summary>
internal static partial class SqlService
{

    public static void Run(int runs) => RunAsync(runs).GetAwaiter().GetResult();

    private static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        Process? server = null;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "models"));
            File.WriteAllText(Path.Combine(folder, "escale.yml"), "name: bench\n");
            File.WriteAllText(Path.Combine(folder, "dbt_project.yml"), "name: bench\nversion: \"1\"\n");
            File.WriteAllText(Path.Combine(folder, "models", "events.sql"), "{{ config(materialized='table', schema='gold') }} select i as id, i % 1000 as port, hash(i) % 9973 / 10.0 as tonnes from range(10000000) r(i)");
            Checkout.Escale(["run", folder]);
            server = Start(folder, out var setup);
            using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = new Uri(setup.GetLeftPart(UriPartial.Authority)) };
            await SignInAsync(client, setup);
            await OverheadAsync(client, runs * 10);
        }
        finally
        {
            server?.Kill(entireProcessTree: true);
            server?.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task OverheadAsync(HttpClient client, int queries)
    {
        var (engine, server, whole) = (new List<double>(), new List<double>(), new List<double>());
        for (var query = -3; query < queries; query++)
        {
            var started = Stopwatch.GetTimestamp();
            var (elapsedMs, engineMs, isCached) = await AskAsync(client, $"select port, count(*) as n, sum(tonnes) as tonnes from gold.events where id > {query + 10} group by port order by tonnes desc limit 20");
            var total = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (isCached)
            {
                throw new InvalidOperationException("It was asked before.");
            }
            if (query >= 0)
            {
                engine.Add(engineMs);
                server.Add(elapsedMs - engineMs);
                whole.Add(total - engineMs);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"group by over 10 M rows: DuckDB {Pair.Median(engine):0.0} ms; the server adds {Pair.Median(server):0.0} ms, seen by the client {Pair.Median(whole):0.0} ms ({whole.Min():0.0}-{whole.Max():0.0}, {queries} queries; budget 15 ms)"));
    }


    private static async Task<(double ElapsedMs, double EngineMs, bool IsCached)> AskAsync(HttpClient client, string sql)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { sql }), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/sql", content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(text);
        }
        using var json = JsonDocument.Parse(text);
        return (json.RootElement.GetProperty("elapsed_ms").GetDouble(), json.RootElement.GetProperty("results")[0].GetProperty("engine_ms").GetDouble(), json.RootElement.GetProperty("cached").GetBoolean());
    }

    private static async Task SignInAsync(HttpClient client, Uri setup)
    {
        var token = await TokenAsync(client, setup.PathAndQuery);
        using var form = new FormUrlEncodedContent([
            new("token", setup.Query["?token=".Length..]), new("name", "Bench"), new("email", "bench@example.org"), new("password", "a rather long sentence"), new("__RequestVerificationToken", token)]);
        using var made = await client.PostAsync("/setup", form);
        client.DefaultRequestHeaders.Add("X-Escale-Antiforgery", await TokenAsync(client, "/"));
    }

    private static async Task<string> TokenAsync(HttpClient client, string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page) { Headers = { { "Accept", "text/html" } } };
        using var answer = await client.SendAsync(request);
        return Token().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    private static Process Start(string folder, out Uri setup)
    {
        var start = new ProcessStartInfo(Checkout.Program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["serve", "--urls", "http://127.0.0.1:0", "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        var server = Process.Start(start)!;
        using var said = JsonDocument.Parse(server.StandardOutput.ReadLine() ?? throw new InvalidOperationException(server.StandardError.ReadToEnd()));
        _ = server.StandardOutput.ReadToEndAsync();
        _ = server.StandardError.ReadToEndAsync();
        setup = new Uri(said.RootElement.GetProperty("setup").GetString()!);
        return server;
    }

    [GeneratedRegex("name=\"escale-antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
