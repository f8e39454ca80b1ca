using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Escale.Accounts.Tests;

/// <summary>What a browser does, without the screen: keeps cookies, follows no redirect by itself, sends forms with the token of their page.</summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(Uri address, string? bearer = null)
    {
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies, ConnectCallback = ConnectAsync }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (bearer is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
        }
    }

    // Each from an address of its own where the system has them, so that limits for one address do not meet here.
    private static int _number;

    private readonly IPAddress _from = OperatingSystem.IsLinux() ? new IPAddress([127, 1, (byte)(Interlocked.Increment(ref _number) / 250), (byte)((_number % 250) + 1)]) : IPAddress.Loopback;

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client => _client;

    /// <summary>Asks for a page as browsers do.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
        return await _client.SendAsync(request);
    }

    /// <summary>The text of a page that must be there.</summary>
    public async Task<string> PageAsync(string path)
    {
        var answer = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Opens a page and sends a form of it.</summary>
    public async Task<HttpResponseMessage> SendAsync(string page, string path, params (string Name, string Value)[] fields)
    {
        var html = await (await GetAsync(page)).Content.ReadAsStringAsync();
        var token = AntiforgeryField().Match(html).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", WebUtility.HtmlDecode(token)), .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))]);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form, Headers = { { "Accept", "text/html" } } };
        return await _client.SendAsync(request);
    }

    /// <summary>Opens the page that a form's answer leads to.</summary>
    public async Task<string> FollowAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await PageAsync(answer.Headers.Location!.ToString());
    }

    /// <summary>The secret that a page shows once.</summary>
    public static string SecretOf(string html) => WebUtility.HtmlDecode(Secret().Match(html).Groups[1].Value) is { Length: > 0 } secret ? secret : throw new InvalidOperationException(html);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(_from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryField();

    [GeneratedRegex("id=\"secret-once\">([^<]+)<")]
    private static partial Regex Secret();
}
