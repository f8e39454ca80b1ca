using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Testing;

namespace Escale.Tests.Serve;

/// <summary>The real program, served, with the first account made by the console's link and signed in: what a browser would do, without one.</summary>
internal sealed partial class SignedIn : IAsyncDisposable
{
    private readonly Process _server;
    private readonly HttpClientHandler _cookies = new() { AllowAutoRedirect = false };

    private SignedIn(Process server, Uri address)
    {
        _server = server;
        Client = new HttpClient(_cookies) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public HttpClient Client { get; }

    /// <summary>The session's cookies.</summary>
    public IEnumerable<Cookie> Cookies => _cookies.CookieContainer.GetAllCookies();

    public static async Task<SignedIn> StartAsync(string folder)
    {
        var server = EscaleProgram.Start(folder, ["serve", "--urls", "http://127.0.0.1:0", "--json"]);
        using var said = JsonDocument.Parse(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
        var session = new SignedIn(server, new Uri(said.RootElement.GetProperty("listening").GetString()!));
        var setup = new Uri(said.RootElement.GetProperty("setup").GetString()!);
        var token = setup.Query["?token=".Length..];
        var made = await session.PostFormAsync(setup.PathAndQuery, "/setup", ("token", token), ("name", "Awa Diop"), ("email", "awa@example.org"), ("password", "une phrase assez longue"));
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        return session;
    }

    /// <summary>Starts the program again on the same folder, and signs in.</summary>
    public static async Task<SignedIn> AgainAsync(string folder)
    {
        var server = EscaleProgram.Start(folder, ["serve", "--urls", "http://127.0.0.1:0", "--json"]);
        using var said = JsonDocument.Parse(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
        var session = new SignedIn(server, new Uri(said.RootElement.GetProperty("listening").GetString()!));
        var back = await session.PostFormAsync("/sign-in", "/sign-in", ("email", "awa@example.org"), ("password", "une phrase assez longue"));
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return session;
    }

    /// <summary>Kills the program as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
    }

    /// <summary>Waits for a run to end; its status.</summary>
    public async Task<string> EndOfRunAsync(string run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while ((await GetJsonAsync("/api/v1/runs/" + run)).GetProperty("run").GetProperty("status").GetString() is var status)
        {
            if (status != "running")
            {
                return status!;
            }
            await Task.Delay(200, patience.Token);
        }
        return "";
    }

    /// <summary>Sends a form with the antiforgery token of a page.</summary>
    public async Task<HttpResponseMessage> PostFormAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", await TokenAsync(page))]);
        return await Client.PostAsync(action, content);
    }

    /// <summary>Sends JSON as the scripts do.</summary>
    public async Task<HttpResponseMessage> PostJsonAsync(string path, string json, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, null, "application/json") };
        request.Headers.Add("X-Escale-Antiforgery", await TokenAsync("/"));
        request.Headers.Add("Accept", accept);
        return await Client.SendAsync(request);
    }

    /// <summary>Sends anything as the scripts do.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Escale-Antiforgery", await TokenAsync("/"));
        request.Headers.Add("Accept", "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }
        return await Client.SendAsync(request);
    }

    /// <summary>Deletes as the scripts do.</summary>
    public async Task<HttpResponseMessage> DeleteAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path) { Headers = { { "X-Escale-Antiforgery", await TokenAsync("/") } } };
        return await Client.SendAsync(request);
    }

    public async Task<JsonElement> GetJsonAsync(string path) => JsonDocument.Parse(await Client.GetStringAsync(path)).RootElement;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _cookies.Dispose();
        ProcessIdentity.Of(_server.Id)?.AskToEnd();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _server.WaitForExitAsync(patience.Token);
        _server.Dispose();
    }

    private async Task<string> TokenAsync(string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page) { Headers = { { "Accept", "text/html" } } };
        using var answer = await Client.SendAsync(request);
        return Token().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    [GeneratedRegex("name=\"escale-antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
