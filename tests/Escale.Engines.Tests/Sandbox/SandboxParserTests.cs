using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Engines.Tests.Sandbox;

public sealed class SandboxParserTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SandboxPool _pool = new(new SandboxOptions { Command = SandboxCommand.Child });
    private readonly string _given;
    private readonly string _out;

    public SandboxParserTests()
    {
        _given = _folder.File("given.txt");
        File.WriteAllText(_given, "what was given");
        File.WriteAllText(_folder.File("other.txt"), "a secret");
        _out = Directory.CreateDirectory(_folder.File("out")).FullName;
    }

    private SandboxPolicy Policy => new() { ReadPaths = [_given], WriteFolders = [_out], MemoryLimitBytes = 64 << 20, Threads = 1, Timeout = TimeSpan.FromMinutes(2) };

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_parser_reads_what_it_was_given_and_writes_where_it_may()
    {
        await using var session = await _pool.RentAsync(Policy);
        Assert.Equal("what was given", await session.ParseAsync("hostile", $"read {_given}"));
        await session.ParseAsync("hostile", $"write {_out}/answer");
        Assert.Equal("written", await File.ReadAllTextAsync($"{_out}/answer", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/1/environ")]
    [InlineData("other.txt")]
    public async Task A_parser_cannot_read_other_files(string path)
    {
        await using var session = await _pool.RentAsync(Policy);
        Assert.SkipUnless(session.Confinement.Contains("files"), "No Landlock here.");
        Assert.StartsWith("refused", await session.ParseAsync("hostile", $"read {Path.Combine(_folder.Path, path)}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crash", "engines.sandbox.died")]
    [InlineData("recurse", "engines.sandbox.died")]
    [InlineData("exhaust", "engines.duckdb.out-of-memory engines.sandbox.died")]
    [InlineData("size 5000000", "engines.sandbox.protocol")]
    public async Task A_parser_that_a_file_took_down_is_a_typed_error_and_the_next_session_works(string request, string codes)
    {
        await using (var session = await _pool.RentAsync(Policy))
        {
            var error = await Assert.ThrowsAsync<EscaleException>(() => session.ParseAsync("hostile", request));
            Assert.Contains(error.Code, codes.Split(' '));
        }
        await using var next = await _pool.RentAsync(Policy);
        Assert.Equal("xxx", await next.ParseAsync("hostile", "size 3"));
    }

    [Fact]
    public async Task A_parser_without_end_is_stopped_by_the_time_limit()
    {
        await using var session = await _pool.RentAsync(Policy with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal("engines.sandbox.timeout", (await Assert.ThrowsAsync<EscaleException>(() => session.ParseAsync("hostile", "loop"))).Code);
    }

    [Fact]
    public async Task A_parsers_error_keeps_its_code_and_place()
    {
        await using var session = await _pool.RentAsync(Policy);
        var error = await Assert.ThrowsAsync<EscaleException>(() => session.ParseAsync("hostile", "fail"));
        Assert.Equal(("collect.file-broken", "The file is broken.", "Get it again."), (error.Code, error.Message, error.Remedy));
        Assert.Equal(new Place("a.json", 3, 4, Field: "f"), error.Place);
        Assert.Equal("engines.sandbox.no-parser", (await Assert.ThrowsAsync<EscaleException>(() => session.ParseAsync("none", ""))).Code);
    }
}
