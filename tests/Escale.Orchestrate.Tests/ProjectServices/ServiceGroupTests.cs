using System.Diagnostics;
using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.ProjectServices;
using Escale.Projects;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.ProjectServices;

public sealed class ServiceGroupTests : IDisposable
{
    private const string Polite = """
        const http = require('http');
        process.stdin.on('end', () => process.exit(0)); process.stdin.resume();
        http.createServer((request, answer) => answer.end(process.pid + ' ' + process.env.ESCALE_URL + ' ' + process.env.SCALE))
          .listen(process.env.PORT, '127.0.0.1');
        """;

    private const string Stubborn = """
        const http = require('http');
        process.on('SIGTERM', () => {});
        http.createServer((request, answer) => answer.end(String(process.pid))).listen(process.env.PORT, '127.0.0.1');
        """;

    private readonly TempFolder _folder = new();
    private readonly RunEnvironment _environment = new();
    private readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_starts_for_the_source_that_names_it_and_is_gone_at_the_end()
    {
        var group = Group(Service(Polite) with { Environment = new Dictionary<string, string> { ["SCALE"] = "${SCALE:-7}" } });
        await group.EnsureForAsync(Source("plain", "url: https://example.org"), default);
        Assert.Null(_environment["SIMULATOR_URL"]);
        await group.EnsureForAsync(Source("calls", "url: ${SIMULATOR_URL}/calls"), default);
        var address = new Uri(_environment["SIMULATOR_URL"]!);
        Assert.True(_environment.IsTrusted(address));
        using var client = new HttpClient();
        var answer = (await client.GetStringAsync(address)).Split(' ');
        Assert.Equal(["http://127.0.0.1:9", "7"], answer[1..]);
        var process = ProcessIdentity.Of(int.Parse(answer[0], CultureInfo.InvariantCulture))!;
        Assert.True(process.IsAlive);
        await group.DisposeAsync();
        Assert.False(process.IsAlive);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, ".escale", "services")));
    }

    [Fact]
    public async Task A_service_that_will_not_end_is_killed()
    {
        var group = Group(Service(Stubborn));
        await group.EnsureForAsync(Source("calls", "${SIMULATOR_URL}"), default);
        using var client = new HttpClient();
        var process = ProcessIdentity.Of(int.Parse(await client.GetStringAsync(new Uri(_environment["SIMULATOR_URL"]!)), CultureInfo.InvariantCulture))!;
        await group.DisposeAsync();
        Assert.False(process.IsAlive);
    }

    [Fact]
    public async Task A_service_that_ends_before_it_is_ready_is_an_error_with_its_last_words_and_place()
    {
        await using var group = Group(Service("console.log('no licence'); process.exit(3)"));
        var error = await Assert.ThrowsAsync<EscaleException>(() => group.EnsureForAsync(Source("calls", "${SIMULATOR_URL}"), default));
        Assert.Equal("orchestrate.service-failed", error.Code);
        Assert.Contains("exit code 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("no licence", error.Message, StringComparison.Ordinal);
        Assert.Equal("escale.yml:7", error.Place!.ToString());
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error()
    {
        await using var group = Group(Service(Polite) with { Command = ["no-such-program-here"] });
        var error = await Assert.ThrowsAsync<EscaleException>(() => group.EnsureForAsync(Source("calls", "${SIMULATOR_URL}"), default));
        Assert.Equal("orchestrate.service-not-found", error.Code);
    }

    [Fact]
    public async Task What_a_killed_run_left_running_is_ended_by_the_next_start()
    {
        var lost = Group(Service(Stubborn)); // never disposed, as after kill -9
        await lost.EnsureForAsync(Source("calls", "${SIMULATOR_URL}"), default);
        using var client = new HttpClient();
        var process = ProcessIdentity.Of(int.Parse(await client.GetStringAsync(new Uri(_environment["SIMULATOR_URL"]!)), CultureInfo.InvariantCulture))!;
        await using var next = Group(Service(Polite));
        await next.EnsureForAsync(Source("calls", "${SIMULATOR_URL}"), default);
        Assert.False(process.IsAlive);
        GC.KeepAlive(lost);
    }

    [Fact]
    public async Task A_build_runs_when_its_product_is_missing_or_older_than_what_its_command_names()
    {
        _folder.Write("tool/build.js", "require('fs').appendFileSync('built.txt', 'x')");
        var setUp = Service(Polite) with { Command = [], Build = ["node", "tool/build.js"], Creates = Path.Combine(_folder.Path, "built.txt") };
        await BuildAsync(setUp);
        await BuildAsync(setUp);
        Assert.Equal("x", await File.ReadAllTextAsync(setUp.Creates!));
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "tool/build.js"), DateTime.UtcNow.AddMinutes(1));
        await BuildAsync(setUp);
        Assert.Equal("xx", await File.ReadAllTextAsync(setUp.Creates!));
    }

    [Fact]
    public async Task A_build_that_makes_nothing_is_an_error()
    {
        _folder.Write("tool/build.js", "console.error('tsc: 1 error')");
        var setUp = Service(Polite) with { Command = [], Build = ["node", "tool/build.js"], Creates = Path.Combine(_folder.Path, "built.txt") };
        var error = await Assert.ThrowsAsync<EscaleException>(() => BuildAsync(setUp));
        Assert.Equal("orchestrate.service-build", error.Code);
        Assert.Contains("did not create built.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("tsc: 1 error", error.Message, StringComparison.Ordinal);
    }

    private async Task BuildAsync(ServiceSettings setUp)
    {
        await using var group = Group(setUp);
        await group.EnsureForAsync(Source("files", "path: data/*.csv"), default);
    }

    private ServiceGroup Group(params ServiceSettings[] services) =>
        new(services, new ProjectRoot(_folder.Path), _environment, new Host(_environment), TimeProvider.System) { Say = _said.Add };

    private ServiceSettings Service(string script)
    {
        var file = $"service-{Guid.NewGuid():N}.js";
        _folder.Write(file, script);
        return new ServiceSettings { Name = "simulator", Command = ["node", file], Place = new Place("escale.yml", 7) };
    }

    private Asset Source(string name, string yml)
    {
        _folder.Write($"sources/{name}.yml", yml);
        return new Asset { Id = $"source.p.{name}", Kind = "source", Name = name, AlwaysRuns = true, CodeFingerprint = "1", Path = $"sources/{name}.yml" };
    }

    private sealed class Host(RunEnvironment environment) : IProgramHost
    {
        public Task<Uri> ListenAsync(CancellationToken cancellationToken)
        {
            environment.Set("ESCALE_URL", "http://127.0.0.1:9");
            return Task.FromResult(new Uri("http://127.0.0.1:9"));
        }
    }
}
