using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Escale.Bench;

/// <summary>
/// The first page after sign-in under 50 people at once: the time of the server for each page (from the first byte sent to the last
/// received, on loopback), what travels compressed before charts, and the memory of the whole program with its PostgreSQL when idle.
/// </summary>
internal static partial class WebPages
{
    private const int People = 50;
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(20);

    public static void Run(int runs)
    {
        try
        {
            RunAsync(Math.Min(runs, 5)).GetAwaiter().GetResult();
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine(error.Message);
        }
    }

    private static async Task RunAsync(int runs)
    {
        var project = Path.Combine(Checkout.Root, "examples", "port-of-dakar");
        if (!Directory.Exists(Path.Combine(project, ".escale", "lake")))
        {
            Checkout.Escale(["run", "--project", project]); // The first page of a project with nothing in it is another one.
        }
        using var server = Start(project);
        try
        {
            using var said = JsonDocument.Parse(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
            var address = new Uri(said.RootElement.GetProperty("listening").GetString()!);
            if (!said.RootElement.TryGetProperty("setup", out var setup) || setup.ValueKind != JsonValueKind.String)
            {
                throw new InvalidOperationException($"The project has accounts already. Delete them first: escale clean --all --yes --project {project}");
            }
            using var session = await SignInAsync(address, new Uri(setup.GetString()!));
            Console.WriteLine($"idle, after the first sign-in: {ResidentMegabytes(server):0} MB resident, PostgreSQL's processes included (shared pages counted once, PSS)");
            Console.WriteLine($"first page with its script, style and icons, compressed: {await TransferAsync(session, address) / 1000.0:0.0} kB");
            for (var run = 0; run < runs; run++)
            {
                var times = await LoadAsync(session);
                times.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{People} people for {_time.TotalSeconds:0} s: {times.Count / _time.TotalSeconds:0} pages/s, median {times[times.Count / 2]:0.0} ms, p95 {times[(int)(times.Count * 0.95)]:0.0} ms, most {times[^1]:0.0} ms"));
            }
            await Task.Delay(5000);
            Console.WriteLine($"after the load: {ResidentMegabytes(server):0} MB");
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string project)
    {
        var program = Path.Combine(Checkout.Root, "artifacts", "escale", "escale");
        var start = new ProcessStartInfo(program) { WorkingDirectory = project, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "serve", "--urls", "http://127.0.0.1:0", "--json" })
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start)!;
    }

    // People wait a second between pages, as people do: fifty at once are fifty open sessions, not fifty loops.
    private static async Task<List<double>> LoadAsync(HttpClient session)
    {
        var times = new List<double>();
        var end = Stopwatch.GetTimestamp() + (long)(_time.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, People).Select(async person =>
        {
            await Task.Delay(person * 20);
            while (Stopwatch.GetTimestamp() < end)
            {
                var start = Stopwatch.GetTimestamp();
                using var answer = await session.GetAsync("/");
                await answer.Content.ReadAsByteArrayAsync();
                answer.EnsureSuccessStatusCode();
                lock (times)
                {
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                await Task.Delay(1000);
            }
        }));
        return times;
    }

    private static async Task<HttpClient> SignInAsync(Uri address, Uri setup)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer(), MaxConnectionsPerServer = People }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var page = await client.GetStringAsync(setup.PathAndQuery);
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["token"] = setup.Query["?token=".Length..], ["name"] = "Bench", ["email"] = "bench@example.org", ["password"] = "a long enough phrase", ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
        });
        using var made = await client.PostAsync("/setup", form);
        return made.StatusCode == HttpStatusCode.Redirect ? client : throw new InvalidOperationException($"The account was not made: {(int)made.StatusCode}");
    }

    private static async Task<long> TransferAsync(HttpClient session, Uri address)
    {
        var size = 0L;
        using var page = await session.GetAsync("/");
        var bytes = await page.Content.ReadAsByteArrayAsync();
        size += bytes.Length;
        using var brotli = new System.IO.Compression.BrotliStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(brotli);
        foreach (var asset in Asset().Matches(await reader.ReadToEndAsync()).Select(match => match.Groups[1].Value).Distinct())
        {
            size += (await session.GetByteArrayAsync(new Uri(address, asset))).Length;
        }
        return size;
    }

    private static double ResidentMegabytes(Process server)
    {
        // The embedded PostgreSQL has left the program's family: it is known by where its binary lies.
        var roots = Process.GetProcesses().Where(process => process.Id == server.Id || CommandLineOf(process.Id).StartsWith(Path.Combine(Checkout.Root, "artifacts", "escale", "native"), StringComparison.Ordinal)).Select(process => process.Id).ToHashSet();
        return Process.GetProcesses().Where(process => roots.Contains(process.Id) || roots.Any(root => IsUnder(process.Id, root))).Sum(process => PssKilobytes(process.Id)) / 1000.0;
    }

    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool IsUnder(int id, int parent)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var up = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            return up == parent || (up > 1 && IsUnder(up, parent));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    private static long PssKilobytes(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line["Pss:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("(?:href|src)=\"(/(?:assets/[^\"#]+|favicon.svg))")]
    private static partial Regex Asset();
}
