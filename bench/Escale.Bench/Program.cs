using Escale.Bench;

// Each benchmark measures a peer and Escale in turn, in one process and one run, and prints medians and the ratio.
// dotnet run -c Release --project bench/Escale.Bench -- cli [runs]
Dictionary<string, (string What, Action<int> Run)> benchmarks = new(StringComparer.Ordinal)
{
    ["cli"] = ("start-up of the command line, and a run with nothing to do", CommandLine.Run),
    ["publish"] = ("3 million rows from the lake to PostgreSQL, against COPY of prepared bytes", Publish.Run),
    ["read"] = ("10 M rows x 6 columns into C#, against DuckDB materialising the same result", ReadResult.Run),
    ["sandbox"] = ("a small query in a warm sandbox, against the same in process", SandboxQuery.Run),
    ["collect"] = ("a 1 GB CSV through the whole of Collect, against DuckDB's own COPY to Parquet", CollectCsv.Run),
    ["lake"] = ("a 1 GB CSV into a lake table, against DuckDB's own COPY to Parquet", LakeIngest.Run),
    ["streams"] = ("events pushed to a real server, durable before they are acknowledged", Streams.Run),
    ["pages"] = ("the first page under 50 people at once, what travels, memory when idle", WebPages.Run),
    ["sql"] = ("SQL over HTTP: what the server adds to DuckDB's time", SqlService.Run),
    ["serve"] = ("single rows predicted over HTTP on loopback, against a service of your own (see README)", Serving.Run),
    ["serve-raw"] = ("the same of raw rows, through a recipe of eight steps", ServingRaw.Run),
    ["profile"] = ("a profile of a 1 GB CSV of 20 columns, against DuckDB's SUMMARIZE of it; its first sample; memory", Profiling.Run),
    ["pipelines"] = ("40 chained steps, 10,000 independent ones, 1,000 pipelines due at the same moment", Pipelines.Run),
    ["memory"] = ("a 2 GB CSV under memory_limit: 512MB: peak resident memory of all processes", BigCsv.Run),
};
if (args is ["sandbox-child"])
{
    return await Escale.Engines.Sandbox.SandboxChild.RunAsync([]);
}
if (args is ["pipelines-worker", var project])
{
    await Pipelines.WorkAsync(project);
    return 0;
}
if (args is not [var name, ..] || !benchmarks.TryGetValue(name, out var benchmark))
{
    foreach (var (known, (what, _)) in benchmarks)
    {
        Console.WriteLine($"{known,-10} {what}");
    }
    return 2;
}
benchmark.Run(args is [_, var runs, ..] ? int.Parse(runs, System.Globalization.CultureInfo.InvariantCulture) : 5);
return 0;
