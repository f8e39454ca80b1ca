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
            using var asked = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept", "text/html" } } };
            var page = await _client.SendAsync(asked);
            Assert.EndsWith("/sign-in", page.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            await EndAsync(server);
            Assert.Equal(ExitCode.Success, server.ExitCode);
        }
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_does_not_even_learn_what_is_there()
    {
        var (server, address) = await StartAsync();
        using (server)
        {
            var answer = await _client.GetAsync(new Uri(address, "/nowhere"));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal("accounts.sign-in-required", problem.RootElement.GetProperty("code").GetString());
            await EndAsync(server);
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", "POST")]
    [InlineData("Host", "evil.example", "GET")]
    public async Task A_foreign_web_page_in_the_users_browser_is_refused(string header, string value, string method)
    {
        var (server, address) = await StartAsync();
        using (server)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
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
