using System.Diagnostics;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Tasks;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Tasks;

/// <summary>What steps do that are done here.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private DateTimeOffset _now = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_waited_for_until_it_is_whole()
    {
        var first = await WaitAsync(null, ("file", "in/*.csv"));
        Assert.Equal(TimeSpan.FromSeconds(30), first.LookAgainIn);
        _folder.Write("in/a.csv", "1");
        var second = await WaitAsync(first.Output, ("file", "in/*.csv"));
        Assert.Equal(TimeSpan.FromSeconds(2), second.LookAgainIn);
        _folder.Write("in/a.csv", "12");
        var third = await WaitAsync(second.Output, ("file", "in/*.csv"));
        Assert.NotNull(third.LookAgainIn);
        var whole = await WaitAsync(third.Output, ("file", "in/*.csv"));
        Assert.Equal((null, "{\"files\":[\"in/a.csv\"]}"), (whole.LookAgainIn, whole.Output));
    }

    [Fact]
    public async Task A_time_is_waited_for_in_its_zone()
    {
        var first = await WaitAsync(null, ("time", "07:30"), ("zone", "Europe/Paris"));
        Assert.Equal(TimeSpan.FromMinutes(30), first.LookAgainIn);
        _now += TimeSpan.FromMinutes(31);
        Assert.Null((await WaitAsync(first.Output, ("time", "07:30"), ("zone", "Europe/Paris"))).LookAgainIn);
        Assert.Equal(TimeSpan.FromMinutes(29), (await WaitAsync(null, ("time", "2026-11-22T07:00:00Z"))).LookAgainIn);
        Assert.Equal("orchestrate.parameter", (await Assert.ThrowsAsync<EscaleException>(() => WaitAsync(null, ("time", "noon")))).Code);
    }

    [Theory]
    [InlineData("[{\"n\":0}]", false)]
    [InlineData("[{\"n\":3}]", true)]
    [InlineData("[{\"n\":true}]", true)]
    [InlineData("[{\"n\":null}]", false)]
    [InlineData("[]", false)]
    public async Task A_query_is_asked_until_it_says_yes(string rows, bool isDone)
    {
        var outcome = await WaitAsync(null, [new Made("sql", () => new TaskOutcome($"{{\"rows\":{rows}}}"))], ("sql", "select 1"));
        Assert.Equal(isDone, outcome.LookAgainIn is null);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_yet_is_asked_again()
    {
        Assert.NotNull((await WaitAsync(null, [new Made("http", () => throw new EscaleException("collect.http.status", "It answered 503."))], ("url", "https://x.example"))).LookAgainIn);
        Assert.Null((await WaitAsync(null, [new Made("http", () => new TaskOutcome("{}"))], ("url", "https://x.example"))).LookAgainIn);
    }

    [Fact]
    public async Task A_program_that_floods_its_log_without_ending_a_line_is_read_in_pieces()
    {
        var (longest, total) = (0, 0L);
        var code = await ChildProgram.RunAsync(new ProcessStartInfo("/bin/sh", ["-c", "head -c 20000000 /dev/zero | tr '\\0' x; echo; echo end"]), line => (longest, total) = (Math.Max(longest, line.Length), total + line.Length), _ => { }, null, default);
        Assert.Equal((0, 20_000_003L), (code, total));
        Assert.InRange(longest, 1, 1 << 20);
    }

    [Fact]
    public void A_log_that_is_flooded_keeps_its_beginning_and_its_end()
    {
        var written = new System.Text.StringBuilder();
        var log = new StepLog(text => written.Append(text));
        for (var line = 0; line < 400_000; line++)
        {
            log.Say($"line {line} of a program that never stops talking");
        }
        log.End();
        var text = written.ToString();
        Assert.InRange(text.Length, 900_000, 1_100_000);
        Assert.StartsWith("line 0 ", text, StringComparison.Ordinal);
        Assert.EndsWith("line 399999 of a program that never stops talking\n", text, StringComparison.Ordinal);
        Assert.Contains("lines are left out", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_missing_is_named_with_what_to_do()
    {
        var texts = new StepTexts(null!, new RunEnvironment(), new ProjectRoot(_folder.Path));
        var task = new TaskSpec { Id = "tell", Kind = TaskKind.Notify, With = new Dictionary<string, IReadOnlyList<string>> { ["url"] = ["${ESCALE_NO_SUCH_SECRET}"] } };
        var error = Assert.Throws<EscaleException>(() => texts.Fill(task, [], _ => { }));
        Assert.Equal(("orchestrate.secret-missing", true, true), (error.Code, error.Message.Contains("ESCALE_NO_SUCH_SECRET", StringComparison.Ordinal), error.Remedy!.Contains("environment", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_variable_is_put_in_where_the_file_names_it_and_never_where_a_value_does()
    {
        var environment = new RunEnvironment();
        environment.Set("ESCALE_TEST_SECRET", "swordfish {{ params.word }}");
        var texts = new StepTexts(null!, environment, new ProjectRoot(_folder.Path));
        var task = new TaskSpec { Id = "tell", Kind = TaskKind.Notify, With = new Dictionary<string, IReadOnlyList<string>> { ["message"] = ["${ESCALE_TEST_SECRET}, {{ params.word }}, ${NONE:-nothing}"] } };
        var secrets = new List<string>();
        var filled = texts.Fill(task, new() { ["params"] = new Dictionary<string, object?> { ["word"] = "${ESCALE_TEST_SECRET}" } }, secrets.Add);
        Assert.Equal("swordfish {{ params.word }}, ${ESCALE_TEST_SECRET}, nothing", filled["message"][0]);
        Assert.Equal(["swordfish {{ params.word }}"], secrets);
    }

    [Fact]
    public void A_line_of_the_shell_finds_its_element_in_its_environment()
    {
        var texts = new StepTexts(null!, new RunEnvironment(), new ProjectRoot(_folder.Path));
        var task = new TaskSpec { Id = "load", Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>> { ["line"] = ["echo {{ each.port }}"] } };
        var each = new Dictionary<string, object?> { ["port"] = "Dakar; rm -rf /", ["n°"] = 3L };
        var filled = texts.Fill(task, new()
        {
            ["run"] = new Dictionary<string, object?> { ["pipeline"] = "p", ["id"] = "r" }, ["interval"] = new Dictionary<string, object?> { ["begin"] = "b", ["end"] = "e" }, ["params"] = new Dictionary<string, object?>(),
            ["each"] = each, ["index"] = 4L,
        }, _ => { });
        Assert.Equal(("echo {{ each.port }}", "Dakar; rm -rf /", "3", "4"), (filled["line"][0], filled["env.EACH_PORT"][0], filled["env.EACH_N_"][0], filled["env.EACH_INDEX"][0]));
        Assert.Equal("""{"port":"Dakar; rm -rf /","n\u00B0":3}""", filled["env.EACH"][0]);
    }

    [Fact]
    public void A_full_disk_is_called_so_and_a_bug_a_bug()
    {
        Assert.Equal(DiskFull.Code, StepFailures.Of(new IOException("No space left on device", 28)).Code);
        Assert.Equal("orchestrate.internal-error", StepFailures.Of(new InvalidOperationException("x")).Code);
        Assert.Equal("x.y", StepFailures.Of(new EscaleException("x.y", "It failed.")).Code);
    }

    private Task<TaskOutcome> WaitAsync(string? earlier, params (string Name, string Value)[] with) => WaitAsync(earlier, [], with);

    private Task<TaskOutcome> WaitAsync(string? earlier, IReadOnlyList<ITaskRunner> runners, params (string Name, string Value)[] with) => new WaitTask(new ProjectRoot(_folder.Path), () => runners, new SetClock(() => _now)).RunAsync(
        new TaskCall { Pipeline = "p", Run = "r", Step = "s", Ordinal = 0, Attempt = 1, Earlier = earlier, With = with.Append(("every", "30")).ToDictionary(pair => pair.Item1, pair => (IReadOnlyList<string>)[pair.Item2]) }, default);

    private sealed class Made(string kind, Func<TaskOutcome> outcome) : ITaskRunner
    {
        public string Kind => kind;

        public Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken) => Task.FromResult(outcome());
    }
}
