using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Modeling.Training;

/// <summary>What a page or a program asks to train: a training of the project, or a table and its target.</summary>
public sealed record TrainingForm
{
    /// <summary>The name of a training of <c>ml/</c>, or a table (schema.table).</summary>
    public string Name { get; init; } = "";

    /// <summary>The column to predict, for a table.</summary>
    public string? Target { get; init; }

    /// <summary>What to call the model of a table.</summary>
    public string? Model { get; init; }

    /// <summary>The most time to take, such as 60s.</summary>
    public string? Budget { get; init; }

    /// <summary>The most models to try.</summary>
    public int? Trials { get; init; }

    /// <summary>What to be good at.</summary>
    public string? Metric { get; init; }

    /// <summary>Whether to write <c>ml/MODEL.yml</c>.</summary>
    public bool Save { get; init; }
}

/// <summary>
/// Starts trainings as processes of their own: the command line's <c>train</c>. One that dies or takes all memory takes nothing with it, and answering people and programs does not wait for it.
/// When the program stops, its trainings are asked to stop too, and keep the best so far.
/// </summary>
internal sealed class TrainingStarter(ProjectRoot root, RunEnvironment environment) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, Process> _running = new();

    /// <summary>Starts a training; returns its tracking run once it is recorded.</summary>
    /// <exception cref="EscaleException">The training's own errors, such as <c>modeling.training-not-found</c>.</exception>
    public Task<string> StartAsync(TrainingForm form, string person, CancellationToken cancellationToken) => StartAsync(Arguments(form, person), cancellationToken);

    /// <summary>Repeats a tracking run.</summary>
    public Task<string> RepeatAsync(string run, string person, CancellationToken cancellationToken) => StartAsync([$"--again={run}", $"--person={person}"], cancellationToken);

    /// <summary>Trains a challenger of a training and judges it; returns its tracking run once it is recorded.</summary>
    public Task<string> ChallengeAsync(string training, Retraining.RetrainReason reason, string person, CancellationToken cancellationToken) =>
        StartAsync(["--challenge", $"--reason={JsonSerializer.Serialize(reason, Tracking.TrackingJson.Options)}", $"--person={person}", "--", training], cancellationToken);

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

    /// <summary>The command line. What people wrote never begins an option.</summary>
    internal static IReadOnlyList<string> Arguments(TrainingForm form, string person) =>
    [
        $"--person={person}", .. form.Target is null ? Array.Empty<string>() : [$"--target={form.Target}"], .. form.Model is null ? Array.Empty<string>() : [$"--name={form.Model}"],
        .. form.Budget is null ? Array.Empty<string>() : [$"--budget={form.Budget}"], .. form.Trials is null ? Array.Empty<string>() : [$"--trials={form.Trials}"],
        .. form.Metric is null ? Array.Empty<string>() : [$"--metric={form.Metric}"], .. form.Save ? ["--save"] : Array.Empty<string>(), "--", form.Name,
    ];

    private async Task<string> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { WorkingDirectory = root.Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["train", "--json", $"--project={root.Folder}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment.Own)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        _running[process.Id] = process;
        var started = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = FollowAsync(process, started);
        return await started.Task.WaitAsync(cancellationToken);
    }

    private async Task FollowAsync(Process process, TaskCompletionSource<string> started)
    {
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!started.Task.IsCompleted && Said(line, "run") is { } run)
            {
                started.TrySetResult(run);
            }
        }
        await process.WaitForExitAsync();
        _running.TryRemove(process.Id, out _);
        started.TrySetException(ErrorOf(await errors));
        process.Dispose();
    }

    private static EscaleException ErrorOf(string errors)
    {
        foreach (var line in errors.Split('\n').Reverse())
        {
            if (Said(line, "code") is { } code)
            {
                return new EscaleException(code, Said(line, "message") ?? code, Said(line, "next"));
            }
        }
        return new EscaleException("modeling.start-failed", "The training ended before it had begun.", "Look at the newest file in .escale/logs.");
    }

    private static string? Said(string line, string name)
    {
        try
        {
            using var said = JsonDocument.Parse(line);
            return said.RootElement.ValueKind == JsonValueKind.Object && said.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null; // a line for people
        }
    }
}
