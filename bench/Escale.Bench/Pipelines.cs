using System.Globalization;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Orchestrate.Records;

namespace Escale.Bench;

/// <summary>Pipelines on the embedded PostgreSQL: what the engine adds to steps that do next to nothing.</summary>
internal static class Pipelines
{
    public static void Run(int runs) => RunAsync(runs).GetAwaiter().GetResult();

    /// <summary>A second process: a worker on the database of a folder until its input ends.</summary>
    public static async Task WorkAsync(string folder)
    {
        await using var server = new PostgresServer(new ProjectRoot(folder), new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        var store = new PostgresPipelineStore(server, new RunStore(server, TimeProvider.System));
        using var stop = new CancellationTokenSource();
        var engine = new PipelineEngine(store, new Definitions(store), new EngineLimits(), SeededRandom.Unpredictable());
        var working = new PipelineWorker(engine, new Sleeper(), TimeProvider.System, new WorkerSettings { LookEvery = TimeSpan.FromMilliseconds(50) }).RunAsync(stop.Token);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await working;
    }

    private static async Task<double> WithSecondAsync(string folder, Func<Task<double>> measure)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Environment.ProcessPath!, ["pipelines-worker", folder]) { RedirectStandardInput = true };
        using var second = System.Diagnostics.Process.Start(start)!;
        await Task.Delay(3000);
        var took = await measure();
        second.StandardInput.Close();
        await second.WaitForExitAsync();
        return took;
    }

    private static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("escale-bench-");
        await using var server = new PostgresServer(new ProjectRoot(folder.FullName), new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        var store = new PostgresPipelineStore(server, new RunStore(server, TimeProvider.System));
        var engine = new PipelineEngine(store, new Definitions(store), new EngineLimits(), SeededRandom.Unpredictable());
        using var stop = new CancellationTokenSource();
        var worker = new PipelineWorker(engine, new Sleeper(), TimeProvider.System, new WorkerSettings());
        var working = worker.RunAsync(stop.Token);
        var history = new PipelineHistory(store);
        for (var run = 0; run < runs; run++)
        {
            var chain = await EndAsync(engine, worker, history, Named("chain", [.. Enumerable.Range(0, 40).Select(at => Step(at, "10", at > 0 ? [Id(at - 1)] : []))]));
            var many = Named("many", [.. Enumerable.Range(0, 10_000).Select(at => Step(at, "0", []))]);
            var alone = await EndAsync(engine, worker, history, many);
            var together = await WithSecondAsync(folder.FullName, () => EndAsync(engine, worker, history, many));
            var waits = Named(Waits, [.. Enumerable.Range(0, 2000).Select(at => Step(at, "50", []))]);
            var (waitAlone, waitTogether) = (await EndAsync(engine, worker, history, waits), await WithSecondAsync(folder.FullName, () => EndAsync(engine, worker, history, waits)));
            var late = await LatenessAsync(engine, worker, store, run);
            Console.WriteLine(FormattableString.Invariant($"40 chained steps of 10 ms: {chain:0.000} s; 10,000 steps: {alone:0.00} s, two processes: {together:0.00} s; 2,000 steps of 50 ms: {waitAlone:0.00} s, two processes: {waitTogether:0.00} s; {late}"));
        }
        await stop.CancelAsync();
        await working;
        await server.StopAsync(default);
        folder.Delete(recursive: true);
    }

    private static async Task<double> EndAsync(PipelineEngine engine, PipelineWorker worker, PipelineHistory history, PipelineSpec pipeline)
    {
        await engine.KnowAsync([new PipelineRow(pipeline.Name, false, DateTimeOffset.UnixEpoch, 1)], default);
        var id = PipelineRunId.New(TimeProvider.System);
        await engine.StartAsync(new NewRun { Id = id, Definition = Definition.Of(pipeline), Trigger = "manual", Key = id }, default);
        worker.Poke();
        while (true)
        {
            await Task.Delay(20);
            if (worker.LastTrouble is { } trouble)
            {
                throw new InvalidOperationException("The worker met trouble.", trouble);
            }
            if (await history.RunAsync(id, default) is { IsOver: true } run)
            {
                return run.Status == "succeeded" ? run.Seconds!.Value : throw new InvalidOperationException(run.Status);
            }
        }
    }

    private static async Task<string> LatenessAsync(PipelineEngine engine, PipelineWorker worker, PostgresPipelineStore store, int run)
    {
        var at = TimeProvider.System.GetUtcNow().AddSeconds(5);
        var pipelines = Enumerable.Range(0, 1000).Select(number => Named(FormattableString.Invariant($"p{run}-{number}"), [Step(0, "0", [])]) with
        {
            Schedule = new ScheduleSpec { Every = TimeSpan.FromDays(1), From = at },
        }).ToDictionary(pipeline => pipeline.Name);
        var folder = new PipelineFolder(pipelines, []);
        var scheduler = new PipelineScheduler(engine, () => folder, TimeProvider.System, () => Guid.NewGuid().ToString("N")[..12]);
        for (var made = await scheduler.TickAsync(default); made == 0; made = await scheduler.TickAsync(default))
        {
            await Task.Delay(10);
        }
        var made1000 = (TimeProvider.System.GetUtcNow() - at).TotalSeconds;
        worker.Poke();
        const string Late = """
            select extract(epoch from s.started_at - r.interval_end)::float8 from orchestrate.pipeline_steps s join orchestrate.pipeline_runs r on r.id = s.run_id
            where r.trigger = 'schedule' and s.phase = 'succeeded' and r.pipeline like $1 order by 1
            """;
        while (true)
        {
            var late = await store.ListAsync(Late, [FormattableString.Invariant($"p{run}-%")], reader => reader.GetDouble(0), default);
            if (late.Count == 1000)
            {
                return FormattableString.Invariant($"1,000 pipelines at the same moment: made after {made1000:0.00} s, first steps began {late[500]:0.00} s (median), {late[990]:0.00} s (p99), {late[^1]:0.00} s (last) after it");
            }
            await Task.Delay(500);
        }
    }

    private static PipelineSpec Named(string name, IReadOnlyList<TaskSpec> tasks) => new() { Name = name, Tasks = tasks };

    private static TaskSpec Step(int at, string milliseconds, IReadOnlyList<string> after) =>
        new() { Id = Id(at), Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>> { ["ms"] = [milliseconds] }, DependsOn = after };

    private static string Id(int at) => "s" + at.ToString(CultureInfo.InvariantCulture);

    private const string Waits = "waits";

    private sealed class Sleeper : IStepExecutor
    {
        public async Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken)
        {
            if (claimed.Run.Pipeline is "chain" or Waits)
            {
                await Task.Delay(claimed.Run.Pipeline == Waits ? 50 : 10, cancellationToken);
            }
            return AttemptReport.Of(claimed, StepPhase.Succeeded);
        }
    }
}
