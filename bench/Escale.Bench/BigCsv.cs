using System.Globalization;
using System.Text;

namespace Escale.Bench;

/// <summary>Collects a 2 GB CSV into bronze under <c>memory_limit: 512MB</c>, and watches the memory of the program and its children.</summary>
internal static class BigCsv
{
    private const long SizeBytes = 2L << 30;

    public static void Run(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sources"));
            File.WriteAllText(Path.Combine(folder, "escale.yml"), "engine: { memory_limit: 512MB }\n");
            File.WriteAllText(Path.Combine(folder, "dbt_project.yml"), "name: big\nversion: \"1\"\n");
            File.WriteAllText(Path.Combine(folder, "sources", "big.yml"), "source: big\ntype: files\ntables: [{ name: rows, path: big.csv, write_disposition: replace }]\n");
            Write(Path.Combine(folder, "big.csv"));
            for (var run = 0; run < runs; run++)
            {
                var peak = 0L;
                var seconds = Pair.Time(() => Checkout.Escale(["run", folder, "--full-refresh"], process => peak = Math.Max(peak, Checkout.ResidentBytes(process))));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"2 GB CSV, memory_limit 512MB: {seconds:0.0} s, peak {peak / 1e6:0} MB of all processes, budget 900 MB"));
            }
        }
        finally
        {
            Checkout.Escale(["db", "stop", "--project", folder]);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string path)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        file.Write("id,at,vessel,terminal,tonnes,teu,note\n");
        var line = new StringBuilder();
        for (long written = 0, id = 0; written < SizeBytes; id++)
        {
            line.Clear().Append(CultureInfo.InvariantCulture,
                $"{id},{new DateTime(2026, 1, 1).AddSeconds(id):yyyy-MM-dd HH:mm:ss},vessel {random.Next(9000)},T{random.Next(12)},{random.Next(1, 500000) / 10.0},{random.Next(3000)},\"a note, with {random.Next()} in it\"\n");
            file.Write(line);
            written += line.Length;
        }
    }
}
