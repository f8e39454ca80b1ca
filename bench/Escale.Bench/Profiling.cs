using System.Globalization;
using Escale.Engines.DuckDb;

namespace Escale.Bench;

/// <summary>Profiles a 1 GB CSV of 20 columns with <c>escale profile</c>, start of the program included, against DuckDB's SUMMARIZE of the same file.</summary>
internal static class Profiling
{
    private const int Threads = 2;

    // Rows such that the file has about 1 GB.
    private const long Rows = 5_700_000;

    public static void Run(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "dbt_project.yml"), "name: big\nversion: \"1\"\n");
            var file = Path.Combine(folder, "big.csv");
            Write(file);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(file).Length / 1e9:0.00} GB, {Rows / 1e6:0.0} M rows, 20 columns"));
            var pairs = new List<(double Peer, double Ours, double First, long Peak)>();
            for (var run = 0; run < runs; run++)
            {
                var peak = 0L;
                var peer = Pair.Time(() => Summarize(file));
                var ours = Pair.Time(() => Checkout.Escale(["profile", file, "--json", "--project", folder], process => peak = Math.Max(peak, Checkout.ResidentBytes(process))));
                pairs.Add((peer, ours, Pair.Time(() => Checkout.Escale(["profile", file, "--sample", "--json", "--project", folder])), peak));
            }
            var ratios = pairs.Select(pair => pair.Ours / pair.Peer).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"profile: SUMMARIZE {Pair.Median(pairs.Select(pair => pair.Peer)):0.0} s, ours {Pair.Median(pairs.Select(pair => pair.Ours)):0.0} s, {Pair.Median(ratios):0.00} of its time ({ratios[0]:0.00}-{ratios[^1]:0.00}, {runs} pairs); sample {Pair.Median(pairs.Select(pair => pair.First)):0.00} s; peak {pairs.Max(pair => pair.Peak) / 1e6:0} MB of all processes"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Summarize(string file)
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = Threads });
        using var connection = database.Connect();
        connection.Execute($"CREATE TEMP TABLE summary AS SELECT * FROM (SUMMARIZE SELECT * FROM read_csv({DuckSql.Literal(file)}))");
    }

    private static void Write(string file)
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = Threads, PreserveInsertionOrder = false });
        using var connection = database.Connect();
        connection.Execute($"""
            COPY (SELECT i AS id, hash(i) % 900000 AS client, ['Dakar', 'Thiès', 'Kaolack', 'Saint-Louis', 'Ziguinchor'][(hash(i) % 5)::BIGINT + 1] AS town, 'user' || (hash(i + 1) % 500000) || '@example.org' AS email,
              round((hash(i + 2) % 100000) / 37.0, 2) AS price, (hash(i + 3) % 1000)::INTEGER AS quantity, DATE '2020-01-01' + (hash(i + 4) % 2000)::INTEGER AS day,
              TIMESTAMP '2023-01-01 00:00:00' + to_seconds((hash(i + 5) % 60000000)::BIGINT) AS moment, hash(i + 6) % 2 = 0 AS paid, CASE WHEN hash(i + 7) % 10 <> 0 THEN (hash(i + 7) % 10000) / 100.0 END AS score,
              ['A', 'B', 'C'][(hash(i + 8) % 3)::BIGINT + 1] AS class, 'SN-' || (hash(i + 9) % 90000 + 10000) AS postcode, ln(1 + hash(i + 10) % 1000000)::DECIMAL(10, 4) AS spread, (hash(i + 11) % 180)::DOUBLE - 89.875 AS latitude,
              (hash(i + 12) % 360)::DOUBLE - 179.75 AS longitude, CASE WHEN hash(i + 13) % 3 <> 0 THEN 'a note about the number ' || (hash(i + 13) % 70000) END AS note, hash(i + 14) % 97 AS age, hash(i + 15) % 5 AS stars,
              '+221 77 ' || (hash(i + 16) % 900 + 100) || ' ' || (hash(i + 17) % 90 + 10) AS phone, hash(i + 18) % 1000003 AS code
            FROM range({Rows}) r(i)) TO {DuckSql.Literal(file)} (HEADER)
            """);
    }
}
