using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>The first page of a project that is empty, filled and broken, by the real program.</summary>
public sealed class The_first_page : IDisposable
{
    private readonly TempFolder _folder = new();

    public The_first_page() => _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Offers_a_sample_when_the_project_is_empty_and_then_shows_its_tables_and_what_is_wrong()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        Assert.Contains("/sample", await PageAsync(session), StringComparison.Ordinal);

        var added = await session.PostFormAsync("/", "/sample");
        Assert.Equal(HttpStatusCode.Redirect, added.StatusCode);
        await session.Client.GetStringAsync($"/api/v1{added.Headers.Location}/events");
        await Task.Delay(2500); // facts are gathered every two seconds
        Assert.Contains("gold.calls_by_month", await PageAsync(session), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.PostFormAsync("/", "/sample")).StatusCode);

        _folder.Write("models/schema.yml", "models: [ {");
        await Task.Delay(1500); // files are looked at every second
        var broken = await PageAsync(session);
        Assert.Contains("models/schema.yml", broken, StringComparison.Ordinal);
        Assert.Contains("gold.calls_by_month", broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_its_looks_while_the_database_does_not_answer()
    {
        await using var session = await SignedIn.StartAsync(_folder.Path);
        var style = Regex.Match(await PageAsync(session), "href=\"(/assets/[^\"]+\\.css)\"").Groups[1].Value;
        using var state = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, ".escale", "postgres", "server.json")));
        var folder = state.RootElement.GetProperty("outside").GetString() ?? Path.Combine(_folder.Path, ".escale", "postgres", "server");
        var server = int.Parse(File.ReadLines(Directory.EnumerateFiles(folder, "postmaster.pid", SearchOption.AllDirectories).Single()).First(), CultureInfo.InvariantCulture);
        var processes = Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && IsOf(process, server)).Select(Path.GetFileName).ToList();
        Assert.True(processes.Count > 1);
        await SignalAsync("-STOP", processes!);
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var answer = await session.Client.GetAsync(style, patience.Token);
            Assert.Equal((HttpStatusCode.OK, "text/css"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        }
        finally
        {
            await SignalAsync("-CONT", processes!);
        }
    }

    private static bool IsOf(string folder, int server)
    {
        try
        {
            return Path.GetFileName(folder) == server.ToString(CultureInfo.InvariantCulture) || File.ReadAllText(folder + "/stat").Split(' ') is [_, "(postgres)", _, var parent, ..] && int.Parse(parent, CultureInfo.InvariantCulture) == server;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task SignalAsync(string signal, IEnumerable<string> processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes]);
        await kill.WaitForExitAsync();
    }

    private static async Task<string> PageAsync(SignedIn session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using var answer = await session.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
