using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Orchestrate.Starting;

/// <summary>What a page or a program asks to run.</summary>
public sealed record RunForm
{
    /// <summary><c>run</c>, <c>test</c> or <c>seed</c>. Default: run.</summary>
    public string Verb { get; init; } = "run";

    /// <summary>The selection, in dbt's syntax; empty = everything.</summary>
    public IReadOnlyList<string> Select { get; init; } = [];

    /// <summary>What to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Rebuild incremental models from nothing and collect sources from their beginning.</summary>
    public bool FullRefresh { get; init; }
}

/// <summary>
/// Starts runs as processes of their own: the command line's <c>run</c>, on the project's files as they are now. A run that dies takes nothing
/// with it, and a run started here is the same as one started in a terminal. When the program stops, its runs are asked to stop too.
/// </summary>
public sealed class RunStarter(ProjectRoot root, RunEnvironment environment, IProgramHost host) : IRunStart, IAsyncDisposable
{
    private static readonly string[] _verbs = ["run", "test", "seed"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<int, Process> _running = new();

    /// <summary>Starts a run; returns once it is planned.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.busy</c>: another run is under way; the selection's and the project's own errors.</exception>
    public async Task<RunId> StartAsync(RunForm form, CancellationToken cancellationToken)
    {
        if (!_verbs.Contains(form.Verb))
        {
            throw new EscaleException("orchestrate.verb", $"'{form.Verb}' is not something to run.", "Write run, test or seed.");
        }
        var process = Launch(form, await host.ListenAsync(cancellationToken));
        _running[process.Id] = process;
        var errors = new ConcurrentQueue<string>();
        _ = DrainAsync(process.StandardError, errors.Enqueue);
        var planned = new TaskCompletionSource<RunId>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = FollowAsync(process, errors, planned);
        return await planned.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RunId> StartAsync(IReadOnlyList<string> select, CancellationToken cancellationToken) => StartAsync(new RunForm { Select = select }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            ProcessIdentity.Of(process.Id)?.AskToEnd();
        }
        using var patience = new CancellationTokenSource(_patience);
        foreach (var process in _running.Values)
        {
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Launch(RunForm form, Uri here)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { WorkingDirectory = root.Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Arguments(form, root.Folder))
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment[ServedElsewhere.Variable] = here.ToString();
        foreach (var (name, value) in environment.Own)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>The command line. What is selected never begins an option: every selector follows its own <c>--select=</c>.</summary>
    internal static IEnumerable<string> Arguments(RunForm form, string folder) =>
    [
        form.Verb, "--json", "--no-wait", $"--project={folder}",
        .. form.Select.Select(selector => $"--select={selector}"), .. form.Exclude.Select(selector => $"--exclude={selector}"),
        .. form.FullRefresh ? ["--full-refresh"] : Array.Empty<string>(),
    ];

    private async Task FollowAsync(Process process, ConcurrentQueue<string> errors, TaskCompletionSource<RunId> planned)
    {
        await DrainAsync(process.StandardOutput, line =>
        {
            if (!planned.Task.IsCompleted && RunOf(line) is { } run)
            {
                planned.TrySetResult(run);
            }
        });
        await process.WaitForExitAsync();
        _running.TryRemove(process.Id, out _);
        planned.TrySetException(ErrorOf(errors));
        process.Dispose();
    }

    private static async Task DrainAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            take(line);
        }
    }

    private static RunId? RunOf(string line)
    {
        try
        {
            using var said = JsonDocument.Parse(line);
            return said.RootElement.TryGetProperty("event", out var name) && name.GetString() == "run_started" ? new RunId(said.RootElement.GetProperty("run").GetString()!) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static EscaleException ErrorOf(ConcurrentQueue<string> errors)
    {
        foreach (var line in errors.Reverse())
        {
            try
            {
                using var said = JsonDocument.Parse(line);
                var error = said.RootElement;
                return new EscaleException(error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!, error.TryGetProperty("next", out var next) ? next.GetString() : null);
            }
            catch (Exception notJson) when (notJson is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // A line for people; the error is another.
            }
        }
        return new EscaleException("orchestrate.start-failed", "The run ended before it had begun.", "Look at the newest file in .escale/logs.");
    }
}
