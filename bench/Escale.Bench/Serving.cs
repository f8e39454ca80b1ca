using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Learning;
using Escale.Learning.Boosting;
using Escale.Learning.Frames;

namespace Escale.Bench;

/// <summary>
/// Single rows predicted by a real <c>escale serve</c> over loopback: 100 boosted trees of 31 leaves on 14 columns, 8 of them categories. The load is wrk's, on the same machine; a peer is
/// measured in turn when <c>ESCALE_SERVE_PEER</c> names its address.
/// </summary>
internal static partial class Serving
{
    private const int Rows = 32_000;
    private const int Connections = 32;
    private const string ApiKey = "n5Qw8Zr2Lk7Vb4Xt9Mc1Yd6Hs3Gf0JpE";

    public static void Run(int runs) => RunAsync(runs, Make, "rows.lua").GetAwaiter().GetResult();

    /// <summary>Measures.</summary>
    /// <param name="runs">How often.</param>
    /// <param name="make">Makes the model <c>income</c> in a project's folder.</param>
    /// <param name="requests">The file of <c>bench/serving</c> with the requests.</param>
    internal static async Task RunAsync(int runs, Action<string> make, string requests)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        Process? server = null;
        try
        {
            File.WriteAllText(Path.Combine(folder, "escale.yml"), "name: bench\n");
            make(folder);
            server = Start(folder, out var address);
            var key = await EndpointAsync(address);
            var url = new Uri(address, "/api/v1/endpoints/income/predictions");
            var peer = Environment.GetEnvironmentVariable("ESCALE_SERVE_PEER");
            Load(url, key, 3, requests);
            var (own, theirs) = (new List<Measured>(), new List<Measured>());
            for (var run = 0; run < runs; run++)
            {
                if (peer is not null)
                {
                    theirs.Add(Load(new Uri(peer), null, 8, requests));
                }
                own.Add(Load(url, key, 8, requests));
            }
            Say("escale serve", own);
            if (peer is not null)
            {
                Say("peer", theirs);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Pair.Median([.. own.Select(one => one.PerSecond)]) / Pair.Median([.. theirs.Select(one => one.PerSecond)]):0.00} times its requests"));
            }
        }
        finally
        {
            server?.Kill(entireProcessTree: true);
            server?.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Make(string folder)
    {
        var model = new Pipeline { Estimator = new GradientBoosting { Trees = 100, MaxLeaves = 31, LearningRate = 0.1 } }.Fit(Incomes(), "income");
        model.Save(Path.Combine(folder, "income.escale"));
        Checkout.Escale(["models", "register", "income", Path.Combine(folder, "income.escale"), "--project", folder]);
    }

    private static Measured Load(Uri url, string? key, int seconds, string requests)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-t1", $"-c{Connections}", $"-d{seconds}s", "--latency", "-s", Path.Combine(Checkout.Root, "bench", "serving", requests), url.ToString()])
        {
            start.ArgumentList.Add(argument);
        }
        if (key is not null)
        {
            start.Environment["KEY"] = key;
        }
        using var wrk = Process.Start(start)!;
        var said = wrk.StandardOutput.ReadToEnd();
        wrk.WaitForExit();
        if (said.Contains("Non-2xx", StringComparison.Ordinal) || !PerSecond().IsMatch(said))
        {
            throw new InvalidOperationException(said);
        }
        return new Measured(Number(PerSecond().Match(said).Groups[1].Value), Milliseconds(Share(50).Match(said)), Milliseconds(Share(99).Match(said)));
    }

    private static void Say(string name, List<Measured> all) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name}: {Pair.Median([.. all.Select(one => one.PerSecond)]):N0} requests/s ({all.Min(one => one.PerSecond):N0}-{all.Max(one => one.PerSecond):N0}), median {Pair.Median([.. all.Select(one => one.MedianMs)]):0.00} ms, 99 % below {Pair.Median([.. all.Select(one => one.P99Ms)]):0.00} ms; {Connections} connections"));

    private static double Milliseconds(Match share) => Number(share.Groups[1].Value) * share.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static Regex Share(int percent) => new($@"{percent}%\s+([\d.]+)(us|ms|s)");

    private static async Task<string> EndpointAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        using var made = await client.PutAsJsonAsync("/api/v1/endpoints/income", new { });
        made.EnsureSuccessStatusCode();
        using var key = await client.PostAsJsonAsync("/api/v1/endpoints/income/keys", new { name = "bench" });
        return (await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
    }

    private static Process Start(string folder, out Uri address)
    {
        var start = new ProcessStartInfo(Checkout.Program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["serve", "--urls", "http://127.0.0.1:0", "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["ESCALE_API_KEY"] = ApiKey;
        var server = Process.Start(start)!;
        using var said = JsonDocument.Parse(server.StandardOutput.ReadLine() ?? throw new InvalidOperationException(server.StandardError.ReadToEnd()));
        _ = server.StandardOutput.ReadToEndAsync();
        _ = server.StandardError.ReadToEndAsync();
        address = new Uri(said.RootElement.GetProperty("listening").GetString()!);
        return server;
    }

    // People as a census sees them, with the columns of the well-known set.
    private static Frame Incomes()
    {
        var random = new Random(7);
        string Of(params string[] levels) => levels[random.Next(levels.Length)];
        double[] Numbers(Func<double> next) => [.. Enumerable.Range(0, Rows).Select(_ => next())];
        string[] Texts(params string[] levels) => [.. Enumerable.Range(0, Rows).Select(_ => Of(levels))];
        var (age, years, gain, hours) = (Numbers(() => 17 + random.Next(60)), Numbers(() => 1 + random.Next(16)), Numbers(() => random.Next(10) == 0 ? random.Next(15000) : 0), Numbers(() => 10 + random.Next(70)));
        var job = Texts("Adm-clerical", "Sales", "Exec-managerial", "Tech-support", "Craft-repair", "Prof-specialty", "Other-service");
        var income = Enumerable.Range(0, Rows).Select(row => age[row] / 20 + years[row] / 3 + gain[row] / 3000 + hours[row] / 25 + (job[row] is "Exec-managerial" or "Prof-specialty" ? 1.5 : 0) + random.NextDouble() * 3 > 9.5 ? ">50K" : "<=50K");
        return new Frame(
            Column.OfNumbers("age", age), Column.OfCategories("workclass", Texts("Private", "State-gov", "Self-emp", "Federal-gov")), Column.OfNumbers("fnlwgt", Numbers(() => 50000 + random.Next(200000))),
            Column.OfCategories("education", Texts("Bachelors", "HS-grad", "Masters", "Some-college", "Doctorate")), Column.OfNumbers("education_num", years),
            Column.OfCategories("marital_status", Texts("Never-married", "Married", "Divorced")), Column.OfCategories("occupation", job),
            Column.OfCategories("relationship", Texts("Not-in-family", "Husband", "Wife", "Own-child")), Column.OfCategories("race", Texts("White", "Black", "Other")), Column.OfCategories("sex", Texts("Male", "Female")),
            Column.OfNumbers("capital_gain", gain), Column.OfNumbers("capital_loss", Numbers(() => random.Next(20) == 0 ? random.Next(4000) : 0)), Column.OfNumbers("hours_per_week", hours),
            Column.OfCategories("native_country", Texts("United-States", "Mexico", "Senegal", "France")), Column.OfCategories("income", income));
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    private sealed record Measured(double PerSecond, double MedianMs, double P99Ms);
}
