using Escale.Engines.DuckDb;
using Escale.Engines.Postgres.Copy;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

public sealed class CopyTests(TestProject project) : IClassFixture<TestProject>
{
    private static readonly CancellationToken _none = CancellationToken.None;

    [Theory]
    [InlineData("true", "boolean", "true")]
    [InlineData("(-128)::TINYINT", "smallint", "-128")]
    [InlineData("255::UTINYINT", "smallint", "255")]
    [InlineData("(-32768)::SMALLINT", "smallint", "-32768")]
    [InlineData("65535::USMALLINT", "integer", "65535")]
    [InlineData("(-2147483648)::INTEGER", "integer", "-2147483648")]
    [InlineData("4294967295::UINTEGER", "bigint", "4294967295")]
    [InlineData("(-9223372036854775808)::BIGINT", "bigint", "-9223372036854775808")]
    [InlineData("18446744073709551615::UBIGINT", "numeric", "18446744073709551615")]
    [InlineData("(-170141183460469231731687303715884105728)::HUGEINT", "numeric", "-170141183460469231731687303715884105728")]
    [InlineData("340282366920938463463374607431768211455::UHUGEINT", "numeric", "340282366920938463463374607431768211455")]
    [InlineData("0::DECIMAL(9,3)", "numeric(9,3)", "0.000")]
    [InlineData("0.005::DECIMAL(4,3)", "numeric(4,3)", "0.005")]
    [InlineData("(-12345.6700)::DECIMAL(18,4)", "numeric(18,4)", "-12345.6700")]
    [InlineData("100000000::DECIMAL(12,2)", "numeric(12,2)", "100000000.00")]
    [InlineData("'99999999999999999999999999999999999999'::DECIMAL(38,0)", "numeric(38,0)", "99999999999999999999999999999999999999")]
    [InlineData("'-0.99999999999999999999999999999999999999'::DECIMAL(38,38)", "numeric(38,38)", "-0.99999999999999999999999999999999999999")]
    [InlineData("'1234567890123456789012345678901.2345678'::DECIMAL(38,7)", "numeric(38,7)", "1234567890123456789012345678901.2345678")]
    [InlineData("1.5::FLOAT", "real", "1.5")]
    [InlineData("'-inf'::DOUBLE", "double precision", "-Infinity")]
    [InlineData("'nan'::DOUBLE", "double precision", "NaN")]
    [InlineData("0.1::DOUBLE", "double precision", "0.1")]
    [InlineData("'Gorée — 港 🚢'", "text", "Gorée — 港 🚢")]
    [InlineData("''", "text", "")]
    [InlineData("repeat('x', 13)", "text", "xxxxxxxxxxxxx")]
    [InlineData("'b'::ENUM('a', 'b', 'é')", "text", "b")]
    [InlineData("'\\x00\\xFF\\x10'::BLOB", "bytea", "\\x00ff10")]
    [InlineData("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
    [InlineData("DATE '1999-12-31'", "date", "1999-12-31")]
    [InlineData("DATE '0001-01-01'", "date", "0001-01-01")]
    [InlineData("'infinity'::DATE", "date", "infinity")]
    [InlineData("'-infinity'::DATE", "date", "-infinity")]
    [InlineData("TIME '23:59:59.999999'", "time", "23:59:59.999999")]
    [InlineData("'12:30:00.123456789'::TIME_NS", "time", "12:30:00.123457")]
    [InlineData("TIMETZ '12:30:00+05:30'", "timetz", "12:30:00+05:30")]
    [InlineData("TIMESTAMP '1969-07-20 20:17:40.000001'", "timestamp", "1969-07-20 20:17:40.000001")]
    [InlineData("TIMESTAMP_S '2026-11-21 10:00:00'", "timestamp", "2026-11-21 10:00:00")]
    [InlineData("TIMESTAMP_MS '2026-11-21 10:00:00.125'", "timestamp", "2026-11-21 10:00:00.125")]
    [InlineData("TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", "timestamp", "1969-12-31 23:59:59.999999")]
    [InlineData("'infinity'::TIMESTAMP", "timestamp", "infinity")]
    [InlineData("TIMESTAMPTZ '2026-03-29 01:30:00+02'", "timestamptz", "2026-03-28 23:30:00+00")]
    [InlineData("'-infinity'::TIMESTAMPTZ", "timestamptz", "-infinity")]
    [InlineData("INTERVAL '1 year 2 months 3 days 04:05:06.5'", "interval", "1 year 2 mons 3 days 04:05:06.5")]
    [InlineData("[1, NULL, 3]", "integer[]", "{1,NULL,3}")]
    [InlineData("[]::VARCHAR[]", "text[]", "{}")]
    [InlineData("['a', 'b c', NULL]", "text[]", "{a,\"b c\",NULL}")]
    [InlineData("[1.5::DECIMAL(4,2), NULL]", "numeric(4,2)[]", "{1.50,NULL}")]
    [InlineData("[DATE '2000-01-01']", "date[]", "{2000-01-01}")]
    [InlineData("[[1], [2, 3]]", "jsonb", "[[1], [2, 3]]")]
    [InlineData("{'a': 1, 'b': ['x', NULL]}", "jsonb", "{\"a\": 1, \"b\": [\"x\", null]}")]
    [InlineData("MAP {'k': 1.5}", "jsonb", "{\"k\": 1.5}")]
    [InlineData("'{\"a\": [1, 2]}'::JSON", "jsonb", "{\"a\": [1, 2]}")]
    [InlineData("'0101'::BIT", "text", "0101")]
    public async Task A_value_arrives_as_it_is(string expression, string type, string text)
    {
        var owner = await OwnerAsync();
        var table = $"t{Guid.NewGuid():N}";
        using var database = DuckDatabase.Open(new DuckSettings());
        using var duck = database.Connect();
        // NULLs around it, and enough rows for a second word of the validity mask.
        duck.Execute($"CREATE TABLE t AS SELECT i, CASE WHEN i % 3 = 1 THEN {expression} END AS x FROM range(130) r(i)");
        var columns = await LoadAsync(duck, owner, table, null);
        Assert.Equal(type, columns[1].PostgresType);
        Assert.Equal(
            $"{text}|43|87", await TestProject.ScalarAsync(
                owner, $"select min(x::text) || '|' || count(*) filter (where x::text = $${text}$$) || '|' || count(*) filter (where x is null) from {table}"));
        Assert.Equal(0L, await TestProject.ScalarAsync(owner, $"select count(*) from {table} where (x is null) = (i % 3 = 1)"));
    }

    [Fact]
    public async Task Decimals_of_every_width_and_scale_are_exact()
    {
        var owner = await OwnerAsync();
        using var database = DuckDatabase.Open(new DuckSettings());
        using var duck = database.Connect();
        var random = Kernel.SeededRandom.For(7, "decimals");
        foreach (var width in new[] { 1, 3, 4, 5, 9, 10, 18, 19, 27, 38 })
        {
            for (var scale = 0; scale <= width; scale += Math.Max(1, width / 5))
            {
                var table = $"d{width}_{scale}";
                var values = Enumerable.Range(0, 60).Select(_ =>
                {
                    var digits = string.Concat(Enumerable.Range(0, width).Select(_ => (char)('0' + (random.Next(3) == 0 ? 0 : random.Next(10)))));
                    return $"('{(random.Next(2) == 0 ? "-" : "")}{digits[..(width - scale)]}.{digits[(width - scale)..]}')";
                });
                duck.Execute($"CREATE OR REPLACE TABLE t AS SELECT v::DECIMAL({width},{scale}) AS x, v::DECIMAL({width},{scale})::VARCHAR AS y FROM (VALUES {string.Join(',', values)}) w(v)");
                await LoadAsync(duck, owner, table, null);
                // DuckDB writes no zero before the point when there is no room for one.
                Assert.Equal(60L, await TestProject.ScalarAsync(owner, $"select count(*) from {table} where regexp_replace(x::text, '^(-?)0\\.', '\\1.') = regexp_replace(y, '^(-?)0\\.', '\\1.')"));
            }
        }
    }

    [Fact]
    public async Task Rows_larger_than_a_buffer_and_many_of_them_arrive_whole()
    {
        var owner = await OwnerAsync();
        using var database = DuckDatabase.Open(new DuckSettings());
        using var duck = database.Connect();
        duck.Execute("CREATE TABLE t AS SELECT i, repeat(chr(65 + (i % 26)::INT), CASE WHEN i % 1000 = 7 THEN 3000000 ELSE (i % 300)::INT END) AS x FROM range(5000) r(i)");
        var seen = 0L;
        await LoadAsync(duck, owner, "large", rows => seen = rows);
        Assert.Equal(5000, seen);
        var expected = duck.Scalar<string>("SELECT concat(count(*), ' ', sum(length(x)), ' ', sum(i * length(x))) FROM t");
        Assert.Equal(expected, await TestProject.ScalarAsync(owner, "select concat(count(*), ' ', sum(length(x)), ' ', sum(i * length(x))) from large"));
    }

    [Fact]
    public async Task No_rows_are_a_load_too()
    {
        var owner = await OwnerAsync();
        using var database = DuckDatabase.Open(new DuckSettings());
        using var duck = database.Connect();
        duck.Execute("CREATE TABLE t (x INTEGER)");
        await LoadAsync(duck, owner, "none", null);
        Assert.Equal(0L, await TestProject.ScalarAsync(owner, "select count(*) from none"));
    }

    [Fact]
    public async Task What_PostgreSQL_refuses_leaves_nothing_and_the_connection_works_on()
    {
        var owner = await OwnerAsync();
        using var database = DuckDatabase.Open(new DuckSettings());
        using var duck = database.Connect();
        duck.Execute("CREATE TABLE t AS SELECT i, CASE WHEN i = 40000 THEN chr(0) ELSE repeat('y', 50) END AS x FROM range(50000) r(i)");
        await using var connection = await owner.OpenConnectionAsync(_none);
        await ExecuteAsync(connection, "create table refused (i bigint, x text)");
        using var result = duck.Query("SELECT * FROM t");
        var error = await Assert.ThrowsAsync<PostgresException>(() => CopyLoader.LoadAsync(result, connection, "refused", false, null, _none));
        Assert.Contains("line 40001, column x", error.Where, StringComparison.Ordinal);
        await using var count = new NpgsqlCommand("select count(*) from refused", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync(_none));
    }

    [Fact]
    public async Task An_error_of_DuckDBs_on_the_way_ends_the_load_with_nothing_loaded()
    {
        var owner = await OwnerAsync();
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
        using var duck = database.Connect();
        await using var connection = await owner.OpenConnectionAsync(_none);
        await ExecuteAsync(connection, "create table broken (i bigint)");
        duck.Execute("SET streaming_buffer_size = '1MB'"); // Else the error comes before the first row.
        using var result = duck.Query("SELECT CASE WHEN i = 400000 THEN error('broken here') ELSE i END::BIGINT AS i FROM range(500000) r(i)");
        var error = await Assert.ThrowsAsync<Kernel.EscaleException>(() => CopyLoader.LoadAsync(result, connection, "broken", false, null, _none));
        Assert.Contains("broken here", error.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await TestProject.ScalarAsync(owner, "select count(*) from broken"));
    }

    private async Task<NpgsqlDataSource> OwnerAsync()
    {
        var owner = await project.Open().OwnerAsync(_none);
        await TestProject.ScalarAsync(owner, "create schema if not exists escale_owner"); // First in its search path.
        return owner;
    }

    private static async Task<List<CopyColumn>> LoadAsync(DuckConnection duck, NpgsqlDataSource owner, string table, Action<long>? progress)
    {
        List<CopyColumn> columns;
        using (var shape = duck.Query("SELECT * FROM t LIMIT 0"))
        {
            columns = [.. shape.Columns.Select(CopyColumn.For)];
        }
        await using var connection = await owner.OpenConnectionAsync(_none);
        await ExecuteAsync(connection, $"drop table if exists {table}; create table {table} ({string.Join(", ", columns.Select(column => $"\"{column.Name}\" {column.PostgresType}"))})");
        using var result = duck.Query($"SELECT {string.Join(", ", columns.Select(column => column.Expression))} FROM t");
        await CopyLoader.LoadAsync(result, connection, table, false, progress, _none);
        return columns;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(_none);
    }
}
