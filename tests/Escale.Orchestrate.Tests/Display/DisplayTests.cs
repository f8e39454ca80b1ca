using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Display;
using Escale.Orchestrate.Runs;
using Escale.Orchestrate.Tests.Runs;
using Xunit;

namespace Escale.Orchestrate.Tests.Display;

public sealed partial class DisplayTests
{
    private static readonly RunPlan _plan = RunPlan.Make(
        [Workshop.Model("a", "1") with { Table = TableName.Parse("silver.a") }, Workshop.Model("b", "1", "a"), Workshop.Check("t", "a")],
        new HashSet<string> { "a", "b", "t" });

    [Fact]
    public void Plain_lines_tell_kind_table_status_rows_and_seconds()
    {
        var lines = Plain();
        Assert.Matches(Line("run r1  3 steps"), lines[0]);
        Assert.Matches(Line("model silver.a  ok  4,213 rows  0.41 s"), lines[1]);
        Assert.Matches(Line("model b  failed  x.y  0.10 s"), lines[2]);
        Assert.Matches(Line("check t  skipped  b failed"), lines[3]);
    }

    [Fact]
    public void The_summary_counts_names_what_failed_and_gives_the_next_step()
    {
        var summary = string.Join('\n', Plain()[4..]);
        Assert.Contains("model b failed\n  error x.y: Broken.\n    at models/b.sql:3\n    next: Mend it.", summary, StringComparison.Ordinal);
        Assert.Contains("Run r1 failed in 1.00 s: 1 ok, 1 failed, 1 skipped", summary, StringComparison.Ordinal);
        Assert.Contains("4,213 rows, 1.2 MB written", summary, StringComparison.Ordinal);
        Assert.Contains("escale run --resume", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_events_are_one_object_a_line()
    {
        var text = new StringWriter { NewLine = "\n" };
        Tell(new JsonDisplay(new CliOutput(text, TextWriter.Null, json: true), TimeProvider.System));
        var events = text.ToString().TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["run_started", "step_ended", "step_ended", "step_ended", "run_ended"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.Equal(("ok", 4213), (events[1].GetProperty("status").GetString(), events[1].GetProperty("rows").GetInt32()));
        Assert.Equal("x.y", events[2].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("failed", events[4].GetProperty("status").GetString());
    }

    [Fact]
    public void The_live_display_draws_over_exactly_the_lines_it_drew_and_gives_the_cursor_back()
    {
        var text = new StringWriter { NewLine = "\n" };
        using (var live = new LiveDisplay(text, TimeProvider.System, () => 60, colours: false))
        {
            live.Started(new RunId("r1"), _plan);
            live.StepStarted(_plan.Steps[0]);
            live.StepProgressed(_plan.Steps[0], new StepProgress(0.5, 10, new string('x', 200)));
            Tell(live);
        }
        var screen = new Screen(text.ToString());
        Assert.True(screen.CursorIsShown);
        Assert.All(screen.Lines, line => Assert.True(line.Length <= 100, line));
        Assert.Single(screen.Lines, line => line.StartsWith("✓ model     silver.a", StringComparison.Ordinal));
        Assert.DoesNotContain(screen.Lines, line => line.Contains("xxx", StringComparison.Ordinal));
    }

    private static string[] Plain()
    {
        var text = new StringWriter { NewLine = "\n" };
        Tell(new PlainDisplay(text, TimeProvider.System));
        return text.ToString().Split('\n');
    }

    private static void Tell(RunWatcher display)
    {
        StepOutcome[] outcomes =
        [
            new()
            {
                Step = _plan.Steps[0], Status = StepStatus.Ok, Version = "1", Attempts = 1, Elapsed = TimeSpan.FromMilliseconds(410),
                Result = new StepResult { RowCount = 4213, SizeBytes = 1_234_567, Version = "1" },
            },
            new()
            {
                Step = _plan.Steps[1], Status = StepStatus.Failed, Attempts = 1, Elapsed = TimeSpan.FromMilliseconds(100),
                Error = new StepError("x.y", "Broken.", new Place("models/b.sql", 3), "Mend it."),
            },
            new() { Step = _plan.Steps[2], Status = StepStatus.Skipped, Reason = "b failed" },
        ];
        display.Started(new RunId("r1"), _plan);
        foreach (var outcome in outcomes)
        {
            display.StepEnded(outcome);
        }
        display.Ended(new RunSummary(new RunId("r1"), RunStatus.Failed, outcomes, TimeSpan.FromSeconds(1)));
    }

    private static string Line(string text) => $"^[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}  {Regex.Escape(text)}$";

    /// <summary>As much of a terminal as the display uses.</summary>
    private sealed partial class Screen
    {
        public Screen(string written)
        {
            foreach (var part in Codes().Split(written))
            {
                switch (part)
                {
                    case "\e[?25l" or "\e[?25h":
                        CursorIsShown = part.EndsWith('h');
                        break;
                    case "\e[J":
                        Lines.RemoveRange(_row, Lines.Count - _row);
                        break;
                    case var up when up.StartsWith("\e[", StringComparison.Ordinal):
                        _row -= int.Parse(up[2..^1], System.Globalization.CultureInfo.InvariantCulture);
                        Assert.True(_row >= 0, "It moved above its own first line.");
                        break;
                    default:
                        foreach (var line in part.Replace("\r", "", StringComparison.Ordinal).Split('\n')[..^1])
                        {
                            Lines.Add(line);
                            _row++;
                        }
                        break;
                }
            }
        }

        private int _row;

        public List<string> Lines { get; } = [];

        public bool CursorIsShown { get; private set; } = true;

        [GeneratedRegex(@"(\e\[\?25[lh]|\e\[J|\e\[\d+F)")]
        private static partial Regex Codes();
    }
}
