using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Tests.Serve;

/// <summary>The real server of the real program, over HTTP on loopback.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _client = new();

    public ServeTests() => _folder.Write("escale.yml", "");

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_answers_health_and_its_page_and_ends_well_when_it_is_asked_to()
    {
        var (server, address) = await StartAsync();
        using (server)
        {
            Assert.Equal("live", await _client.GetStringAsync(new Uri(address, "/health/live")));
            Assert.Equal("ready", await _client.GetStringAsync(new Uri(address, "/health/ready")));
            var page = await _client.GetAsync(address);
            Assert.Contains(Path.GetFileName(_folder.Path), await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            await EndAsync(server);
            Assert.Equal(ExitCode.Success, server.ExitCode);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_problem_details_with_a_code()
    {
        var (server, address) = await StartAsync();
        using (server)
        {
            var answer = await _client.GetAsync(new Uri(address, "/nowhere"));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal("host.not-found", problem.RootElement.GetProperty("code").GetString());
            await EndAsync(server);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Host", "evil.example")]
    public async Task A_foreign_web_page_in_the_users_browser_is_refused(string header, string value)
    {
        var (server, address) = await StartAsync();
        using (server)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(HttpStatusCode.Forbidden, (await _client.SendAsync(request)).StatusCode);
            await EndAsync(server);
        }
    }

    [Fact]
    public async Task A_port_in_use_is_a_clear_error()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["serve", "--urls", $"http://{taken.LocalEndpoint}"]);
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith("error host.port-in-use: ", finished.Errors, StringComparison.Ordinal);
        Assert.Contains("--urls", finished.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Beyond_loopback_it_refuses_to_start_without_a_good_key(string? key)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["serve", "--urls", "http://0.0.0.0:0"], new Dictionary<string, string> { ["ESCALE_API_KEY"] = key ?? "" });
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith("error host.key-required: ", finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_loopback_only_the_key_opens_anything_but_the_health_checks()
    {
        const string Key = "k7Wq-0b2c4d6e8f-9a1b3c5d";
        var (server, address) = await StartAsync(["--urls", "http://*:0"], new Dictionary<string, string> { ["ESCALE_API_KEY"] = Key });
        using (server)
        {
            var here = new Uri($"http://127.0.0.1:{address.Port}/");
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(new Uri(here, "/health/live"))).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync(here)).StatusCode);
            _client.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key}x");
            Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync(here)).StatusCode);
            _client.DefaultRequestHeaders.Remove("Authorization");
            _client.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key}");
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(here)).StatusCode);
            await EndAsync(server);
        }
    }

    private async Task<(Process Server, Uri Address)> StartAsync(string[]? urls = null, Dictionary<string, string>? environment = null)
    {
        var server = EscaleProgram.Start(_folder.Path, ["serve", .. urls ?? ["--urls", "http://127.0.0.1:0"], "--json"], environment);
        var line = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync());
        using var said = JsonDocument.Parse(line);
        return (server, new Uri(said.RootElement.GetProperty("listening").GetString()!));
    }

    private static async Task EndAsync(Process server)
    {
        ProcessIdentity.Of(server.Id)!.AskToEnd();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await server.WaitForExitAsync(patience.Token);
    }
}
