using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>The display that fits who is looking: NDJSON for scripts, live in a terminal, plain lines in a pipe.</summary>
public sealed class RunDisplay : IDisposable
{
    private readonly LiveDisplay? _live;
    private readonly CliOutput _output;

    /// <summary>Chooses the display.</summary>
    public RunDisplay(CliOutput output, TimeProvider clock)
    {
        _output = output;
        if (output.IsJson)
        {
            Watcher = new JsonDisplay(output, clock);
        }
        else if (output.IsTerminal && !Console.IsOutputRedirected)
        {
            var colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
            Watcher = _live = new LiveDisplay(output.Results, clock, () => Math.Max(40, Console.WindowWidth), colours);
        }
        else
        {
            Watcher = new PlainDisplay(output.Results, clock);
        }
    }

    /// <summary>Hears what happens in the run.</summary>
    public RunWatcher Watcher { get; }

    /// <summary>A line that belongs to no step.</summary>
    public void Say(string text)
    {
        if (_live is not null)
        {
            _live.Say(text);
        }
        else
        {
            _output.Message(text);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _live?.Dispose();
}
