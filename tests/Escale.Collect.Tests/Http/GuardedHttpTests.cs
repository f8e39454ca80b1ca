using System.IO.Compression;
using System.Net;
using System.Text;
using Escale.Collect.Http;
using Microsoft.AspNetCore.Http;

namespace Escale.Collect.Tests.Http;

public sealed class GuardedHttpTests
{
    private static readonly HttpPatience _quick = new()
    {
        Retries = 4,
        FirstDelay = TimeSpan.FromMilliseconds(5),
        MaxDelay = TimeSpan.FromMilliseconds(50),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        SilenceTimeout = TimeSpan.FromSeconds(1),
    };

    private static readonly CancellationToken _none = CancellationToken.None;

    private static GuardedHttp Client(params string[] allowed) => new(new AddressGuard(allowed), new RunEnvironment(), TimeProvider.System, _quick);

    private static Task<byte[]> Get(GuardedHttp http, Uri address) => http.ReadAsync(new HttpAsk { Address = address }, _none);

    [Fact]
    public async Task A_storm_of_429_is_waited_out()
    {
        var count = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref count) <= 3)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "0";
                return;
            }
            await context.Response.WriteAsync("done");
        });
        using var http = Client("127.0.0.1");
        Assert.Equal("done", Encoding.UTF8.GetString(await Get(http, server.At("/x"))));
        Assert.Equal(4, count);
    }

    [Fact]
    public async Task A_service_that_never_recovers_is_named_with_its_status_and_its_words()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("down for\nmaintenance");
        });
        using var http = Client("127.0.0.1");
        var error = await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.At("/x?api_key=planted&page=2")));
        Assert.Equal("collect.http.status", error.Code);
        Assert.Contains("503", error.Message, StringComparison.Ordinal);
        Assert.Contains("down for maintenance", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", error.ToString() + error.Place, StringComparison.Ordinal);
        Assert.Equal(5, server.Asked.Count);
    }

    [Fact]
    public async Task A_status_that_will_not_pass_is_not_tried_again()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        using var http = Client("127.0.0.1");
        await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.At("/gone")));
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_body_cut_in_the_middle_is_read_again_from_the_start()
    {
        using var server = new RawServer(
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n123",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n1234567890");
        using var http = Client("127.0.0.1");
        Assert.Equal("1234567890", Encoding.UTF8.GetString(await Get(http, server.Address)));
        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task A_body_that_is_always_cut_is_an_error_and_never_half_an_answer()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
        using var http = Client("127.0.0.1");
        var error = await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.Address));
        Assert.Equal("collect.http.unreachable", error.Code);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://localhost:1/")]
    [InlineData("http://2130706433:1/")]
    [InlineData("http://0177.0.0.1:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("http://[::ffff:127.0.0.1]:1/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/latest/meta-data")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[64:ff9b::a00:1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://0.0.0.0:1/")]
    public async Task A_private_address_in_any_clothes_is_never_connected_to(string address)
    {
        using var http = Client();
        var error = await Assert.ThrowsAsync<EscaleException>(() => Get(http, new Uri(address)));
        Assert.Equal("collect.http.blocked", error.Code);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("172.31.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::", false)]
    public void Public_addresses_are_told_from_the_rest(string address, bool isPublic) =>
        Assert.Equal(isPublic, AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_redirect_to_the_metadata_address_is_refused()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect("http://169.254.169.254/latest/meta-data");
            return Task.CompletedTask;
        });
        using var http = Client("127.0.0.1");
        var error = await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.At("/")));
        Assert.Equal("collect.http.blocked", error.Code);
    }

    [Fact]
    public async Task A_redirect_to_a_file_is_refused_and_a_loop_ends()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = context.Request.Path == "/file" ? "file:///etc/passwd" : "/loop";
            return Task.CompletedTask;
        });
        using var http = Client("127.0.0.1");
        Assert.Equal("collect.http.redirect", (await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.At("/file")))).Code);
        Assert.Equal("collect.http.redirect", (await Assert.ThrowsAsync<EscaleException>(() => Get(http, server.At("/loop")))).Code);
    }

    [Fact]
    public async Task A_name_that_changes_its_address_after_the_check_is_not_followed()
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("inside"));
        var lookups = 0;
        using var http = new GuardedHttp(
            new AddressGuard([]), new RunEnvironment(), TimeProvider.System, _quick with { Retries = 1, ConnectTimeout = TimeSpan.FromMilliseconds(300) },
            (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref lookups) == 1 ? IPAddress.Parse("192.0.1.1") : IPAddress.Loopback]));
        var error = await Assert.ThrowsAsync<EscaleException>(() => Get(http, new Uri($"http://rebind.example:{server.Address.Port}/")));
        Assert.Contains(error.Code, new[] { "collect.http.blocked", "collect.http.unreachable" });
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_name_with_one_private_address_among_public_ones_is_refused()
    {
        using var http = new GuardedHttp(
            new AddressGuard([]), new RunEnvironment(), TimeProvider.System, _quick,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Parse("10.0.0.1")]));
        Assert.Equal("collect.http.blocked", (await Assert.ThrowsAsync<EscaleException>(() => Get(http, new Uri("http://mixed.example/")))).Code);
    }

    [Fact]
    public async Task A_service_that_we_started_ourselves_is_trusted_and_no_other_port_is()
    {
        await using var ours = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("ours"));
        await using var other = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("other"));
        var environment = new RunEnvironment();
        environment.Trust(ours.Address);
        using var http = new GuardedHttp(new AddressGuard([]), environment, TimeProvider.System, _quick);
        Assert.Equal("ours", Encoding.UTF8.GetString(await Get(http, ours.At("/"))));
        await Assert.ThrowsAsync<EscaleException>(() => Get(http, other.At("/")));
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_redirect_to_another_host()
    {
        string? seenElsewhere = "unset", seenHere = null;
        await using var other = await LoopbackServer.StartAsync(context =>
        {
            seenElsewhere = context.Request.Headers.Authorization;
            return context.Response.WriteAsync("other");
        });
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seenHere = context.Request.Headers.Authorization;
            context.Response.Redirect(other.At("/").ToString());
            return Task.CompletedTask;
        });
        using var http = Client("127.0.0.1");
        await http.ReadAsync(new HttpAsk { Address = server.At("/"), Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer s3cret" } }, _none);
        Assert.Equal("Bearer s3cret", seenHere);
        Assert.Equal("", seenElsewhere ?? "");
    }

    [Fact]
    public async Task A_decompression_bomb_is_refused_while_it_streams()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
            {
                gzip.Write(zeros);
            }
        }
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(bomb.ToArray());
        });
        using var http = Client("127.0.0.1");
        var ask = new HttpAsk { Address = server.At("/"), MaxSizeBytes = 1L << 40 };
        Assert.Equal("collect.decompression-ratio", (await Assert.ThrowsAsync<EscaleException>(() => http.ReadAsync(ask, _none))).Code);
        Assert.Equal("collect.too-large", (await Assert.ThrowsAsync<EscaleException>(() => http.ReadAsync(ask with { MaxSizeBytes = 1000 }, _none))).Code);
        Assert.Equal(2, server.Asked.Count);
    }

    [Fact]
    public async Task No_more_requests_run_at_one_host_than_its_pace_allows()
    {
        int now = 0, most = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            await Task.Delay(20);
            Interlocked.Decrement(ref now);
        });
        using var http = Client("127.0.0.1");
        var ask = new HttpAsk { Address = server.At("/"), Pace = new HttpPace(2, TimeSpan.Zero) };
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => http.ReadAsync(ask, _none)));
        Assert.InRange(most, 1, 2);
        Assert.Equal(12, server.Asked.Count);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.2.3.4", true)]
    [InlineData("10.0.0.0/8", "11.2.3.4", true)]
    [InlineData("10.0.0.0/8", "192.168.1.1", false)]
    [InlineData("db.internal", "192.168.1.1", true)]
    [InlineData("192.168.1.1", "::ffff:192.168.1.1", true)]
    [InlineData("fd00::/8", "fd12::1", true)]
    public void The_operator_allows_hosts_and_ranges(string entry, string address, bool allowed) =>
        Assert.Equal(allowed, new AddressGuard([entry]).Allows("db.internal", IPAddress.Parse(address)));

    [Fact]
    public void An_entry_that_is_neither_host_nor_range_is_refused() =>
        Assert.Equal("collect.network-allow", Assert.Throws<EscaleException>(() => new AddressGuard(["10.0.0.0/99 or so"])).Code);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = target) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
