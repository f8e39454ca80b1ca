using System.Text.Json;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Xunit;

namespace Escale.Engines.Tests.Tables;

public sealed class MountTests : IDisposable
{
    private readonly TableFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void A_partitioned_table_gives_its_partition_values_back_whatever_they_contain(int partitions)
    {
        _lake.Session.Write(new TableWrite
        {
            Table = TableFixture.Calls, PartitionBy = ["port", "day"],
            Sql = $"""
                SELECT range AS id, CASE WHEN range = 1 THEN NULL WHEN range = 2 THEN '' ELSE 'Dakar / môle: n°' || (range % {partitions}) || ' %41=?#*[a]' END AS port,
                  DATE '2026-01-01' + (range % 2)::INTEGER AS day FROM range(100)
                """,
        });
        _lake.Write("SELECT 1000 AS id, 'x' AS port, NULL::DATE AS day");

        Assert.Equal("id:long,port:string,day:date", string.Join(',', _lake.Head.Schema.Columns.Select(column => $"{column.Name}:{column.Type}")));
        Assert.Equal(101, _lake.Rows().Count);
        Assert.Contains("3|Dakar / môle: n°" + (3 % partitions) + " %41=?#*[a]|2026-01-02", _lake.Rows());
        Assert.Contains("1|NULL|2026-01-02", _lake.Rows());
        Assert.Contains("2|NULL|2026-01-01", _lake.Rows());
        Assert.Contains("1000|x|NULL", _lake.Rows());
        Assert.Equal(["1000"], _lake.Query("SELECT id FROM silver.calls WHERE port = 'x'"));
        Assert.DoesNotContain("port", _lake.Query($"SELECT name FROM parquet_schema('{_lake.Folder}/silver/calls/{_lake.FilesOnDisk()[0].Replace("*", "[*]").Replace("?", "[?]")}')"));
    }

    [Fact]
    public void A_merge_into_a_partitioned_table_moves_rows_between_partitions()
    {
        _lake.Session.Write(new TableWrite { Table = TableFixture.Calls, PartitionBy = ["p"], Sql = "SELECT range AS id, 'p' || (range % 3) AS p, 0 AS v FROM range(9)" });
        var outcome = _lake.Write("SELECT 4::BIGINT AS id, 'p0' AS p, 1 AS v", WriteMode.Merge, keys: "id");

        Assert.Equal((1, 1), (outcome.RowsWritten, outcome.RowsRemoved));
        Assert.Equal(9, _lake.Rows().Count);
        Assert.Contains("4|p0|1", _lake.Rows());
        Assert.Equal(["p0"], _lake.Query("SELECT p FROM silver.calls WHERE id = 4"));
    }

    [Fact]
    public void Sessions_do_not_see_what_another_mounts()
    {
        _lake.Write("SELECT 1 AS id");
        _lake.Write("SELECT 2 AS id");
        using var other = _lake.Engine.OpenSession();
        other.Mount(TableFixture.Calls, 0);
        _lake.Session.Mount(TableFixture.Calls);

        Assert.Equal(1, other.Connection.Scalar<long>("SELECT count(*) FROM silver.calls"));
        Assert.Equal(2, _lake.Session.Connection.Scalar<long>("SELECT count(*) FROM silver.calls"));
        using var third = _lake.Engine.OpenSession();
        Assert.Throws<EscaleException>(() => third.Connection.Scalar<long>("SELECT count(*) FROM silver.calls"));
    }

    [Fact]
    public void A_view_mounts_what_it_reads_and_a_table_written_in_its_place_takes_over()
    {
        _lake.Write("SELECT 1 AS id");
        var first = new TableName("gold", "first");
        var second = new TableName("gold", "second");
        _lake.Lake.SaveView(new LakeView(first, "SELECT id + 1 AS id FROM silver.calls", [TableFixture.Calls]));
        _lake.Lake.SaveView(new LakeView(second, "SELECT id * 10 AS id FROM gold.first;", [first]));

        _lake.Session.Mount(second);
        Assert.Equal(["20"], _lake.Query("SELECT * FROM gold.second"));

        _lake.Session.Write(new TableWrite { Table = first, Sql = "SELECT 5 AS id" });
        Assert.Null(_lake.Lake.View(first));
        _lake.Session.MountAll();
        Assert.Equal(["50"], _lake.Query("SELECT * FROM gold.second"));
        _lake.Lake.SaveView(new LakeView(first, "SELECT * FROM gold.second", [second]));
        Assert.Equal("tables.view-cycle", Assert.Throws<EscaleException>(() => _lake.Session.Mount(first)).Code);
        Assert.Contains(first, _lake.Session.MountAll().Keys);
    }

