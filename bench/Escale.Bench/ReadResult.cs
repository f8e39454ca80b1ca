using Escale.Engines.DuckDb;

namespace Escale.Bench;

/// <summary>
/// Reading a result of 10 million rows and six columns of mixed types into C#, each value summed through spans, against DuckDB keeping the
/// same result to itself (CREATE TEMP TABLE AS, which is what a materialised result costs it at least).
/// </summary>
internal static class ReadResult
{
    private const int RowCount = 10_000_000;

    private const string Select = "SELECT id, amount, price, day, is_open, name FROM source";

    public static void Run(int runs)
    {
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        connection.Execute($"""
            CREATE TABLE source AS
            SELECT i AS id, ((i % 100000) * 1.5)::DOUBLE AS amount, ((i % 9999) / 100)::DECIMAL(12,2) AS price, DATE '2020-01-01' + (i % 2000)::INTEGER AS day,
                   i % 3 = 0 AS is_open, CASE WHEN i % 10 = 0 THEN NULL ELSE 'vessel number ' || (i % 5000) END AS name
            FROM range({RowCount}) r(i)
            """);
        Console.WriteLine($"10 M rows x 6 columns, DuckDB {DuckDatabase.Version}, target 0.70");
        Pair.Measure(
            "read into C# / CREATE TEMP TABLE AS", runs,
            () => connection.Execute($"CREATE OR REPLACE TEMP TABLE sink AS {Select}"), () => Read(connection));
        Pair.Measure("read into C# / materialised duckdb_result", runs, () => Materialise(connection), () => Read(connection));
    }

    private static long Materialise(DuckConnection connection)
    {
        using var statement = connection.Prepare(Select);
        return statement.Materialise();
    }

    private static double Read(DuckConnection connection)
    {
        var (rows, sum, bytes, nulls) = (0L, 0.0, 0L, 0L);
        using var result = connection.Query(Select);
        while (result.TryRead(out var chunk))
        {
            long ids = 0, prices = 0, days = 0, open = 0;
            var amounts = 0.0;
            foreach (var id in chunk[0].Values<long>())
            {
                ids += id;
            }
            foreach (var amount in chunk[1].Values<double>())
            {
                amounts += amount;
            }
            foreach (var price in chunk[2].Values<long>())
            {
                prices += price;
            }
            foreach (var day in chunk[3].Values<int>())
            {
                days += day;
            }
            foreach (var isOpen in chunk[4].Values<bool>())
            {
                open += isOpen ? 1 : 0;
            }
            var names = chunk[5];
            for (var row = 0; row < chunk.RowCount; row++)
            {
                if (names.IsNull(row))
                {
                    nulls++;
                }
                else
                {
                    var name = names.Utf8(row);
                    bytes += name.Length + name[0];
                }
            }
            rows += chunk.RowCount;
            sum += ids + prices + days + open + amounts;
        }
        return rows == RowCount && nulls == RowCount / 10 ? sum + bytes : throw new InvalidOperationException($"{rows} rows, {nulls} nulls");
    }
}
