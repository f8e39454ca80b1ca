using System.Numerics;
using Escale.Engines.DuckDb;
using Xunit;

namespace Escale.Engines.Tests.DuckDb;

public sealed class DuckTypeTests : IDisposable
{
    private readonly DuckDatabase _database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
    private readonly DuckConnection _connection;

    public DuckTypeTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    public static TheoryData<string, object?> Values => new()
    {
        { "true", true },
        { "(-128)::TINYINT", (sbyte)-128 },
        { "(-32768)::SMALLINT", (short)-32768 },
        { "(-2147483648)::INTEGER", int.MinValue },
        { "9223372036854775807::BIGINT", long.MaxValue },
        { "255::UTINYINT", byte.MaxValue },
        { "65535::USMALLINT", ushort.MaxValue },
        { "4294967295::UINTEGER", uint.MaxValue },
        { "18446744073709551615::UBIGINT", ulong.MaxValue },
        { "(-170141183460469231731687303715884105728)::HUGEINT", Int128.MinValue },
        { "340282366920938463463374607431768211455::UHUGEINT", UInt128.MaxValue },
        { "'-123456789012345678901234567890123456789012345678901234567890'::BIGNUM", BigInteger.Parse("-123456789012345678901234567890123456789012345678901234567890") },
        { "1.5::FLOAT", 1.5f },
        { "(-0.1)::DOUBLE", -0.1 },
        { "12.34::DECIMAL(4,2)", 12.34m },
        { "(-12345.6789)::DECIMAL(9,4)", -12345.6789m },
        { "123456789012.345678::DECIMAL(18,6)", 123456789012.345678m },
        { "1234567890123456789012345678::DECIMAL(28,0)", 1234567890123456789012345678m },
        { "(-99999999999999999999999999999999.999999)::DECIMAL(38,6)", new DuckDecimal(-Int128.Parse("99999999999999999999999999999999999999"), 6) },
        { "'twelve bytes'", "twelve bytes" },
        { "'thirteen byte'", "thirteen byte" },
        { "''", "" },
        { "'été 🚢'", "été 🚢" },
        { "'\\x00\\xFFab'::BLOB", new byte[] { 0, 255, 97, 98 } },
        { "'0110100111'::BIT", "0110100111" },
        { "'b5f0c3a2-7d1e-4f6a-9c3b-0123456789ab'::UUID", Guid.Parse("b5f0c3a2-7d1e-4f6a-9c3b-0123456789ab") },
        { "'00000000-0000-0000-0000-000000000001'::UUID", Guid.Parse("00000000-0000-0000-0000-000000000001") },
        { "DATE '2024-02-29'", new DateOnly(2024, 2, 29) },
        { "DATE '0001-01-01'", DateOnly.MinValue },
        { "DATE '9999-12-31'", DateOnly.MaxValue },
        { "'infinity'::DATE", "infinity" },
        { "'-infinity'::DATE", "-infinity" },
        { "DATE '44-03-15 (BC)'", "0044-03-15 (BC)" },
        { "TIME '23:59:59.999999'", new TimeOnly(23, 59, 59, 999, 999) },
        { "TIME '24:00:00'", "24:00:00" },
        { "TIMETZ '12:30:00+02'", new DuckTimeTz(45_000_000_000, 7200) },
        { "TIMETZ '12:30:00.5-05:30:15'", new DuckTimeTz(45_000_500_000, -19815) },
        { "TIMESTAMP '2024-02-29 12:34:56.789012'", new DateTime(2024, 2, 29, 12, 34, 56).AddTicks(7890120) },
        { "TIMESTAMP '1969-12-31 23:59:59.999999'", new DateTime(1969, 12, 31, 23, 59, 59).AddTicks(9999990) },
        { "TIMESTAMP_S '2024-02-29 12:34:56'", new DateTime(2024, 2, 29, 12, 34, 56) },
        { "TIMESTAMP_MS '2024-02-29 12:34:56.789'", new DateTime(2024, 2, 29, 12, 34, 56, 789) },
        { "TIMESTAMP_NS '1969-12-31 23:59:59.999999950'", new DateTime(1969, 12, 31, 23, 59, 59).AddTicks(9999999) },
        { "'infinity'::TIMESTAMP", "infinity" },
        { "'-infinity'::TIMESTAMPTZ", "-infinity" },
        { "TIMESTAMPTZ '2024-02-29 12:34:56+03'", new DateTimeOffset(2024, 2, 29, 9, 34, 56, TimeSpan.Zero) },
        { "INTERVAL '14 months 3 days 04:05:06.5'", new DuckInterval(14, 3, 14_706_500_000) },
        { "'b'::ENUM('a', 'b')", "b" },
        { "'{\"a\": 1}'::JSON", "{\"a\": 1}" },
        { "[1, NULL, 3]", new object?[] { 1, null, 3 } },
        { "[[1], [], NULL, [2, 3]]", new object?[] { new object?[] { 1 }, Array.Empty<object?>(), null, new object?[] { 2, 3 } } },
        { "['a', 'a text longer than twelve bytes']", new object?[] { "a", "a text longer than twelve bytes" } },
        { "[1, 2, 3]::INTEGER[3]", new object?[] { 1, 2, 3 } },
        { "{'a': 1, 'b': ['x', NULL], 'c': {'d': DATE '2024-01-01'}}", new OrderedDictionary<string, object?> { ["a"] = 1, ["b"] = new object?[] { "x", null }, ["c"] = new OrderedDictionary<string, object?> { ["d"] = new DateOnly(2024, 1, 1) } } },
        { "row(1, 'x')", new object?[] { 1, "x" } },
        { "MAP {'k': 1, 'l': NULL}", new KeyValuePair<object, object?>[] { new("k", 1), new("l", null) } },
        { "union_value(t := 'x')", "x" },
        { "NULL", null },
        { "NULL::INTEGER[]", null },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Every_type_is_read_as_its_object(string expression, object? expected)
    {
        Assert.Equal(expected, First($"SELECT {expression}"));
        // From a table of several rows with NULLs around it, as stored vectors are not constant ones.
        Assert.Equal(expected, First($"SELECT v FROM (SELECT NULL AS v, 0 AS i UNION ALL SELECT {expression}, 1 UNION ALL SELECT NULL, 2) WHERE i = 1"));
    }

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Every_type_reads_as_the_text_that_duckdb_casts_it_to(string expression, object? expected)
    {
        _ = expected;
        using var result = _connection.Query($"SELECT {expression} AS v, coalesce(({expression})::VARCHAR, 'NULL') AS t");
        Assert.True(result.TryRead(out var chunk));
        Assert.Equal(chunk[1].Text(0), chunk[0].Text(0));
    }

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void The_name_of_every_type_is_sql(string expression, object? expected)
    {
        using var first = _connection.Query($"SELECT {expression}");
        var type = first.Columns[0].Type.ToString();
        Assert.Equal(First($"SELECT typeof({expression})"), expression == "NULL" ? "\"NULL\"" : Unquoted(type));
        if (expression.StartsWith("row(", StringComparison.Ordinal))
        {
            return; // SQL has no way to write the type of a structure without names.
        }
        Assert.Equal(expected, First($"SELECT ({expression})::{type}"));
    }

    [Fact]
    public void Numbers_read_as_duckdb_writes_them()
    {
        using var result = _connection.Query("""
            SELECT v, v::VARCHAR, try_cast(v AS FLOAT) FROM (
                SELECT unnest([0.0, -0.0, 1.0, 100.0, 123456789.0, 1e15, 1e16, 1.5e16, 123456789012345678.0, 1e20, 1e300, -2.5e-3, 1e-4, 1e-5, 1.234e-7, 0.1, 1/3,
                    'nan'::DOUBLE, 1e38, 9007199254740993.0]::DOUBLE[]) AS v
                UNION ALL SELECT (random() - 0.5) * pow(10, (i % 60) - 30) FROM range(3000) r(i))
            """);
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                Assert.Equal(chunk[1].Text(row), chunk[0].Text(row));
                if (!chunk[2].IsNull(row))
                {
                    // The digits of a FLOAT may differ (both are right), its value may not.
                    Assert.Equal(chunk[2].Values<float>()[row], float.Parse(chunk[2].Text(row).Replace("nan", "NaN", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture));
                }
            }
        }
    }

