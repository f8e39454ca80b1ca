using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Testing;
using Xunit;

namespace Escale.Explore.Tests.Sql;

public sealed class LakeQueriesTests : IAsyncDisposable
{
    private static readonly TableName _vessels = TableName.Parse("silver.vessels");
    private readonly TempFolder _folder = new();
    private readonly LakeEngine _engine;
    private readonly SandboxPool _pool = new(new SandboxOptions { Command = [Path.Combine(AppContext.BaseDirectory, "Escale.Engines.Child")], WarmCount = 0 });

    public LakeQueriesTests()
    {
        _engine = LakeEngine.Open(Path.Combine(_folder.Path, "lake"));
        using var session = _engine.OpenSession();
        session.Write(new TableWrite { Table = _vessels, Sql = "select 1 as id, 'Dakar' as name", Mode = WriteMode.Overwrite, Operation = "TEST" });
        session.Write(new TableWrite { Table = _vessels, Sql = "select 2 as id, 'Goree' as name", Mode = WriteMode.Append, Operation = "TEST" });
        _engine.Catalog.SaveView(new LakeView(TableName.Parse("gold.names"), "select name from silver.vessels", [_vessels]));
        _engine.Catalog.SaveView(new LakeView(TableName.Parse("gold.a_count"), "select count(*) as n from gold.names", [TableName.Parse("gold.names")]));
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tables_and_views_of_views_answer_under_their_names()
    {
        Assert.Equal(2, await OneAsync<int>("select count(*)::int from silver.vessels"));
        Assert.Equal(2L, await OneAsync<long>("select n from gold.a_count"));
    }

    [Fact]
    public async Task An_earlier_version_is_seen_through_the_views_too() =>
        Assert.Equal(1L, await OneAsync<long>("select n from gold.a_count", at: "0"));

    [Theory]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("copy (select 1) to '/tmp/escale-escape.csv'")]
    [InlineData("attach '/tmp/escale-escape.db'")]
    [InlineData("install httpfs")]
    [InlineData("set enable_external_access = true")]
    [InlineData("set memory_limit = '100GB'")]
    [InlineData("select * from read_csv('https://example.org/x.csv')")]
    public async Task What_a_query_may_not_do_is_refused(string sql)
    {
        var error = await Assert.ThrowsAsync<EscaleException>(() => OneAsync<object>(sql));
        Assert.StartsWith("engines.", error.Code, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/escale-escape.csv") || File.Exists("/tmp/escale-escape.db"));
    }

    [Fact]
    public async Task A_mistake_is_told_with_its_place()
    {
        var error = await Assert.ThrowsAsync<EscaleException>(() => OneAsync<object>("select\n  nme from silver.vessels"));
        Assert.Equal(("engines.duckdb.binder", 2, 3), (error.Code, error.Place!.Line, error.Place.Column));
    }

    [Fact]
    public async Task A_damaged_table_hides_no_other_and_is_named_when_it_is_asked_for()
    {
        var log = Directory.EnumerateFiles(Path.Combine(_folder.Path, "lake", "silver", "vessels", "_delta_log"), "*.json").Order().First();
        await File.WriteAllTextAsync(log, "not json");
        using (var session = _engine.OpenSession())
        {
            session.Write(new TableWrite { Table = TableName.Parse("silver.berths"), Sql = "select 7 as id", Mode = WriteMode.Overwrite, Operation = "TEST" });
        }
        using var engine = LakeEngine.Open(Path.Combine(_folder.Path, "lake"));
        Assert.Equal(7, await OneAsync<int>("select id from silver.berths", engine: engine));
        var error = await Assert.ThrowsAsync<EscaleException>(() => OneAsync<int>("select id from silver.vessels", engine: LakeEngine.Open(Path.Combine(_folder.Path, "lake"))));
        Assert.Equal("lake.corrupt-log", error.Code);
    }

    [Fact]
    public async Task A_query_can_be_stopped()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OneAsync<object>("select count(*) from range(10000000000) a, range(1000) b", stop: stop.Token));
    }

    private async Task<T> OneAsync<T>(string sql, string? at = null, LakeEngine? engine = null, CancellationToken stop = default)
    {
        var queries = new LakeQueries((engine ?? _engine).Catalog, _pool, new ProjectRoot(_folder.Path), new EngineSettings { Threads = 2 });
        await using var stream = await queries.StartAsync(sql, at, null, stop);
        object? value = null;
        while (await stream.ReadAsync(stop))
        {
            value ??= stream.Chunk[0].Value(0);
        }
        return (T)value!;
    }
}
