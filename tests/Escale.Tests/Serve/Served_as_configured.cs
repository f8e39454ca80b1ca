using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>The real program with <c>serve:</c>: over TLS, below a path, behind a proxy, with a public address, with a key of the operator's.</summary>
public sealed partial class Served_as_configured : IDisposable
{
    private const string Key = "8f2d61c07b94e3a5d1f08c6b27e94a3f";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Over_TLS_below_a_path_and_behind_a_known_proxy()
    {
        WriteCertificate();
        _folder.Write("escale.yml", "serve:\n  path_base: /data\n  proxies: [127.0.0.2]\n  certificate: { file: tls/escale.pem, key: tls/escale.key }\n");
        var (server, said) = await StartAsync(["--urls", "https://127.0.0.1:0"], new() { ["ESCALE_API_KEY"] = Key });
        using (server)
        {
            var listening = new Uri(said.GetProperty("listening").GetString()!);
            var setup = new Uri(said.GetProperty("setup").GetString()!);
            Assert.Equal(("https", "/data/setup"), (listening.Scheme, setup.AbsolutePath));
            Assert.Equal(listening.Authority, setup.Authority);

            using var stranger = Client(listening, IPAddress.Loopback);
            using var proxied = Client(listening, IPAddress.Parse("127.0.0.2"));
            var page = await stranger.GetAsync("/data/sign-in");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("max-age=", page.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);
            Assert.All(page.Headers.GetValues("Set-Cookie"), cookie => Assert.Matches("^__Host-.*; path=/; secure; .*httponly", cookie));
            Assert.Contains("href=\"/data/assets/", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);

            await MakeFirstAccountAsync(stranger, setup);
            await FailAsync(listening, IPAddress.Loopback, "direct@example.org", "203.0.113.7");
            await FailAsync(listening, IPAddress.Parse("127.0.0.2"), "behind@example.org", "203.0.113.7");
            var log = (await stranger.GetStringAsync("/data/api/v1/audit?format=ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Contains("127.0.0.1", log.Single(line => line.Contains("direct@", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains("203.0.113.7", log.Single(line => line.Contains("behind@", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await SayAsync(stranger, "X-Forwarded-Host", "evil.example")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await SayAsync(proxied, "X-Forwarded-Host", "evil.example")).StatusCode);

            await TheKeyOpensAsync(listening);
            await EndAsync(server);
        }
    }

    [Fact]
    public async Task With_a_public_address_that_the_setup_link_begins_with_and_no_cookie_of_another_installation()
    {
        _folder.Write("escale.yml", "serve:\n  public_url: https://data.example.org/port\n");
        var (server, said) = await StartAsync(["--urls", "http://127.0.0.1:0"], []);
        using (server)
        {
            Assert.StartsWith("https://data.example.org/port/setup?token=", said.GetProperty("setup").GetString(), StringComparison.Ordinal);
            Assert.Equal("https://data.example.org/port/", said.GetProperty("url").GetString());
            var listening = new Uri(said.GetProperty("listening").GetString()!);
            using var other = new TempFolder();
            await AssertIsNoSessionElsewhereAsync(other, listening);
            await EndAsync(server);
        }
    }

    [Theory]
    [InlineData("changeme-changeme-changeme-changeme")]
    [InlineData("qK7pW2")]
    public async Task Not_at_all_with_a_weak_key(string key)
    {
        _folder.Write("escale.yml", "");
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["serve", "--urls", "http://127.0.0.1:0"], new Dictionary<string, string> { ["ESCALE_API_KEY"] = key });
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith("error accounts.weak-key: ", finished.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(key, finished.Errors + finished.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://127.0.0.1:0", "", "host.no-certificate")]
    [InlineData("https://127.0.0.1:0", "serve:\n  certificate: { file: tls/none.pem }\n", "host.bad-certificate")]
    public async Task Not_over_TLS_without_a_certificate(string url, string settings, string code)
    {
        _folder.Write("escale.yml", settings);
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["serve", "--urls", url]);
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith($"error {code}: ", finished.Errors, StringComparison.Ordinal);
    }

    private static async Task TheKeyOpensAsync(Uri listening)
    {
        using var robot = Client(listening, IPAddress.Loopback);
        robot.DefaultRequestHeaders.Authorization = new("Bearer", Key[..^1] + "0");
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.GetAsync("/data/api/v1/runs")).StatusCode);
        robot.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync("/data/api/v1/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/data/api/v1/audit")).StatusCode); // an engineer, no administrator
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.GetAsync("/data/settings/people")).StatusCode); // the API only
    }

    /// <summary>Security requirement S2: keys are random for each installation.</summary>
    private static async Task AssertIsNoSessionElsewhereAsync(TempFolder other, Uri listening)
    {
        other.Write("escale.yml", "");
        await using var session = await SignedIn.StartAsync(other.Path);
        var cookie = session.Cookies.Single(one => one.Name == "escale-session").Value;
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = listening };
        client.DefaultRequestHeaders.Add("Cookie", $"__Host-escale-session={cookie}; escale-session={cookie}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/port/api/v1/runs")).StatusCode);
    }

    private static async Task MakeFirstAccountAsync(HttpClient client, Uri setup)
    {
        var token = Token().Match(await client.GetStringAsync(setup.PathAndQuery)).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("token", setup.Query["?token=".Length..]), new("name", "Awa"), new("email", "awa@example.org"), new("password", "une phrase assez longue"), new("__RequestVerificationToken", token)]);
        var made = await client.PostAsync("/data/setup", form);
        Assert.Equal((HttpStatusCode.Redirect, "/data/"), (made.StatusCode, made.Headers.Location?.ToString()));
    }

    private static async Task FailAsync(Uri listening, IPAddress from, string email, string forwarded)
    {
        using var own = Client(listening, from);
        own.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        var token = Token().Match(await own.GetStringAsync("/data/sign-in")).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("email", email), new("password", "wrong"), new("__RequestVerificationToken", token)]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await own.PostAsync("/data/sign-in", form)).StatusCode);
    }

    private static async Task<HttpResponseMessage> SayAsync(HttpClient client, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data/health/live") { Headers = { { header, value } } };
        return await client.SendAsync(request);
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        _folder.Write("tls/escale.pem", certificate.ExportCertificatePem());
        _folder.Write("tls/escale.key", key.ExportPkcs8PrivateKeyPem());
    }

    private static HttpClient Client(Uri address, IPAddress from)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(OperatingSystem.IsLinux() ? from : IPAddress.Loopback, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=127.0.0.1";
        return new HttpClient(handler) { BaseAddress = new Uri(address.GetLeftPart(UriPartial.Authority)) };
    }

    private async Task<(Process Server, JsonElement Said)> StartAsync(string[] urls, Dictionary<string, string> environment)
    {
        var server = EscaleProgram.Start(_folder.Path, ["serve", .. urls, "--json"], environment);
        var line = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync());
        return (server, JsonDocument.Parse(line).RootElement);
    }

    private static async Task EndAsync(Process server)
    {
        ProcessIdentity.Of(server.Id)?.AskToEnd();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await server.WaitForExitAsync(patience.Token);
    }

    [GeneratedRegex("name=\"escale-antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