    [Fact]
    public void Vectors_that_duckdb_keeps_folded_are_read_flat()
    {
        using var result = _connection.Query("""
            SELECT i, list_transform([i, i + 1], x -> x * 2) AS l, {'a': 'constant text beyond twelve', 'b': i} AS s,
                   [10, 20, 30, i][2:] AS slice, d.name AS joined, [d.name, d.name] AS names, {'n': d.name, 'l': [d.name]} AS nested
            FROM range(3000) r(i) JOIN (VALUES (0, 'even name that is long'), (1, 'odd')) d(k, name) ON d.k = i % 2 WHERE i % 5 <> 0
            """);
        var seen = 0;
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++, seen++)
            {
                var i = chunk[0].Values<long>()[row];
                var name = i % 2 == 0 ? "even name that is long" : "odd";
                Assert.Equal(new object?[] { i * 2, (i + 1) * 2 }, chunk[1].Value(row));
                Assert.Equal("constant text beyond twelve", chunk[2].Field(0).Text(row));
                Assert.Equal(i, chunk[2].Field(1).Values<long>()[row]);
                Assert.Equal(new object?[] { 20L, 30L, i }, chunk[3].Value(row));
                Assert.Equal(name, chunk[4].Text(row));
                Assert.Equal(new object?[] { name, name }, chunk[5].Value(row));
                Assert.Equal(new OrderedDictionary<string, object?> { ["n"] = name, ["l"] = new object?[] { name } }, chunk[6].Value(row));
            }
        }
        Assert.Equal(2400, seen);
    }

    [Fact]
    public void A_span_of_the_wrong_type_is_refused()
    {
        using var result = _connection.Query("SELECT 1::INTEGER, 1.5::FLOAT, 'x', DATE '2024-01-01'");
        Assert.True(result.TryRead(out var chunk));
        Assert.Equal(1, chunk[0].Values<int>()[0]);
        Assert.Equal(19723, chunk[3].Values<int>()[0]);
        Refused<long>(0);
        Refused<float>(0);
        Refused<int>(1);
        Refused<long>(2);
        Refused<DateOnly>(3);

        void Refused<T>(int column)
            where T : unmanaged
        {
            using var again = _connection.Query("SELECT 1::INTEGER, 1.5::FLOAT, 'x', DATE '2024-01-01'");
            Assert.True(again.TryRead(out var values));
            var vector = values[column];
            try
            {
                _ = vector.Values<T>();
            }
            catch (InvalidCastException)
            {
                return;
            }
            Assert.Fail($"{vector.Type} was read as {typeof(T)}.");
        }
    }

    [Fact]
    public void A_decimal_beyond_dotnets_is_exact_as_digits()
    {
        using var result = _connection.Query("SELECT 99999999999999999999999999999999999999::DECIMAL(38,0), 0.00000000000000000000000000000000000001::DECIMAL(38,38)");
        Assert.True(result.TryRead(out var chunk));
        Assert.Equal(Int128.Parse("99999999999999999999999999999999999999"), chunk[0].Unscaled(0));
        Assert.Equal("0.00000000000000000000000000000000000001", chunk[1].Text(0));
        var digits = chunk[0].DuckDecimal(0);
        Assert.Throws<OverflowException>(() => digits.ToDecimal());
        Assert.Equal(1.5m, new DuckDecimal(Int128.Parse("15000000000000000000000000000000000000"), 37).ToDecimal());
    }

    /// <summary>DuckDB leaves the quotes of names that need none.</summary>
    private static string Unquoted(string type) => type.Replace("\"", "", StringComparison.Ordinal);

    private object? First(string sql)
    {
        using var result = _connection.Query(sql);
        return result.Rows().Single()[0];
    }
}
