using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Testing;

namespace Escale.Examples.PortOfDakar;

public sealed partial class SourcesTests(SourcesTests.TenWeeks shared) : IClassFixture<SourcesTests.TenWeeks>
{
    [Fact]
    public async Task The_port_calls_API_gives_every_report_once_over_its_pages()
    {
        var whole = await ReportsAsync("/api/v2/port-calls?page_size=1000");
        var paged = await ReportsAsync("/api/v2/port-calls?page_size=37");

        Assert.True(whole.Count > 200);
        Assert.Equal(whole.Select(r => r.GetRawText()), paged.Select(r => r.GetRawText()));
        Assert.Equal(whole.Select(UpdatedAt), whole.Select(UpdatedAt).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_port_calls_API_gives_only_what_was_updated_since()
    {
        var all = await ReportsAsync("/api/v2/port-calls");
        var since = UpdatedAt(all[all.Count / 2]);
        var later = await ReportsAsync($"/api/v2/port-calls?updated_since={since}&page_size=11");

        Assert.Equal(all.Count(r => string.CompareOrdinal(UpdatedAt(r), since) >= 0), later.Count);
    }

    [Theory]
    [InlineData("/api/v2/port-calls", false, HttpStatusCode.Unauthorized)]
    [InlineData("/api/v2/port-calls?page_size=0", true, HttpStatusCode.BadRequest)]
    [InlineData("/api/v2/port-calls?page_size=x", true, HttpStatusCode.BadRequest)]
    [InlineData("/api/v2/port-calls?cursor=nonsense!", true, HttpStatusCode.BadRequest)]
    [InlineData("/api/v2/port-calls?cursor=bm9wZQ", true, HttpStatusCode.BadRequest)]
    [InlineData("/api/v2/port-calls?updated_since=soon", true, HttpStatusCode.BadRequest)]
    [InlineData("/v1/marine?start_date=soon", true, HttpStatusCode.BadRequest)]
    [InlineData("/berths/2019-01", true, HttpStatusCode.NotFound)]
    [InlineData("/berths/nonsense", true, HttpStatusCode.NotFound)]
    [InlineData("/admin/export", true, HttpStatusCode.Forbidden)]
    public async Task A_wrong_question_gets_its_status(string path, bool withKey, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (withKey)
        {
            request.Headers.Add("X-Api-Key", "dakar-demo-key");
        }

        using var answer = await shared.Simulator.Http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task The_berth_pages_lead_from_month_to_month_and_show_every_stay()
    {
        var rows = 0;
        var months = 0;
        for (var path = "/berths"; path is not null; months++)
        {
            var page = await shared.Simulator.Http.GetStringAsync(path);
            rows += Row().Count(page);
            path = NextLink().Match(page) is { Success: true } link ? link.Groups[1].Value : null;
        }

        Assert.Equal(3, months);
        Assert.Equal(shared.Expected("bronze.berth_occupancy"), rows);
    }

    [Fact]
    public async Task The_weather_has_as_many_values_as_times_in_every_variable()
    {
        using var weather = JsonDocument.Parse(await shared.Simulator.Http.GetStringAsync("/v1/marine"));
        var hourly = weather.RootElement.GetProperty("hourly");

        Assert.Equal(shared.Expected("silver.weather"), hourly.GetProperty("time").GetArrayLength());
        Assert.All(hourly.EnumerateObject(), variable => Assert.Equal(hourly.GetProperty("time").GetArrayLength(), variable.Value.GetArrayLength()));

        using var later = JsonDocument.Parse(await shared.Simulator.Http.GetStringAsync("/v1/marine?start_date=2024-01-20"));
        Assert.Equal("2024-01-20T00:00", later.RootElement.GetProperty("hourly").GetProperty("time")[0].GetString());
    }

    [Fact]
    public async Task The_simulator_ends_when_its_starter_is_gone()
    {
        using var folder = new TempFolder();
        await using var simulator = await SimulatorProcess.StartAsync(folder.Path, days: 1);

        Assert.Equal(0, simulator.CloseInputAndWait());
    }

    private async Task<List<JsonElement>> ReportsAsync(string? path)
    {
        var reports = new List<JsonElement>();
        while (path is not null)
        {
            using var page = JsonDocument.Parse(await GetWithKeyAsync(path));
            reports.AddRange(page.RootElement.GetProperty("data").EnumerateArray().Select(report => report.Clone()));
            path = page.RootElement.GetProperty("paging").GetProperty("next").GetString();
        }

        return reports;
    }

    private static string UpdatedAt(JsonElement report) => report.GetProperty("updated_at").GetString()!;

    private async Task<string> GetWithKeyAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Api-Key", "dakar-demo-key");
        using var answer = await shared.Simulator.Http.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    /// <summary>One simulator for all the questions: they change nothing.</summary>
    public sealed class TenWeeks : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();

        internal SimulatorProcess Simulator { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Simulator = await SimulatorProcess.StartAsync(_folder.Path, days: 70);

        public int Expected(string name)
        {
            using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.Path, "data", "truth.json")));
            return truth.RootElement.GetProperty("expected").GetProperty(name).GetInt32();
        }

        public async ValueTask DisposeAsync()
        {
            await Simulator.DisposeAsync();
            _folder.Dispose();
        }
    }

    [GeneratedRegex("<tr><td>")]
    private static partial Regex Row();

    [GeneratedRegex("<a rel=\"next\"[^>]*href=\"([^\"]+)\"")]
    private static partial Regex NextLink();
}