    [Fact]
    public void The_log_holds_statistics_that_bound_every_value()
    {
        _lake.Write("""
            SELECT range AS id, 'x' || repeat('é', 40) || range AS long_text, (range * 1.5)::DECIMAL(10,2) AS dc, CASE WHEN range = 3 THEN 'NaN'::DOUBLE ELSE range END AS nan,
              DATE '2026-01-01' + range::INTEGER AS d, TIMESTAMP '2026-01-01 00:00:00.000999' + to_microseconds(range) AS ts, NULL::INTEGER AS empty, {'a': range} AS s
            FROM range(10)
            """);
        using var stats = JsonDocument.Parse(_lake.Head.Files[0].StatsJson!);
        var (min, max, nulls) = (stats.RootElement.GetProperty("minValues"), stats.RootElement.GetProperty("maxValues"), stats.RootElement.GetProperty("nullCount"));

        Assert.Equal(10, stats.RootElement.GetProperty("numRecords").GetInt64());
        Assert.Equal((0, 9), (min.GetProperty("id").GetInt64(), max.GetProperty("id").GetInt64()));
        Assert.Equal(("0.00", "13.50"), (min.GetProperty("dc").GetRawText(), max.GetProperty("dc").GetRawText()));
        Assert.Equal(("2026-01-01", "2026-01-10"), (min.GetProperty("d").GetString(), max.GetProperty("d").GetString()));
        Assert.Equal(("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.002Z"), (min.GetProperty("ts").GetString(), max.GetProperty("ts").GetString()));
        Assert.StartsWith("xé", min.GetProperty("long_text").GetString());
        Assert.True(string.CompareOrdinal(max.GetProperty("long_text").GetString(), "x" + new string('é', 40) + "9") > 0);
        Assert.True(min.GetProperty("long_text").GetString()!.Length <= 32);
        Assert.False(max.TryGetProperty("nan", out _));
        Assert.Equal((10, 0), (nulls.GetProperty("empty").GetInt64(), nulls.GetProperty("s").GetProperty("a").GetInt64()));
        Assert.Equal(9, max.GetProperty("s").GetProperty("a").GetInt64());
    }

    [Fact]
    public void Files_that_cannot_hold_the_rows_wanted_are_left_out_and_no_others()
    {
        for (var i = 0; i < 5; i++)
        {
            _lake.Write($"SELECT range AS id, 'k' || range AS k, DATE '2026-01-01' + range::INTEGER AS d FROM range({i * 10}, {(i + 1) * 10})");
        }
        var head = _lake.Head;
        int Count(string column, object? min, object? max) => FileSkipping.Select(head, [new ColumnBound(column, min, max)]).Count;

        Assert.Equal(1, Count("id", 15L, 15L));
        Assert.Equal(2, Count("ID", 19L, 20L));
        Assert.Equal(5, Count("unknown", 1L, 2L));
        Assert.Equal(0, Count("id", 50L, null));
        Assert.Equal(1, Count("d", new DateOnly(2026, 1, 11), new DateOnly(2026, 1, 12)));
        Assert.Equal(2, Count("k", "k42", "k42")); // The first file holds k0 to k9.
        _lake.Session.Mount(head, [new ColumnBound("id", 15L, 16L)]);
        Assert.Equal(["15", "16"], _lake.Query("SELECT id FROM silver.calls WHERE id BETWEEN 15 AND 16 ORDER BY 1"));
        Assert.Equal(["10"], _lake.Query("SELECT count(*) FROM silver.calls"));
    }
}
