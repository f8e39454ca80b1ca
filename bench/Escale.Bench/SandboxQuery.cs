using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;

namespace Escale.Bench;

/// <summary>A small query over a small Parquet file: in process, in an open sandbox session, and with a warm session of its own each time.</summary>
internal static class SandboxQuery
{
    private const string Sql = "SELECT category, count(*) AS n, sum(amount) AS total FROM small GROUP BY category ORDER BY category";
    private const int QueriesPerRun = 20;

    public static void Run(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-").FullName;
        try
        {
            RunAsync(runs, folder).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(int runs, string folder)
    {
        var file = Path.Combine(folder, "small.parquet");
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 2 });
        using var connection = database.Connect();
        connection.Execute($"COPY (SELECT i % 10 AS category, i * 1.5 AS amount FROM range(10000) r(i)) TO {DuckSql.Literal(file)}");
        var view = $"CREATE VIEW small AS SELECT * FROM read_parquet({DuckSql.Literal(file)})";
        connection.Execute(view);
        await using var pool = new SandboxPool(new SandboxOptions { Command = [Environment.ProcessPath!, "sandbox-child"] });
        var policy = new SandboxPolicy { ReadPaths = [folder], Threads = 2 };
        await using var session = await pool.RentAsync(policy);
        await session.ExecuteAsync(view);
        await pool.WarmUpAsync();
        var (inProcess, inSession, ownSession) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = -1; run < runs; run++)
        {
            var peer = Pair.Time(() => Repeat(() => Query(connection)));
            var ours = Pair.Time(() => Repeat(() => QueryAsync(session).GetAwaiter().GetResult()));
            await pool.WarmUpAsync();
            var whole = Pair.Time(() => OwnSessionAsync(pool, policy, view).GetAwaiter().GetResult());
            if (run >= 0)
            {
                inProcess.Add(peer * 1000 / QueriesPerRun);
                inSession.Add(ours * 1000 / QueriesPerRun);
                ownSession.Add(whole * 1000);
            }
        }
        var added = Pair.Median(inSession.Zip(inProcess, (sandboxed, direct) => sandboxed - direct));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"small query: in process {Pair.Median(inProcess):0.00} ms, in a warm sandbox {Pair.Median(inSession):0.00} ms: {added:0.00} ms more (median of {runs} pairs of {QueriesPerRun}; budget 3 ms); with renting a warm session and making its view {Pair.Median(ownSession):0.00} ms"));
    }

    private static void Repeat(Action query)
    {
        for (var count = 0; count < QueriesPerRun; count++)
        {
            query();
        }
    }

    private static async Task OwnSessionAsync(SandboxPool pool, SandboxPolicy policy, string view)
    {
        await using var session = await pool.RentAsync(policy);
        await session.ExecuteAsync(view);
        await QueryAsync(session);
    }

    private static double Query(DuckConnection connection)
    {
        var total = 0.0;
        using var result = connection.Query(Sql);
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                total += (double)chunk[2].Decimal(row);
            }
        }
        return total;
    }

    private static async Task<double> QueryAsync(SandboxSession session)
    {
        var total = 0.0;
        await using var result = await session.QueryAsync(Sql);
        while (await result.ReadAsync())
        {
            for (var row = 0; row < result.Chunk.RowCount; row++)
            {
                total += (double)result.Chunk[2].Decimal(row);
            }
        }
        return total;
    }
}
