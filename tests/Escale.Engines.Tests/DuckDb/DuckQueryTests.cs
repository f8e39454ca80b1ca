using Escale.Engines.DuckDb;
using Escale.Kernel;
using Xunit;

namespace Escale.Engines.Tests.DuckDb;

public sealed class DuckQueryTests : IDisposable
{
    // With our own larger one DuckDB is through with these small results, and meets their errors, before the first row is read.
    private const string SmallBuffer = "SET streaming_buffer_size = '1MB'";

    private readonly DuckDatabase _database = DuckDatabase.Open(new DuckSettings { Threads = 2 });
    private readonly DuckConnection _connection;

    public DuckQueryTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void A_result_is_read_as_spans()
    {
        using var result = _connection.Query("SELECT i, i * 0.5::DOUBLE AS half, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END AS t FROM range(10000) r(i)");
        Assert.Equal(["i", "half", "t"], result.Columns.Select(column => column.Name));
        Assert.Equal(["BIGINT", "DOUBLE", "VARCHAR"], result.Columns.Select(column => column.Type.ToString()));
        long sum = 0, rows = 0, nulls = 0, bytes = 0;
        double halves = 0;
        while (result.TryRead(out var chunk))
        {
            var numbers = chunk[0].Values<long>();
            var texts = chunk[2];
            for (var row = 0; row < chunk.RowCount; row++)
            {
                sum += numbers[row];
                halves += chunk[1].Values<double>()[row];
                nulls += texts.IsNull(row) ? 1 : 0;
                bytes += texts.IsNull(row) ? 0 : texts.Utf8(row).Length;
            }
            rows += chunk.RowCount;
        }
        Assert.Equal(10000, rows);
        Assert.Equal(49995000, sum);
        Assert.Equal(24997500, halves);
        Assert.Equal(3334, nulls);
        Assert.Equal(_connection.Scalar<long>("SELECT sum(strlen('row ' || i)) FROM range(10000) r(i) WHERE i % 3 <> 0"), bytes);
    }

    [Fact]
    public void A_script_runs_every_statement_and_gives_the_last_result()
    {
        using var result = _connection.Query("CREATE TABLE t(a INT); INSERT INTO t VALUES (1), (2); SELECT count(*) FROM t;");
        Assert.Equal(2L, result.Scalar<long>());
    }

