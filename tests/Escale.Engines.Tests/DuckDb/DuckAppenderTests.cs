using Escale.Engines.DuckDb;
using Escale.Kernel;
using Xunit;

namespace Escale.Engines.Tests.DuckDb;

public sealed class DuckAppenderTests : IDisposable
{
    private readonly DuckDatabase _database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
    private readonly DuckConnection _connection;

    public DuckAppenderTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    public static TheoryData<string, object?, string> Values => new()
    {
        { "BOOLEAN", true, "true" },
        { "TINYINT", -128, "-128" },
        { "UTINYINT", 255L, "255" },
        { "SMALLINT", (short)-5, "-5" },
        { "USMALLINT", 65535, "65535" },
        { "INTEGER", int.MinValue, "-2147483648" },
        { "UINTEGER", uint.MaxValue, "4294967295" },
        { "BIGINT", 7, "7" },
        { "UBIGINT", ulong.MaxValue, "18446744073709551615" },
        { "HUGEINT", Int128.MinValue, "-170141183460469231731687303715884105728" },
        { "UHUGEINT", UInt128.MaxValue, "340282366920938463463374607431768211455" },
        { "FLOAT", 1.5, "1.5" },
        { "DOUBLE", 3, "3.0" },
        { "DOUBLE", 0.1m, "0.1" },
        { "DECIMAL(4,2)", 12.3m, "12.30" },
        { "DECIMAL(9,0)", -123456789, "-123456789" },
        { "DECIMAL(18,3)", 5.500m, "5.500" },
        { "DECIMAL(18,1)", 5.500m, "5.5" },
        { "DECIMAL(38,10)", new DuckDecimal(Int128.Parse("-99999999999999999999999999999999999999"), 10), "-9999999999999999999999999999.9999999999" },
        { "VARCHAR", "a text longer than twelve bytes, é", "a text longer than twelve bytes, é" },
        { "VARCHAR", "", "" },
        { "VARCHAR", new string('x', 100_000), new string('x', 100_000) },
        { "BLOB", new byte[] { 0, 65 }, "\\x00A" },
        { "UUID", Guid.Parse("00000000-0000-0000-0000-0000000000ff"), "00000000-0000-0000-0000-0000000000ff" },
        { "DATE", new DateOnly(1970, 1, 1), "1970-01-01" },
        { "TIME", new TimeOnly(1, 2, 3), "01:02:03" },
        { "TIMESTAMP", new DateTime(1969, 12, 31, 23, 59, 59), "1969-12-31 23:59:59" },
        { "TIMESTAMP_S", new DateTime(2024, 1, 1, 1, 1, 1), "2024-01-01 01:01:01" },
        { "TIMESTAMP_NS", new DateTime(2024, 1, 1, 1, 1, 1).AddTicks(1), "2024-01-01 01:01:01.0000001" },
        { "TIMESTAMPTZ", new DateTimeOffset(2024, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), "2024-01-01 00:00:00+00" },
        { "INTERVAL", TimeSpan.FromMinutes(90), "01:30:00" },
        { "ENUM('a', 'b')", "b", "b" },
        { "INTEGER[]", new object?[] { 1, null, 3 }, "[1, NULL, 3]" },
        { "VARCHAR[][]", new object?[] { new object?[] { "x" }, null, Array.Empty<object?>() }, "[[x], NULL, []]" },
        { "INTEGER[2]", new[] { 1, 2 }, "[1, 2]" },
        { "STRUCT(a INTEGER, b VARCHAR)", new Dictionary<string, object?> { ["b"] = "x", ["a"] = 1 }, "{'a': 1, 'b': x}" },
        { "STRUCT(a INTEGER, b VARCHAR)[]", new object?[] { new object?[] { 1, null }, null }, "[{'a': 1, 'b': NULL}, NULL]" },
        { "MAP(VARCHAR, INTEGER)", new Dictionary<string, int> { ["k"] = 1 }, "{k=1}" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Every_type_is_appended_with_nulls_between(string type, object? value, string expected)
    {
        _connection.Execute($"CREATE TABLE t(i INTEGER, v {type})");
        using (var appender = _connection.Append("main", "t"))
        {
            for (var row = 0; row < 5000; row++)
            {
                appender.Append(row).Append(row % 3 == 1 ? null : value).EndRow();
            }
            Assert.Equal(5000, appender.Complete());
        }
        var literal = DuckSql.Literal(expected);
        Assert.Equal(3333, _connection.Scalar<int>($"SELECT count(*) FROM t WHERE v::VARCHAR = {literal} AND i % 3 <> 1"));
        Assert.Equal(1667, _connection.Scalar<int>("SELECT count(*) FROM t WHERE v IS NULL AND i % 3 = 1"));
    }

    [Theory]
    [InlineData("TINYINT", 128, "engines.duckdb.append-range")]
    [InlineData("UBIGINT", -1, "engines.duckdb.append-range")]
    [InlineData("FLOAT", 1e300, "engines.duckdb.append-range")]
    [InlineData("ENUM('a')", "z", "engines.duckdb.append-range")]
    [InlineData("INTEGER", "7", "engines.duckdb.append-type")]
    [InlineData("VARCHAR", 7, "engines.duckdb.append-type")]
    [InlineData("DATE", 7, "engines.duckdb.append-type")]
    public void A_value_that_does_not_fit_is_refused(string type, object value, string code)
    {
        _connection.Execute($"CREATE TABLE t(v {type})");
        using var appender = _connection.Append("main", "t");
        Assert.Equal(code, Assert.Throws<EscaleException>(() => appender.Append(value)).Code);
    }

    [Fact]
    public void Decimals_that_would_lose_digits_are_refused()
    {
        _connection.Execute("CREATE TABLE t(v DECIMAL(4,2))");
        using var appender = _connection.Append("main", "t");
        Assert.Equal("engines.duckdb.append-range", Assert.Throws<EscaleException>(() => appender.Append(1.234m)).Code);
        Assert.Equal("engines.duckdb.append-range", Assert.Throws<EscaleException>(() => appender.Append(100.00m)).Code);
    }

    [Fact]
    public void Columns_are_filled_as_spans()
    {
        _connection.Execute("CREATE TABLE t(a BIGINT, b VARCHAR)");
        using (var appender = _connection.Append("main", "t"))
        {
            for (var chunk = 0; chunk < 3; chunk++)
            {
                var numbers = appender.Values<long>(0);
                for (var row = 0; row < 1000; row++)
                {
                    numbers[row] = (chunk * 1000) + row;
                    appender.SetBytes(1, row, "text"u8);
                }
                appender.SetNull(0, 999);
                appender.EndChunk(1000);
            }
            Assert.Equal(3000, appender.Complete());
        }
        Assert.Equal(4498500 - 999 - 1999 - 2999, _connection.Scalar<long>("SELECT sum(a) FROM t"));
        Assert.Equal(3, _connection.Scalar<int>("SELECT count(*) FROM t WHERE a IS NULL AND b = 'text'"));
    }

    [Fact]
    public void An_appender_disposed_before_its_end_leaves_nothing()
    {
        _connection.Execute("CREATE TABLE t(a BIGINT)");
        using (var appender = _connection.Append("main", "t"))
        {
            for (var row = 0; row < 5000; row++)
            {
                appender.Append(row).EndRow();
            }
        }
        Assert.Equal(0, _connection.Scalar<int>("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_broken_constraint_and_a_missing_table_are_errors()
    {
        Assert.StartsWith("engines.duckdb.", Assert.Throws<EscaleException>(() => _connection.Append("main", "none")).Code, StringComparison.Ordinal);
        _connection.Execute("CREATE TABLE t(a INTEGER NOT NULL)");
        using var appender = _connection.Append("main", "t");
        appender.AppendNull().EndRow();
        var error = Assert.Throws<EscaleException>(() => appender.Complete());
        Assert.True(error.Code == "engines.duckdb.constraint", error.Message);
        Assert.Equal("engines.duckdb.append-columns", Assert.Throws<EscaleException>(() => appender.Append(1).Append(2)).Code);
    }
}
