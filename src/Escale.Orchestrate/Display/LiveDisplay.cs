using System.Text;
using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>
/// The display in a terminal: what is done scrolls up as lines; below them, redrawn ten times a second, one line per running step
/// and one with the totals. Plain ANSI, colours unless <c>NO_COLOR</c> is set.
/// </summary>
internal sealed class LiveDisplay : RunWatcher, IDisposable
{
    private static readonly string[] _frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Func<int> _width;
    private readonly Style _style;
    private readonly Dictionary<string, RunningStep> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<StepStatus, int> _counts = [];
    private readonly ITimer _timer;
    private readonly long _start;
    private int _planned;
    private int _labelWidth = 20;
    private int _drawnLines;
    private int _frame;
    private bool _closed;

    public LiveDisplay(TextWriter writer, TimeProvider clock, Func<int> width, bool colours)
    {
        _writer = writer;
        _clock = clock;
        _width = width;
        _style = new Style(colours);
        _start = clock.GetTimestamp();
        _timer = clock.CreateTimer(_ => Tick(), null, _period, _period);
    }

    /// <summary>A line that belongs to no step.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            Above([_style.Dim(text)]);
        }
    }

    public override void Started(RunId run, RunPlan plan)
    {
        lock (_lock)
        {
            _planned = plan.Steps.Count;
            var widest = plan.Steps.Select(step => KindAndLabel(step.Asset).Length).DefaultIfEmpty(20).Max();
            _labelWidth = Math.Clamp(widest, 20, 48);
            _writer.Write("\e[?25l"); // the cursor would dance
            Above([_style.Dim($"run {run} · {plan.Steps.Count} steps")]);
        }
    }

    public override void StepStarted(PlannedStep step)
    {
        lock (_lock)
        {
            _running[step.Asset.Id] = new RunningStep(step.Asset, _clock.GetTimestamp());
        }
    }

    public override void StepProgressed(PlannedStep step, StepProgress progress)
    {
        lock (_lock)
        {
            if (_running.TryGetValue(step.Asset.Id, out var running))
            {
                running.Progress = progress;
            }
        }
    }

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn)
    {
        if (retryIn is { } wait)
        {
            lock (_lock)
            {
                Above([_style.Warn($"↻ {KindAndLabel(context.Asset)}  again in {RunText.Seconds(wait)}: {error!.Message}")]);
            }
        }
    }

    public override void StepEnded(StepOutcome outcome)
    {
        lock (_lock)
        {
            _running.Remove(outcome.Step.Asset.Id);
            _counts[outcome.Status] = _counts.GetValueOrDefault(outcome.Status) + 1;
            // Unchanged steps and passed tests are counted below and not listed: what is worth reading stays on the screen.
            var isQuiet = outcome.Status == StepStatus.Unchanged || outcome is { Status: StepStatus.Ok, Step.Asset.IsCheck: true };
            if (!isQuiet || outcome.Result?.Warning is not null)
            {
                Above([DoneLine(outcome)]);
            }
        }
    }

    public override void Ended(RunSummary summary)
    {
        lock (_lock)
        {
            Close();
            foreach (var line in RunText.Summary(summary))
            {
                _writer.WriteLine(line.Contains("failed", StringComparison.Ordinal) ? _style.Bad(line) : line.StartsWith("Run", StringComparison.Ordinal) ? _style.Strong(line) : line);
            }
            _writer.Flush();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }
        _timer.Dispose();
    }

    private void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _writer.Write(Erase() + "\e[?25h");
            _writer.Flush();
        }
    }

    private void Tick()
    {
        lock (_lock)
        {
            _frame++;
            Above([]);
        }
    }

    /// <summary>Writes lines above the live part and draws that anew, in one write so that nothing flickers.</summary>
    private void Above(IReadOnlyList<string> lines)
    {
        if (_closed)
        {
            return;
        }
        var text = new StringBuilder(Erase());
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }
        if (_planned == 0)
        {
            _writer.Write(text.ToString()); // before the plan stands there are no totals
            _writer.Flush();
            return;
        }
        List<string> live = [.. _running.Values.OrderBy(step => step.Start).Select(RunningLine), TotalsLine()];
        foreach (var line in live)
        {
            text.Append(line).Append('\n');
        }
        _drawnLines = live.Count;
        _writer.Write(text.ToString());
        _writer.Flush();
    }

    private string Erase()
    {
        var up = _drawnLines == 0 ? "" : $"\e[{_drawnLines}F";
        _drawnLines = 0;
        return up + "\r\e[J";
    }

    private string DoneLine(StepOutcome outcome)
    {
        var details = string.Join(" · ", RunText.Details(outcome));
        var label = KindAndLabel(outcome.Step.Asset).PadRight(_labelWidth);
        return outcome.Status switch
        {
            StepStatus.Ok when outcome.Result?.Warning is not null => $"{_style.Warn("!")} {label}  {details}",
            StepStatus.Ok => $"{_style.Good("✓")} {label}  {_style.Dim(details)}",
            StepStatus.Unchanged => $"{_style.Dim("=")} {label}  {_style.Dim(details)}",
            StepStatus.Failed => $"{_style.Bad("✗")} {label}  {details}",
            _ => $"{_style.Dim("–")} {label}  {_style.Dim($"{RunText.Word(outcome.Status)}: {details}")}",
        };
    }

    private string RunningLine(RunningStep step)
    {
        var parts = new List<string> { RunText.Seconds(_clock.GetElapsedTime(step.Start)) };
        if (step.Progress.Fraction is { } fraction)
        {
            parts.Add($"{(int)(fraction * 100)} %");
        }
        if (step.Progress.RowCount is { } rows)
        {
            parts.Add(RunText.Rows(rows));
        }
        if (step.Progress.Doing is { } doing)
        {
            parts.Add(doing);
        }
        var text = Fit($"{KindAndLabel(step.Asset).PadRight(_labelWidth)}  {string.Join(" · ", parts)}", 2);
        return $"{_style.Busy(_frames[_frame % _frames.Length])} {text}";
    }

    private string TotalsLine()
    {
        var done = _counts.Values.Sum();
        var counts = _counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {RunText.Word(pair.Key)}");
        return _style.Dim(Fit(string.Join(" · ", [$"{done}/{_planned}", .. counts, RunText.Seconds(_clock.GetElapsedTime(_start))]), 0));
    }

    // A line that wraps would be counted as one and leave a trace when it is drawn over.
    private string Fit(string text, int used)
    {
        var room = Math.Max(10, _width() - 1 - used);
        return text.Length <= room ? text : text[..(room - 1)] + "…";
    }

    private static string KindAndLabel(Asset asset) => $"{asset.Kind,-9} {RunText.Label(asset)}";

    private sealed class RunningStep(Asset asset, long start)
    {
        public Asset Asset => asset;

        public long Start => start;

        public StepProgress Progress { get; set; } = new();
    }

    private sealed record Style(bool Colours)
    {
        public string Good(string text) => Paint(text, "32");

        public string Bad(string text) => Paint(text, "31");

        public string Warn(string text) => Paint(text, "33");

        public string Busy(string text) => Paint(text, "36");

        public string Dim(string text) => Paint(text, "2");

        public string Strong(string text) => Paint(text, "1");

        private string Paint(string text, string code) => Colours ? $"\e[{code}m{text}\e[0m" : text;
    }
}
