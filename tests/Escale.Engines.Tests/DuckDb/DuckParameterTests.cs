using Escale.Engines.DuckDb;
using Escale.Kernel;
using Xunit;

namespace Escale.Engines.Tests.DuckDb;

public sealed class DuckParameterTests : IDisposable
{
    private readonly DuckDatabase _database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
    private readonly DuckConnection _connection;

    public DuckParameterTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    public static TheoryData<object?, string> Values => new()
    {
        { null, "\"NULL\"" },
        { true, "BOOLEAN" },
        { (sbyte)-1, "TINYINT" },
        { (byte)200, "UTINYINT" },
        { (short)-300, "SMALLINT" },
        { (ushort)60000, "USMALLINT" },
        { -5, "INTEGER" },
        { 5u, "UINTEGER" },
        { long.MinValue, "BIGINT" },
        { ulong.MaxValue, "UBIGINT" },
        { Int128.MinValue, "HUGEINT" },
        { -(Int128)5, "HUGEINT" },
        { UInt128.MaxValue, "UHUGEINT" },
        { 1.25f, "FLOAT" },
        { -0.1, "DOUBLE" },
        { 1.50m, "DECIMAL(3,2)" },
        { -0.001m, "DECIMAL(4,3)" },
        { 7922816251426433759354395033m, "DECIMAL(28,0)" },
        { new DuckDecimal(Int128.Parse("-12345678901234567890123456789012345678"), 10), "DECIMAL(38,10)" },
        { "", "VARCHAR" },
        { "it's; -- été 🚢", "VARCHAR" },
        { new byte[] { 0, 1, 255 }, "BLOB" },
        { Array.Empty<byte>(), "BLOB" },
        { Guid.Parse("b5f0c3a2-7d1e-4f6a-9c3b-0123456789ab"), "UUID" },
        { new DateOnly(1969, 7, 20), "DATE" },
        { new TimeOnly(23, 59, 59, 999), "TIME" },
        { new DateTime(1969, 12, 31, 23, 59, 59, 999), "TIMESTAMP" },
        { new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero), "TIMESTAMP WITH TIME ZONE" },
        { new DuckInterval(14, -3, 5), "INTERVAL" },
        { new DuckTimeTz(45_000_000_000, -3600), "TIME WITH TIME ZONE" },
        { new object?[] { 1, null, 3 }, "INTEGER[]" },
        { new object?[] { "a", "b" }, "VARCHAR[]" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void A_parameter_comes_back_as_it_was_given(object? value, string type)
    {
        using var statement = _connection.Prepare("SELECT $1 AS v, typeof($1) AS t");
        using var result = statement.Bind(1, value).Query();
        var row = result.Rows().Single();
        Assert.Equal(value, row[0]);
        Assert.Equal(type, row[1]);
    }

    [Fact]
    public void Named_parameters_are_bound_by_name()
    {
        using var statement = _connection.Prepare("SELECT $later - $sooner");
        Assert.Equal(["later", "sooner"], statement.ParameterNames.Order());
        using var first = statement.Bind("later", 10).Bind("sooner", 4).Query();
        Assert.Equal(6L, first.Scalar<long>());
        first.Dispose();
        using var second = statement.Bind("sooner", 5).Query();
        Assert.Equal(5L, second.Scalar<long>());
    }

    [Fact]
    public void A_parameter_that_is_not_there_is_named()
    {
        using var statement = _connection.Prepare("SELECT $known");
        Assert.Equal("engines.duckdb.no-such-parameter", Assert.Throws<EscaleException>(() => statement.Bind("unknown", 1)).Code);
        Assert.Equal("engines.duckdb.no-such-parameter", Assert.Throws<EscaleException>(() => statement.Bind(2, 1)).Code);
        Assert.Equal("engines.duckdb.parameter-type", Assert.Throws<EscaleException>(() => statement.Bind(1, new Version(1, 2))).Code);
    }

    [Fact]
    public void A_list_parameter_takes_part_in_a_query()
    {
        using var statement = _connection.Prepare("SELECT count(*) FROM range(10) r(i) WHERE list_contains($1, i)");
        Assert.Equal(2, statement.Bind(1, new long[] { 3, 5, 77 }).Query().Scalar<int>());
        Assert.Equal(0, statement.Bind(1, Array.Empty<long>()).Query().Scalar<int>());
    }

    [Fact]
    public void A_statement_that_lacks_a_value_says_so()
    {
        using var statement = _connection.Prepare("SELECT ?::INTEGER + ?::INTEGER");
        statement.Bind(1, 1);
        var error = Assert.Throws<EscaleException>(() => statement.Query());
        Assert.StartsWith("engines.duckdb.", error.Code, StringComparison.Ordinal);
        Assert.Equal(3, statement.Bind(2, 2).Query().Scalar<int>());
    }

    [Fact]
    public void Text_with_a_zero_character_comes_back_whole()
    {
        using var statement = _connection.Prepare("SELECT $1, length($1)");
        using var result = statement.Bind(1, "a\0b").Query();
        Assert.Equal(["a\0b", 3L], result.Rows().Single());
    }

    [Fact]
    public void Several_statements_cannot_be_prepared_as_one()
    {
        Assert.Equal("engines.duckdb.one-statement", Assert.Throws<EscaleException>(() => _connection.Prepare("SELECT 1; SELECT 2")).Code);
        Assert.Equal("engines.duckdb.empty", Assert.Throws<EscaleException>(() => _connection.Prepare(" -- nothing")).Code);
    }
}
