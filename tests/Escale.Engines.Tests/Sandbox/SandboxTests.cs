using System.Diagnostics;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Engines.Tests.Sandbox;

public sealed class SandboxTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SandboxPool _pool = new(new SandboxOptions { Command = SandboxCommand.Child });

    private SandboxPolicy Reading => new() { ReadPaths = [_folder.Path], MemoryLimitBytes = 256 << 20, Threads = 2, Timeout = TimeSpan.FromMinutes(2) };

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_query_answers_with_the_same_vectors_as_in_process()
    {
        const string Sql = """
            SELECT i, i % 7 = 0 AS b, i::DOUBLE / 3 AS d, (i * 1.25)::DECIMAL(38,2) AS m, (i * 1.25)::DECIMAL(9,2) AS n, 'short' || i AS s,
                   CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('long text ', (i % 50)::INTEGER) END AS t, DATE '2024-01-01' + i::INTEGER AS day,
                   TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(i) AS ts, [i, NULL, i + 1] AS l, {'a': i, 'b': ['x' || i, NULL]} AS st,
                   MAP {'k' || i: i} AS mp, (CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END)::ENUM('even', 'odd') AS e, uuid() IS NULL AS u,
                   [i, i]::BIGINT[2] AS ar, union_value(num := i) AS un, i::HUGEINT * 10000000000000000000 AS h, INTERVAL (i) DAYS AS iv,
                   ('x' || i)::BLOB AS bl, '{"a": 1}'::JSON AS j, NULL AS nothing, (i % 2)::BIT AS bits, TIME '00:00:00' + to_seconds(i) AS tm
            FROM range(5000) r(i)
            """;
        await using var session = await _pool.RentAsync(Reading);
        await using var result = await session.QueryAsync(Sql);
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        using var expected = connection.Query(Sql);
        Assert.Equal(expected.Columns.Select(column => $"{column.Name} {column.Type}"), result.Columns.Select(column => $"{column.Name} {column.Type}"));
        var rows = expected.Rows().GetEnumerator();
        await foreach (var row in result.RowsAsync())
        {
            Assert.True(rows.MoveNext());
            Assert.Equal(rows.Current, row);
        }
        Assert.False(rows.MoveNext());
        Assert.Equal(5000, result.RowCount);
    }

    [Fact]
    public async Task A_session_prepares_views_then_answers_one_query_after_the_other()
    {
        WriteParquet("t.parquet", "SELECT range AS i FROM range(1000)");
        await using var session = await _pool.RentAsync(Reading);
        await session.ExecuteAsync($"CREATE SCHEMA gold; CREATE VIEW gold.t AS SELECT * FROM read_parquet({DuckSql.Literal(_folder.File("t.parquet"))})");
        Assert.Equal(499500L, await ScalarAsync(session, "SELECT sum(i)::BIGINT FROM gold.t"));
        Assert.Equal(10L, await ScalarAsync(session, "SELECT count(*) FROM gold.t WHERE i < $limit", new Dictionary<string, object?> { ["limit"] = 10 }));
        Assert.Equal(2L, await ScalarAsync(session, "CREATE TEMP TABLE mine AS SELECT 1 AS a UNION ALL SELECT 2; SELECT count(*) FROM mine"));
        var error = await Assert.ThrowsAsync<EscaleException>(() => session.ExecuteAsync("SELECT 1"));
        Assert.Equal("engines.sandbox.setup-after-lock", error.Code);
    }

    [Fact]
    public async Task Parameters_of_every_kind_cross_over()
    {
        object?[] values =
        [
            null, true, -5L, Int128.MinValue, 1.5f, -0.1, 1.50m, "it's été", new byte[] { 0, 255 }, Guid.Parse("b5f0c3a2-7d1e-4f6a-9c3b-0123456789ab"),
            new DateOnly(2024, 2, 29), new TimeOnly(1, 2, 3), new DateTime(2024, 1, 1, 1, 1, 1), new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DuckInterval(1, 2, 3), new object?[] { 1L, null },
        ];
        var parameters = values.Select((value, index) => (value, index)).ToDictionary(pair => $"p{pair.index}", pair => pair.value);
        await using var session = await _pool.RentAsync(Reading);
        await using var result = await session.QueryAsync($"SELECT {string.Join(", ", parameters.Keys.Select(name => "$" + name))}", parameters);
        Assert.True(await result.ReadAsync());
        for (var column = 0; column < values.Length; column++)
        {
            Assert.Equal(values[column], result.Chunk[column].Value(0));
        }
    }

    [Fact]
    public async Task An_error_crosses_over_with_its_code_and_place()
    {
        await using var session = await _pool.RentAsync(Reading with { Threads = 4 });
        var error = await Assert.ThrowsAsync<EscaleException>(() => session.QueryAsync("SELECT 1;\nSELECT x"));
        Assert.Equal("engines.duckdb.binder", error.Code);
        Assert.Equal((2, 8), (error.Place?.Line, error.Place?.Column));
        Assert.Equal(1, await ScalarAsync(session, "SELECT 1"));
        await using var late = await session.QueryAsync("SELECT CASE WHEN i = 9000000 THEN error('late') ELSE i END FROM range(10000000) r(i)");
        var failed = await Assert.ThrowsAsync<EscaleException>(async () =>
        {
            while (await late.ReadAsync())
            {
            }
        });
        Assert.Contains("late", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, await ScalarAsync(session, "SELECT 2"));
    }

    [Fact]
    public async Task An_error_of_any_thread_crosses_over_as_itself()
    {
        await using var session = await _pool.RentAsync(Reading with { Threads = 4 });
        await session.ExecuteAsync("CREATE TABLE t AS SELECT range AS i, 'row ' || range AS name FROM range(300000)");
        for (var round = 0; round < 10; round++)
        {
            var bad = 20_000 * (round + 2);
            var error = await Assert.ThrowsAsync<EscaleException>(async () =>
            {
                await using var result = await session.QueryAsync(
                    "SELECT CASE WHEN i = $bad THEN error(name) ELSE i END FROM t GROUP BY i, name", new Dictionary<string, object?> { ["bad"] = bad });
                while (await result.ReadAsync())
                {
                    await Task.Yield();
                }
            });
            Assert.Equal(("engines.duckdb.invalid-input", $"Invalid Input Error: row {bad}"), (error.Code, error.Message));
        }
    }

    [Fact]
    public async Task A_result_left_early_stops_its_query_and_the_session_goes_on()
    {
        await using var session = await _pool.RentAsync(Reading);
        await using (var result = await session.QueryAsync("SELECT * FROM range(1000000000)"))
        {
            Assert.True(await result.ReadAsync());
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.QueryAsync("SELECT 1"));
        }
        Assert.Equal(3, await ScalarAsync(session, "SELECT 3"));
    }

    [Fact]
    public async Task A_cancelled_query_ends_its_session_and_no_other()
    {
        await using var other = await _pool.RentAsync(Reading);
        await using var session = await _pool.RentAsync(Reading);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ScalarAsync(session, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5", ct: cancellation.Token));
        Assert.Equal("engines.sandbox.ended", (await Assert.ThrowsAsync<EscaleException>(() => session.QueryAsync("SELECT 1"))).Code);
        Assert.Equal(1, await ScalarAsync(other, "SELECT 1"));
    }

    [Fact]
    public async Task A_giant_query_dies_alone_while_others_answer()
    {
        await using var other = await _pool.RentAsync(Reading);
        await using var timed = await _pool.RentAsync(Reading with { Timeout = TimeSpan.FromSeconds(1) });
        await using var hungry = await _pool.RentAsync(Reading with { MaxSpillBytes = 0, MemoryLimitBytes = 48 << 20, Threads = 1 });
        var giant = ScalarAsync(timed, "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE hash(a.range) % 7 = hash(b.range) % 5");
        var memory = ScalarAsync(hungry, "SELECT count(DISTINCT hash(a.range, b.range)) FROM range(1000000) a, range(1000000) b");
        Assert.Equal(1, await ScalarAsync(other, "SELECT 1"));
        Assert.Equal("engines.sandbox.timeout", (await Assert.ThrowsAsync<EscaleException>(() => giant)).Code);
        Assert.Contains((await Assert.ThrowsAsync<EscaleException>(() => memory)).Code, new[] { "engines.duckdb.out-of-memory", "engines.sandbox.died" });
        Assert.Equal(2, await ScalarAsync(other, "SELECT 2"));
        await using var next = await _pool.RentAsync(Reading);
        Assert.Equal(3, await ScalarAsync(next, "SELECT 3"));
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_is_a_typed_error_and_the_pool_recovers()
    {
        await using var session = await _pool.RentAsync(Reading);
        var query = ScalarAsync(session, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5");
        await Task.Delay(100);
        Process.GetProcessById(session.ProcessId).Kill();
        Assert.Equal("engines.sandbox.died", (await Assert.ThrowsAsync<EscaleException>(() => query)).Code);
        Assert.False(session.IsAlive);
        await _pool.WarmUpAsync();
        await using var next = await _pool.RentAsync(Reading);
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task A_warm_process_that_died_meanwhile_is_not_given_out()
    {
        await using var first = await _pool.RentAsync(Reading);
        await _pool.WarmUpAsync();
        Assert.Equal(1, _pool.WarmCount);
        var warm = Process.GetProcessesByName(Path.GetFileName(SandboxCommand.Child[0])[..15]).Where(process => process.Id != first.ProcessId);
        foreach (var process in warm.Where(process => ParentOf(process.Id) == Environment.ProcessId))
        {
            process.Kill();
            process.WaitForExit();
        }
        await using var second = await _pool.RentAsync(Reading);
        Assert.Equal(1, await ScalarAsync(second, "SELECT 1"));
        Assert.Equal(2, await ScalarAsync(first, "SELECT 2"));
    }

    [Fact]
    public async Task Nothing_of_a_session_is_left_for_the_next()
    {
        int firstId;
        await using (var first = await _pool.RentAsync(Reading))
        {
            firstId = first.ProcessId;
            await ScalarAsync(first, "CREATE TABLE secret AS SELECT 1 AS a; CREATE MACRO mine() AS 1; SELECT mine()");
        }
        await using var second = await _pool.RentAsync(Reading);
        Assert.NotEqual(firstId, second.ProcessId);
        Assert.Equal("engines.duckdb.catalog", (await Assert.ThrowsAsync<EscaleException>(() => second.QueryAsync("SELECT * FROM secret"))).Code);
        await Assert.ThrowsAsync<EscaleException>(() => second.QueryAsync("SELECT mine()"));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(firstId));
    }

    [Fact]
    public async Task A_sort_beyond_memory_spills_into_a_folder_that_is_gone_afterwards()
    {
        var spill = Path.Combine(_folder.Path, "spill");
        await using (var session = await _pool.RentAsync(Reading with { MemoryLimitBytes = 64 << 20, Threads = 1, SpillFolder = spill, ReadPaths = [] }))
        {
            Assert.Equal(1000000L, await ScalarAsync(session, "SELECT count(*) FROM (SELECT hash(i) AS h, repeat('x', 60) || i AS t FROM range(1000000) r(i) ORDER BY h, t) WHERE t <> ''"));
            Assert.Single(Directory.GetDirectories(spill));
        }
        Assert.Empty(Directory.GetDirectories(spill));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("zstd")]
    public async Task Buffers_of_32_MiB_fit_beside_a_small_memory_limit(string compression)
    {
        var file = _folder.File("long.csv");
        using (var database = DuckDatabase.Open())
        using (var connection = database.Connect())
        {
            connection.Execute($"COPY (SELECT repeat(chr(97 + i::INTEGER), 12000000) FROM range(8) r(i)) TO {DuckSql.Literal(file)} (FORMAT csv, HEADER false, COMPRESSION {compression})");
        }
        await using var session = await _pool.RentAsync(Reading with { WriteFolders = [_folder.Path], MemoryLimitBytes = 512_000_000, Threads = 4 });
        Assert.Equal(8L, await ScalarAsync(session, $"""
            COPY (SELECT line FROM read_csv({DuckSql.Literal(file)}, compression = '{compression}', auto_detect = false, header = false, delim = '|', quote = '',
                escape = '', max_line_size = 16777216, buffer_size = 33554432, columns = {"{'line': 'VARCHAR'}"}))
            TO {DuckSql.Literal(_folder.File("out.csv"))} (FORMAT csv, HEADER false)
            """));
        Assert.Equal(8 * 12000001, new FileInfo(_folder.File("out.csv")).Length);
    }

    [Fact]
    public async Task A_result_of_too_many_rows_is_an_error()
    {
        await using var session = await _pool.RentAsync(Reading with { MaxRows = 5000 });
        await using var result = await session.QueryAsync("SELECT * FROM range(100000)");
        var error = await Assert.ThrowsAsync<EscaleException>(async () =>
        {
            while (await result.ReadAsync())
            {
            }
        });
        Assert.Equal("engines.sandbox.too-many-rows", error.Code);
    }

    [Fact]
    public async Task Rows_too_wide_for_a_frame_are_an_error()
    {
        await using var pool = new SandboxPool(new SandboxOptions { Command = SandboxCommand.Child, MaxFrameBytes = 1 << 20 });
        await using var session = await pool.RentAsync(Reading);
        var error = await Assert.ThrowsAsync<EscaleException>(() => ScalarAsync(session, "SELECT repeat('x', 2000000)"));
        Assert.Equal("engines.sandbox.too-wide", error.Code);
        Assert.Equal(1, await ScalarAsync(session, "SELECT 1"));
    }

    [Fact]
    public async Task Sessions_beyond_the_limit_wait_for_a_place()
    {
        await using var pool = new SandboxPool(new SandboxOptions { Command = SandboxCommand.Child, MaxSessions = 1 });
        var first = await pool.RentAsync(Reading);
        var second = pool.RentAsync(Reading);
        await Task.Delay(100);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await using var session = await second;
        Assert.Equal(1, await ScalarAsync(session, "SELECT 1"));
    }

    [Fact]
    public async Task A_program_that_is_not_there_or_ends_at_once_is_a_typed_error()
    {
        await using var missing = new SandboxPool(new SandboxOptions { Command = ["/nowhere/escale"] });
        Assert.Equal("engines.sandbox.start-failed", (await Assert.ThrowsAsync<EscaleException>(() => missing.RentAsync(Reading))).Code);
        await using var ending = new SandboxPool(new SandboxOptions { Command = [SandboxCommand.Child[0], "exit", "3"] });
        var error = await Assert.ThrowsAsync<EscaleException>(() => ending.RentAsync(Reading));
        Assert.Equal("engines.sandbox.died", error.Code);
        Assert.Contains("3", error.Message, StringComparison.Ordinal);
    }

    internal static async Task<object?> ScalarAsync(
        SandboxSession session, string sql, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken ct = default)
    {
        await using var result = await session.QueryAsync(sql, parameters, ct);
        return await result.ReadAsync(ct) ? result.Chunk[0].Value(0) : null;
    }

    private static int ParentOf(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0]);
    }

    private void WriteParquet(string name, string select)
    {
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        connection.Execute($"COPY ({select}) TO {DuckSql.Literal(_folder.File(name))}");
    }
}

internal static class SandboxCommand
{
    public static IReadOnlyList<string> Child { get; } = [Path.Combine(AppContext.BaseDirectory, "Escale.Engines.Child")];
}
