using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Tests.Records;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Store;

/// <summary>A real database of the user's own that cannot be reached in the midst of a run for longer than leases last (a minute with ESCALE_LONG=1), with a schedule that comes due meanwhile.</summary>
public sealed class A_database_that_goes_away(RecordDatabase database) : IClassFixture<RecordDatabase>
{
    private static readonly TimeSpan _away = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? 60 : 25);

    [Fact]
    public async Task Costs_its_time_and_nothing_else()
    {
        using var folder = new TempFolder();
        folder.Write("pipelines/layers.yml", "tasks:\n" + string.Concat(Enumerable.Range(0, 40).Select(at =>
            FormattableString.Invariant($"  - {{id: s{at}, http: {{url: x}}{(at < 8 ? "" : FormattableString.Invariant($", depends_on: s{at - 8}"))}}}\n"))));
        folder.Write("pipelines/often.yml", "schedule: {every: 5s, catch_up: last}\ntasks: [{id: a, http: {url: x}}]\n");
        await using var gate = new Gate((await database.Server.AddressAsync(default)).Port);
        var environment = new RunEnvironment();
        environment.Set("ESCALE_DATABASE", await AddressAsync("escale_owner", gate.Port));
        environment.Set("ESCALE_DATABASE_WRITER", await AddressAsync("escale_writer", gate.Port));
        await using var server = new PostgresServer(new ProjectRoot(folder.Path), environment, TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        var store = new PostgresPipelineStore(server, new RunStore(server, TimeProvider.System));
        var (engine, files, history) = (new PipelineEngine(store, new Definitions(store), new EngineLimits(), new Random(1)), new PipelineFiles(new ProjectRoot(folder.Path)), new PipelineHistory(store));
        var done = new ConcurrentQueue<string>();
        await using var host = new PipelineHost(engine, files, history, new Slow(done), TimeProvider.System).Start();
        var pipeline = files.Get("layers");
        await engine.KnowAsync([new PipelineRow("layers", false, DateTimeOffset.UnixEpoch, 1)], default);
        var id = PipelineRunId.New(TimeProvider.System);
        await engine.StartAsync(new NewRun { Id = id, Definition = Definition.Of(pipeline), Trigger = "manual", Key = id }, default);
        while (done.Count < 12)
        {
            await Task.Delay(20);
        }

        var shut = TimeProvider.System.GetUtcNow();
        gate.Shut();
        await Task.Delay(_away);
        Assert.InRange(done.Count(step => step.StartsWith(id, StringComparison.Ordinal)), 12, 32); // what was held was done, and nothing else could be taken
        var back = TimeProvider.System.GetUtcNow();
        gate.Open();

        var run = await history.ShowAsync(id, default);
        while (!run.IsOver)
        {
            await Task.Delay(100);
            run = await history.ShowAsync(id, default);
        }
        Assert.Equal("succeeded", run.Status);
        Assert.True(run.FinishedAt - back < TimeSpan.FromSeconds(100), $"it took {run.FinishedAt - back} after the database was back");
        Assert.All(run.Steps!, step => Assert.Single(step.History, attempt => attempt.Status == "succeeded"));
        Assert.All(run.Steps!.SelectMany(step => step.History), attempt => Assert.Contains(attempt.Status, (string[])["succeeded", "lost"]));
        var often = (await history.ListAsync("often", 100, default)).Where(one => one.CreatedAt > back).ToList();
        while (often.Count < 2)
        {
            await Task.Delay(200);
            often = [.. (await history.ListAsync("often", 100, default)).Where(one => one.CreatedAt > back)];
        }
        Assert.Equal(often.Count, often.Select(one => one.IntervalEnd).Distinct().Count());
        Assert.InRange(often[^1].CreatedAt - back, TimeSpan.Zero, TimeSpan.FromSeconds(100));
        Assert.InRange(often.Count(one => one.IntervalEnd > shut && one.IntervalEnd <= back), 0, 2); // of the times that passed, the last is made up for, beside one that was under way
    }

    private async Task<string> AddressAsync(string role, int port)
    {
        var address = await database.Server.AddressAsync(default);
        var password = (await File.ReadAllLinesAsync(address.PasswordFile!)).Select(line => line.Split(':')).First(parts => parts[3] == role)[4];
        return FormattableString.Invariant($"postgresql://{role}:{Uri.EscapeDataString(password)}@127.0.0.1:{port}/{address.Database}");
    }

    private sealed class Slow(ConcurrentQueue<string> done) : IStepExecutor
    {
        public async Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken)
        {
            await Task.Delay(300, cancellationToken);
            done.Enqueue($"{claimed.Run.Id}/{claimed.Step.Id}");
            return AttemptReport.Of(claimed, StepPhase.Succeeded);
        }
    }

    /// <summary>A way to the database that can be shut: what goes through is cut, and nobody gets in.</summary>
    private sealed class Gate : IAsyncDisposable
    {
        private readonly int _port;
        private readonly ConcurrentDictionary<Socket, byte> _through = [];
        private TcpListener? _listener;
        private Task _listening = Task.CompletedTask;

        public Gate(int port)
        {
            _port = port;
            Open();
        }

        public int Port { get; private set; }

        public void Open()
        {
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _listening = ListenAsync(_listener);
        }

        public void Shut()
        {
            _listener!.Stop();
            foreach (var socket in _through.Keys)
            {
                socket.Dispose();
            }
            _through.Clear();
        }

        public async ValueTask DisposeAsync()
        {
            Shut();
            await _listening;
        }

        private async Task ListenAsync(TcpListener listener)
        {
            try
            {
                while (true)
                {
                    _ = PassAsync(await listener.AcceptSocketAsync());
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // It was shut.
            }
        }

        private async Task PassAsync(Socket from)
        {
            using var to = new Socket(SocketType.Stream, ProtocolType.Tcp);
            (_through[from], _through[to]) = (0, 0);
            try
            {
                await to.ConnectAsync(IPAddress.Loopback, _port);
                await Task.WhenAny(CopyAsync(from, to), CopyAsync(to, from));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // One of them has gone.
            }
            from.Dispose();
            _through.TryRemove(from, out _);
            _through.TryRemove(to, out _);
        }

        private static async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[1 << 16];
            try
            {
                while (await from.ReceiveAsync(buffer) is var count and > 0)
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // One of them has gone.
            }
        }
    }
}