    [Fact]
    public void Execute_counts_the_rows_changed_by_all_statements()
    {
        Assert.Equal(0, _connection.Execute("CREATE TABLE t(a INT)"));
        Assert.Equal(5, _connection.Execute("INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE a < 3"));
        Assert.Equal(1, _connection.Scalar<int>("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_scalar_converts_between_number_types_but_not_from_text()
    {
        Assert.Equal(7, _connection.Scalar<int>("SELECT 7::BIGINT"));
        Assert.Equal(7L, _connection.Scalar<long?>("SELECT sum(7)"));
        Assert.Null(_connection.Scalar<long?>("SELECT NULL::BIGINT"));
        Assert.Null(_connection.Scalar<string>("SELECT 'x' WHERE false"));
        Assert.Equal("1.50", _connection.Scalar<string>("SELECT 1.50"));
        Assert.Throws<InvalidCastException>(() => _connection.Scalar<int>("SELECT '7'"));
    }

    [Theory]
    [InlineData("SELECT 1 FORM t", "engines.duckdb.parser", 1, 15)]
    [InlineData("SELECT 1;\nSELECT x\nFROM range(3)", "engines.duckdb.binder", 2, 8)]
    [InlineData("SELECT ';' AS \"a;b\"; /* ; /* */ ; */ SELECT $$;$$; -- ;\nSELECT E'\\';' || x", "engines.duckdb.binder", 2, 18)]
    [InlineData("SELECT *\nFROM\n  nowhere", "engines.duckdb.catalog", 3, 3)]
    [InlineData("SELECT 'x'::INT", "engines.duckdb.conversion", 1, 11)]
    public void An_error_has_duckdbs_message_and_its_place(string sql, string code, int line, int column)
    {
        var error = Assert.Throws<EscaleException>(() => _connection.Query(sql));
        Assert.Equal(code, error.Code);
        Assert.Contains("Error: ", error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Place?.Line, error.Place?.Column));
    }

    [Fact]
    public void An_error_in_a_long_line_has_its_column()
    {
        var sql = "SELECT " + string.Join(", ", Enumerable.Range(0, 100).Select(i => $"{i} AS c{i}")) + ", missing_column FROM range(3)";
        var error = Assert.Throws<EscaleException>(() => _connection.Query(sql));
        Assert.Equal(sql.IndexOf("missing_column", StringComparison.Ordinal) + 1, error.Place?.Column);
    }

    [Fact]
    public void An_error_while_rows_are_read_is_thrown_there()
    {
        _connection.Execute(SmallBuffer);
        using var result = _connection.Query("SELECT CASE WHEN i = 500000 THEN error('row ' || i) ELSE i END FROM range(1000000) r(i)");
        var error = Assert.Throws<EscaleException>(() =>
        {
            while (result.TryRead(out _))
            {
            }
        });
        Assert.Contains("row 500000", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _connection.Scalar<int>("SELECT 1"));
    }

    [Fact]
    public void An_error_of_another_thread_is_read_by_a_slow_reader_as_itself()
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 4, PreserveInsertionOrder = false });
        using var connection = database.Connect();
        connection.Execute(SmallBuffer);
        connection.Execute("CREATE TABLE t AS SELECT range AS i, (range + 1)::VARCHAR || CASE WHEN range = 240000 THEN 'x' ELSE '' END AS n FROM range(300000)");
        for (var round = 0; round < 25; round++)
        {
            using var statement = connection.Prepare("SELECT i,\n  n::INTEGER FROM t WHERE i >= $least");
            using var result = statement.Bind("least", round).Query();
            var error = Assert.Throws<EscaleException>(() =>
            {
                while (result.TryRead(out _))
                {
                    // The workers fail meanwhile, and DuckDB then answers the next fetch with their interruption.
                    Thread.Sleep(TimeSpan.FromTicks(2000));
                }
            });
            Assert.Equal("engines.duckdb.conversion", error.Code);
            Assert.StartsWith("Conversion Error: Could not convert string '240001x' to INT32", error.Message, StringComparison.Ordinal);
            Assert.Equal((2, 4), (error.Place?.Line, error.Place?.Column));
        }
        Assert.Equal(1, connection.Scalar<int>("SELECT 1"));
    }

    [Fact]
    public async Task An_interrupted_stream_is_cancelled_and_not_run_again()
    {
        using var result = _connection.Query("SELECT a.range FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5");
        Assert.True(result.TryRead(out _));
        await Task.Run(_connection.Interrupt, TestContext.Current.CancellationToken);
        Assert.Throws<OperationCanceledException>(() =>
        {
            while (result.TryRead(out _))
            {
            }
        });
    }

    [Fact]
    public async Task A_cancelled_query_stops_and_the_connection_lives_on()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() =>
            _connection.Execute("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5", cancellation.Token)));
        Assert.Equal(1, _connection.Scalar<int>("SELECT 1"));
    }

    [Fact]
    public void A_stream_that_is_cancelled_between_reads_stops()
    {
        using var cancellation = new CancellationTokenSource();
        using var result = _connection.Query("SELECT * FROM range(100000000)", cancellation.Token);
        Assert.True(result.TryRead(out _));
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => result.TryRead(out _));
        result.Dispose();
        Assert.Equal(1, _connection.Scalar<int>("SELECT 1"));
    }

    [Fact]
    public void A_token_that_is_already_cancelled_runs_nothing()
    {
        Assert.ThrowsAny<OperationCanceledException>(() => _connection.Execute("CREATE TABLE never(a INT)", new CancellationToken(true)));
        Assert.Throws<EscaleException>(() => _connection.Query("SELECT * FROM never"));
    }

    [Fact]
    public async Task Progress_is_seen_from_another_thread()
    {
        // One table and much work for each row: of a join, DuckDB may lead by the side whose progress it does not know.
        _connection.Execute("CREATE TABLE big AS SELECT range AS i FROM range(5000000)");
        Assert.Null(_connection.Progress);
        using var cancellation = new CancellationTokenSource();
        var query = Task.Run(() => _connection.Execute("SELECT sum(len(list_sort(range(1000 + i % 7)))) FROM big", cancellation.Token));
        var seen = new List<double>();
        while (!query.IsCompleted && seen.Count < 3)
        {
            if (_connection.Progress is { } progress)
            {
                seen.Add(progress);
            }
            await Task.Delay(5);
        }
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        Assert.NotEmpty(seen);
        Assert.All(seen, progress => Assert.InRange(progress, 0, 1));
    }

    [Fact]
    public void Connections_of_many_threads_share_one_instance()
    {
        _connection.Execute("CREATE TABLE shared AS SELECT range AS i FROM range(1000)");
        Parallel.For(0, 16, _ =>
        {
            using var own = _database.Connect();
            for (var round = 0; round < 20; round++)
            {
                Assert.Equal(499500L, own.Scalar<long>("SELECT sum(i) FROM shared"));
            }
        });
    }

    [Fact]
    public void A_result_outlives_the_connection_it_came_from()
    {
        var connection = _database.Connect();
        using var result = connection.Query("SELECT * FROM range(5000)");
        connection.Dispose();
        Assert.Equal(5000, result.Rows().Count());
    }

    [Fact]
    public void Extensions_are_neither_installed_nor_loaded()
    {
        var error = Assert.Throws<EscaleException>(() => _connection.Query("SELECT * FROM read_xlsx('x.xlsx')"));
        Assert.StartsWith("engines.duckdb.", error.Code, StringComparison.Ordinal);
        Assert.Equal("false", _connection.Scalar<string>("SELECT current_setting('autoinstall_known_extensions')"));
    }

    [Fact]
    public void An_unknown_setting_is_named()
    {
        var settings = new DuckSettings { Extra = new Dictionary<string, string> { ["no_such_setting"] = "1" } };
        var error = Assert.Throws<EscaleException>(() => DuckDatabase.Open(settings));
        Assert.Equal("engines.duckdb.open-failed", error.Code);
        Assert.Contains("no_such_setting", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_reach_the_engine()
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 1, MemoryLimitBytes = 256 << 20, TimeZone = "Africa/Dakar" });
        using var connection = database.Connect();
        Assert.Equal(1, connection.Scalar<int>("SELECT current_setting('threads')"));
        Assert.Equal("256.0 MiB", connection.Scalar<string>("SELECT current_setting('memory_limit')"));
        Assert.Equal("Africa/Dakar", connection.Scalar<string>("SELECT current_setting('TimeZone')"));
        Assert.StartsWith("v1.", DuckDatabase.Version, StringComparison.Ordinal);
    }
}
