using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary><c>shell</c>: a line of the shell, or a program with its arguments, in the project's folder. Its last line is its output.</summary>
internal sealed class ShellTask(ProjectRoot root) : ITaskRunner
{
    /// <inheritdoc/>
    public string Kind => "shell";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        string[] command = call.One("line") is { } line ? ["/bin/sh", "-c", line] : [.. call.All("command")];
        var program = command[0].Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command[0], root.Folder) : command[0];
        var start = new ProcessStartInfo(program) { WorkingDirectory = Path.GetFullPath(call.One("directory") ?? ".", root.Folder) };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in call.Map("env"))
        {
            start.Environment[name] = value;
        }
        if (!Directory.Exists(start.WorkingDirectory))
        {
            throw new EscaleException("orchestrate.program-not-found", $"There is no folder {root.Show(start.WorkingDirectory)} to run it in.", "Correct 'directory'.");
        }
        var (last, error) = ((string?)null, (string?)null);
        var code = await ChildProgram.RunAsync(start, said => call.Log(last = said), said => call.Log(error = said), null, cancellationToken);
        var reason = (error ?? last)?.Trim();
        return code switch
        {
            0 => new TaskOutcome(JsonSerializer.Serialize(new Dictionary<string, object?> { ["exit"] = 0, ["last"] = last is { Length: > 10_000 } ? last[..10_000] : last })),
            127 when call.One("line") is null => throw new EscaleException("orchestrate.program-not-found", $"The program {command[0]} cannot be started: {reason}.", "Install it, or correct its path."),
            _ => throw new EscaleException("orchestrate.exit-code", FormattableString.Invariant($"The program ended with {code}{(string.IsNullOrEmpty(reason) ? "" : ": " + (reason.Length > 300 ? reason[..300] + "…" : reason))}."), "Look at the log of the step."),
        };
    }
}
