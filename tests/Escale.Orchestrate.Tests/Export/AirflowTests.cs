using System.Diagnostics;
using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Export;
using Escale.Orchestrate.Export.Airflow;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Testing;

namespace Escale.Orchestrate.Tests.Export;

/// <summary>The file of DAGs, run by a real Python against a package that records what it is told, in the layouts of Airflow 2.10 and 3.</summary>
public sealed class AirflowTests : IDisposable
{
    // One that has what Airflow's templates are made with, else any.
    private static readonly Lazy<string?> _python = new(() =>
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin").Select(folder => Path.Combine(folder, "python3")).Where(File.Exists).Distinct().ToList();
        return found.Find(python =>
        {
            using var asked = Process.Start(new ProcessStartInfo(python, ["-c", "import jinja2"]) { RedirectStandardError = true })!;
            asked.WaitForExit();
            return asked.ExitCode == 0;
        }) ?? found.FirstOrDefault();
    });

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    public void A_file_says_of_pipelines_what_they_say(string layout)
    {
        var set = ExportSamples.Set(_folder, ("daily", ExportSamples.Daily), ("weekly", ExportSamples.Weekly));
        var dags = Recorded(AirflowFile.Of(set).Text, layout);
        var (daily, weekly) = (dags[0], dags[1]);
        var pipeline = set.Pipelines[0];
        Assert.Equal(pipeline.Description, daily.GetProperty("description").GetString());
        Assert.Equal(("30 6 * * 1,2,3,4,5", "Africa/Dakar"), (Text(daily, "schedule", "cron"), Text(daily, "schedule", "zone")));
        // The first interval that ends on or after the 2nd, and the last that ends before the year does.
        Assert.Equal(("2026-10-30T06:30:00+00:00", "2026-12-30T06:30:00+00:00"), (Text(daily, "from"), Text(daily, "until")));
        Assert.Equal((false, 2, 7200), (daily.GetProperty("catchup").GetBoolean(), daily.GetProperty("concurrency").GetInt32(), daily.GetProperty("timeout").GetDouble()));
        Assert.Equal("""["{{ interval.day }}",{"type":"string"}]""", Json(daily.GetProperty("params").GetProperty("day")));
        Assert.Equal("""[10,{"type":"integer"}]""", Json(daily.GetProperty("params").GetProperty("size")));
        Assert.Equal("""[false,{"type":"boolean"}]""", Json(daily.GetProperty("params").GetProperty("full")));
        Assert.Equal("""["fast",{"type":"string","enum":["fast","no"]}]""", Json(daily.GetProperty("params").GetProperty("mode")));
        Assert.Equal("""it's "quoted" $HOME $(id) `id` \n 🚢""", daily.GetProperty("params").GetProperty("plain")[0].GetString());
        foreach (var (task, said) in pipeline.Tasks.Zip(daily.GetProperty("tasks").EnumerateArray()))
        {
            Assert.Equal((task.Id, string.Join(',', task.DependsOn.Order(StringComparer.Ordinal))), (Text(said, "id"), string.Join(',', said.GetProperty("upstream").EnumerateArray())));
        }
        Assert.Equal(
            [
                "fetch all_success 2 30 True 300 90 escale_api 604", "load_all all_success 3 1 False 600 - escale_build 604", "check all_success 2 30 True 300 - - 609", "clean all_done 0 - False - - - 604",
                "odd none_failed_min_one_success 0 - False - - - 604", "on_failure one_failed 2 30 True 300 - - 604", "outcome all_done 0 - False - - - 1", "start_weekly all_success - - - - - - -",
            ],
            daily.GetProperty("tasks").EnumerateArray().Select(Settings));
        Assert.Equal(("weekly", "daily/{{ run_id }}"), (Text(Task(daily, "start_weekly"), "starts"), Text(Task(daily, "start_weekly"), "conf", "escale_after")));
        Assert.Equal(JsonValueKind.Null, weekly.GetProperty("schedule").ValueKind);
    }

    [Fact]
    public void What_the_program_is_called_with_is_what_was_meant_whatever_the_texts_hold()
    {
        var set = ExportSamples.Set(_folder, ("daily", ExportSamples.Daily));
        var daily = Recorded(AirflowFile.Of(set).Text, "3")[0];
        var called = Task(daily, "fetch").GetProperty("called");
        Assert.SkipWhen(called.ValueKind == JsonValueKind.Null, "no jinja2 for this Python");
        Assert.Equal(
            [
                "pipeline", "step", "daily", "fetch", "--project", set.Folder, "--run", "scheduled__2026-11-23", "--at", "2026-11-23T06:30:00+00:00", "--after", "",
                "--param", "day={{ interval.day }}", "--param", "size=10", "--param", "share=0.5", "--param", "full=False", "--param", "mode=fast", "--param", "words=it's \"{{ 7 * 7 }}\" $HOME",
                "--param", "plain=it's \"quoted\" $HOME $(id) `id` \\n 🚢",
            ],
            called.EnumerateArray().Select(argument => argument.GetString()));
        Assert.Equal("--retries", Task(daily, "odd").GetProperty("called")[4].GetString());
        Assert.Equal(["pipeline", "outcome", "daily", "--project"], Task(daily, "outcome").GetProperty("called").EnumerateArray().Take(4).Select(argument => argument.GetString()));
    }

    [Theory]
    [InlineData("every: 15m", "0,15,30,45 * * * *", null)]
    [InlineData("every: 6h", "0 0,6,12,18 * * *", null)]
    [InlineData("every: 7h", null, 25200d)]
    [InlineData("{cron: '@daily', catch_up: all}", "0 0 * * *", null)]
    [InlineData("{cron: '0 6 L * ?'}", "0 6 L * *", null)]
    [InlineData("{cron: '0 6 * * MON#2,7'}", "0 6 * * 1#2,0", null)]
    [InlineData("{cron: '5/20 * 1-3 JAN,jul FRIL'}", "5,25,45 * 1,2,3 1,7 L5", null)]
    public void Schedules_are_those_of_the_pipeline(string schedule, string? cron, double? every)
    {
        var dag = Recorded(AirflowFile.Of(ExportSamples.Set(_folder, ("p", $"schedule: {(schedule[0] == '{' ? schedule : "{" + schedule + "}")}\nbuild: gold\n"))).Text, "2")[0];
        Assert.Equal(cron, dag.GetProperty("schedule").TryGetProperty("cron", out var said) ? said.GetString() : null);
        Assert.Equal(every, dag.GetProperty("schedule").TryGetProperty("every", out var seconds) ? seconds.GetDouble() : null);
        Assert.Equal(schedule.Contains("all", StringComparison.Ordinal), dag.GetProperty("catchup").GetBoolean());
    }

    [Theory]
    [InlineData("schedule: 0 6 15W * *\nbuild: gold", "15W")]
    [InlineData("schedule: {every: 7h, from: 2026-11-01 03:30}\nbuild: gold", "1970")]
    [InlineData("triggers: {after: [a, b]}\nbuild: gold", "several")]
    [InlineData("triggers: {files: inbox/*.csv}\nbuild: gold", "files come")]
    public void What_Airflow_cannot_say_is_refused(string text, string part)
    {
        var set = ExportSamples.Set(_folder, ("a", "build: gold"), ("b", "build: gold"), ("p", text));
        var refused = Assert.Throws<EscaleException>(() => AirflowFile.Of(set));
        Assert.Equal("orchestrate.export", refused.Code);
        Assert.Contains(part, refused.Message);
        Assert.NotNull(refused.Remedy);
    }

    [Fact]
    public void What_is_otherwise_there_is_noted()
    {
        var set = ExportSamples.Set(_folder, ("p", "schedule: {cron: 0 6 * * *, catch_up: none}\ntriggers: {webhook: true}\nretries: {count: 1, factor: 3}\nbuild: gold\ntasks: [{id: a, shell: x, retries: {count: 1, on: [x]}}]"));
        var file = AirflowFile.Of(set);
        Assert.Equal(4, set.Notes.Count);
        Assert.All(set.Notes, note => Assert.Contains("# Note: " + note, file.Text));
    }

    [Fact]
    public void Every_trigger_is_known_here() => Assert.Equal(
        ["After", "Assets", "Files", "IsAny", "Webhook"], typeof(TriggerSpec).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal)); // a new one: ExportSet.Look

    private List<JsonElement> Recorded(string text, string layout)
    {
        var python = _python.Value;
        Assert.SkipWhen(python is null || OperatingSystem.IsWindows(), "no Python here");
        var (file, program, output) = (Path.Combine(_folder.Path, "dags.py"), Path.Combine(_folder.Path, "program"), Path.Combine(_folder.Path, "said.json"));
        File.WriteAllText(file, text);
        File.WriteAllText(program, $"#!{python}\nimport json, os, sys\njson.dump(sys.argv[1:], open(os.environ['CALLED'], 'w'))\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }
        using var process = Process.Start(new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "Export", "fake_airflow.py"), layout, file, program, output]) { RedirectStandardError = true, Environment = { ["PYTHONUTF8"] = "1" } })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error + text);
        return [.. JsonDocument.Parse(File.ReadAllText(output)).RootElement.EnumerateArray()];
    }

    private static string Settings(JsonElement task) => string.Join(
        ' ', ((string[])["id", "rule", "retries", "delay", "grows", "most", "timeout", "pool", "weight"]).Select(name => task.TryGetProperty(name, out var value) && value.ToString() is { Length: > 0 } said ? said : "-"));

    private static JsonElement Task(JsonElement dag, string id) => dag.GetProperty("tasks").EnumerateArray().First(task => Text(task, "id") == id);

    private static string? Text(JsonElement element, params string[] path) => path.Aggregate(element, (inner, name) => inner.GetProperty(name)).GetString();

    private static string Json(JsonElement element) => JsonSerializer.Serialize(element, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
