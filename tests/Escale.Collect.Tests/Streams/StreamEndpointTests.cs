using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Escale.Collect.Streams;
using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Escale.Collect.Tests.Streams;

[Collection(FailpointCollection.Name)]
public sealed class StreamEndpointTests : IAsyncLifetime
{
    private readonly CollectHost _host = new();
    private WebApplication _application = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host.Write("sources/push.yml", """
            source: push
            type: stream
            tables:
              - {name: events, stream: ais, max_request_size: 100KB, columns: {id: {type: bigint, not_null: true}}}
              - {name: secret, key: "${PUSH_KEY}"}
              - {name: traced, lineage: true}
            """);
        _host.Environment.Set("PUSH_KEY", "k3y-of-the-stream");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Use((context, next) =>
        {
            context.RequestServices = _host.Services;
            if (context.Request.Headers["Test-Anonymous"].Count == 0)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Caller.ScopeClaim, nameof(TokenScope.Push))], "test"));
            }
            return next(context);
        });
        StreamEndpoints.Map(_application);
        await _application.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_application.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _application.DisposeAsync();
        await _host.DisposeAsync();
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PushAsync(string text, string? batch = null, string stream = "ais", string type = "application/x-ndjson", params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/streams/{stream}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (batch is not null)
        {
            request.Headers.TryAddWithoutValidation("Escale-Batch", batch);
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement);
    }

    [Fact]
    public async Task A_stream_without_a_key_takes_nothing_from_who_has_no_token()
    {
        var (status, body) = await PushAsync("{\"id\":1}", headers: ("Test-Anonymous", "yes"));

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("collect.stream-token", body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Pushed_events_reach_the_table_once_and_broken_lines_quarantine()
    {
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync("{\"id\":1,\"v\":\"a\"}\n\n{\"id\":2}\nnot json\n{\"id\":\"x\"}\n[1]\n", "b1")).Status);
        var (status, again) = await PushAsync("{\"id\":1,\"v\":\"a\"}\n", "b1");
        Assert.Equal((HttpStatusCode.Accepted, true), (status, again.GetProperty("duplicate").GetBoolean()));
        await PushAsync("{\"id\":3}", "b2");
        var result = await _host.RunAsync("events");
        Assert.Equal((3, 3), (result.RowCount, result.QuarantinedCount));
        Assert.False((await _host.RunAsync("events")).Changed);
        await PushAsync("{\"id\":1,\"v\":\"a\"}\n", "b1");
        await PushAsync("{\"id\":4}\n", "b3");
        Assert.Equal(1, (await _host.RunAsync("events")).RowCount);
        Assert.Equal(["1", "2", "3", "4"], _host.Query("select id from bronze.events order by 1"));
        Assert.Equal(
            ["stream/ais/b1|4|parse|not json", "stream/ais/b1|5|type|{\"id\":\"x\"}", "stream/ais/b1|6|parse|[1]"],
            _host.Query("select file, line, rule, raw from quarantine.events order by line"));
    }

    [Fact]
    public async Task The_lineage_of_an_event_names_its_batch()
    {
        await PushAsync("{\"id\":1}\nnone\n{\"id\":2}\n", "b1", "traced");
        await PushAsync("{\"id\":3}\n", "b2", "traced");
        await PushAsync("{\"id\":4}\n", stream: "traced");
        await _host.RunAsync("traced");
        Assert.Equal(
            ["1|stream/traced/b1", "2|stream/traced/b1", "3|stream/traced/b2", "4|stream/traced/auto-3"],
            _host.Query("select id, _escale_file from bronze.traced order by id"));
    }

    [Fact]
    public async Task A_crash_between_commit_and_clean_up_drains_nothing_twice()
    {
        await PushAsync("{\"id\":1}\n", "b1");
        using (Failpoint.Arm("collect.load.committed", FailpointAction.Error))
        {
            await Assert.ThrowsAsync<IOException>(() => _host.RunAsync("events"));
        }
        await PushAsync("{\"id\":2}\n", "b2");
        await _host.RunAsync("events");
        Assert.Equal(["1", "2"], _host.Query("select id from bronze.events order by 1"));
    }

    [Fact]
    public async Task The_status_says_what_was_accepted_last()
    {
        await PushAsync("{\"id\":1}\n{\"id\":2}\n", "day-1");
        using var response = await _client.GetAsync("/api/v1/streams/ais");
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(("day-1", 1, 2), (body.GetProperty("last_batch").GetString(), body.GetProperty("batches").GetInt32(), body.GetProperty("events").GetInt32()));
    }

    [Theory]
    [InlineData("nobody", "application/x-ndjson", 404, "collect.stream-not-found")]
    [InlineData("ais", "text/plain", 415, "collect.stream-type")]
    [InlineData("ais", "application/x-www-form-urlencoded", 415, "collect.stream-type")]
    [InlineData("secret", "application/x-ndjson", 401, "collect.stream-key")]
    public async Task What_may_not_be_pushed_is_answered_with_problem_details(string stream, string type, int status, string code)
    {
        var (answered, body) = await PushAsync("{}", stream: stream, type: type);
        Assert.Equal((status, code, status), ((int)answered, body.GetProperty("code").GetString(), body.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task A_page_of_another_site_may_not_push()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await PushAsync("{}", headers: ("Origin", "https://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync("{}", headers: ("Origin", _client.BaseAddress!.GetLeftPart(UriPartial.Authority)))).Status);
    }

    [Fact]
    public async Task A_stream_with_a_key_takes_it_as_token_or_header()
    {
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync("{}", stream: "secret", headers: ("Authorization", "Bearer k3y-of-the-stream"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PushAsync("{}", stream: "secret", headers: ("X-Api-Key", "k3y-of-the-stream"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PushAsync("{}", stream: "secret", headers: ("X-Api-Key", "k3y-of-the-strean"))).Status);
    }

    [Fact]
    public async Task A_push_that_is_too_large_or_badly_named_is_refused_whole()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PushAsync(new string(' ', 120_000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PushAsync("{}", batch: new string('b', 129))).Status);
        Assert.Equal(0, (await _client.GetStringAsync("/api/v1/streams/ais")) is var text ? JsonDocument.Parse(text).RootElement.GetProperty("batches").GetInt32() : -1);
    }
}
