using System.Globalization;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;

namespace Escale.Bench;

/// <summary>
/// A CSV of 1 GB into a lake table, with all that makes it one (types, statistics, checksum, fsync, Delta commit), against DuckDB's own
/// <c>COPY (FROM read_csv) TO parquet</c> with the same settings, which ends when the bytes are in the page cache.
/// </summary>
internal static class LakeIngest
{
    /// <summary>How large a CSV: <c>BENCH_CSV_MB</c>, 1000 by default.</summary>
    internal static long SizeBytes => long.Parse(Environment.GetEnvironmentVariable("BENCH_CSV_MB") ?? "1000", CultureInfo.InvariantCulture) * 1_000_000;

    public static void Run(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        try
        {
            var csv = Path.Combine(folder, "big.csv");
            Write(csv, SizeBytes);
            using var engine = LakeEngine.Open(Path.Combine(folder, "lake"));
            using var session = engine.OpenSession();
            var select = $"SELECT * FROM read_csv({DuckSql.Literal(csv)})";
            var peer = Path.Combine(folder, "peer.parquet");
            Pair.Measure("CSV to a lake table", runs, () => Copy(session, select, peer, "zstd"), () => session.Write(new TableWrite
            {
                Table = new TableName("bronze", "big"), Sql = select, Mode = WriteMode.Overwrite,
            }));
            foreach (var codec in (string[])["zstd", "snappy"])
            {
                var seconds = Pair.Median(Enumerable.Range(0, runs).Select(_ => Pair.Time(() => Copy(session, select, peer, codec))));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"COPY alone with {codec}: {seconds:0.00} s, {new FileInfo(peer).Length / 1e6:0} MB"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(LakeSession session, string select, string target, string codec)
    {
        File.Delete(target);
        session.Connection.Execute($"COPY ({select}) TO {DuckSql.Literal(target)} (FORMAT parquet, COMPRESSION {codec})");
    }

    internal static void Write(string path, long sizeBytes)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        file.Write("mmsi,at,latitude,longitude,speed_knots,course,status,vessel,draught\n");
        var line = new StringBuilder();
        for (long written = 0, id = 0; written < sizeBytes; id++)
        {
            line.Clear().Append(CultureInfo.InvariantCulture,
                $"{663000000 + random.Next(9000)},{new DateTime(2026, 1, 1).AddSeconds(id):yyyy-MM-dd HH:mm:ss},{14.5 + (random.NextDouble() / 2):0.000000},{-17.5 + (random.NextDouble() / 2):0.000000},{random.Next(250) / 10.0},{random.Next(3600) / 10.0},{random.Next(8)},VESSEL {random.Next(9000)},{random.Next(30, 160) / 10.0}\n");
            file.Write(line);
            written += line.Length;
        }
    }
}
