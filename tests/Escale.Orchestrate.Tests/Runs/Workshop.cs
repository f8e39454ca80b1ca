using System.Collections.Concurrent;
using Escale.Kernel;
using Escale.Orchestrate.Runs;
using Escale.Testing;

namespace Escale.Orchestrate.Tests.Runs;

/// <summary>A small kind of asset for these tests: each makes one file from the files that it reads, atomically.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly TempFolder _folder = new();

    public ConcurrentQueue<string> Made { get; } = [];

    public ConcurrentDictionary<string, Func<StepContext, Exception?>> Faults { get; } = [];

    /// <summary>What checks pass with, by id.</summary>
    public ConcurrentDictionary<string, string> Warnings { get; } = [];

    public List<(int Succeeded, bool AnyFailed)> Completions { get; } = [];

    public Func<StepContext, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public Exception? CompletionFault { get; set; }

    public IReadOnlyList<IStepRunner> Runners => [new FileRunner(this), new CheckRunner(this)];

    public static Asset Model(string name, string code, params string[] reads) => new()
    {
        Id = name, Kind = "model", Name = name, Reads = reads, CodeFingerprint = code,
    };

    public static Asset Check(string name, params string[] reads) => new()
    {
        Id = name, Kind = "check", Name = name, Reads = reads, CodeFingerprint = "check", IsCheck = true,
    };

    public string? Content(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : null;

    public Task<RunSummary> RunAsync(
        IReadOnlyList<Asset> graph, IEnumerable<string>? select = null, RunRequest? request = null, EarlierWork? earlier = null, CancellationToken stop = default)
    {
        var selected = (select ?? graph.Select(asset => asset.Id)).ToHashSet();
        var engine = new RunEngine(Runners, TimeProvider.System, SeededRandom.For(1, "jitter"));
        return engine.RunAsync(
            new RunId("r1"), RunPlan.Make(graph, selected), request ?? new RunRequest { Retries = 0 }, earlier ?? EarlierWork.None, new Quiet(), stop);
    }

    public void Dispose() => _folder.Dispose();

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private sealed class Quiet : RunWatcher;

    private sealed class FileRunner(Workshop shop) : IStepRunner
    {
        public string Kind => "model";

        public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken) =>
            ValueTask.FromResult(shop.Content(asset.Id)?.Split('\n') is [var fingerprint, ..] ? new AssetState(fingerprint, fingerprint) : null);

        public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
        {
            await shop.Before(context, cancellationToken);
            if (shop.Faults.TryGetValue(context.Asset.Id, out var fault) && fault(context) is { } error)
            {
                throw error;
            }
            var inputs = context.Asset.Reads.Select(id => shop.Content(id)).OfType<string>().Select(text => text.Split('\n')[1]);
            var data = $"{context.Asset.Id}({string.Join(",", inputs)})";
            var path = shop.PathOf(context.Asset.Id);
            await File.WriteAllTextAsync(path + ".new", $"{context.Fingerprint}\n{data}", cancellationToken);
            File.Move(path + ".new", path, overwrite: true);
            shop.Made.Enqueue(context.Asset.Id);
            return new StepResult { Version = context.Fingerprint, RowCount = 1 };
        }

        public Task CompleteAsync(IReadOnlyList<StepContext> succeeded, bool anyFailed, CancellationToken cancellationToken)
        {
            shop.Completions.Add((succeeded.Count, anyFailed));
            return shop.CompletionFault is { } fault ? throw fault : Task.CompletedTask;
        }
    }

    private sealed class CheckRunner(Workshop shop) : IStepRunner
    {
        public string Kind => "check";

        public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken) => ValueTask.FromResult<AssetState?>(null);

        public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
        {
            shop.Made.Enqueue(context.Asset.Id);
            return shop.Faults.TryGetValue(context.Asset.Id, out var fault) && fault(context) is { } error
                ? throw error
                : Task.FromResult(new StepResult { RowCount = 0, Warning = shop.Warnings.GetValueOrDefault(context.Asset.Id) });
        }
    }
}
