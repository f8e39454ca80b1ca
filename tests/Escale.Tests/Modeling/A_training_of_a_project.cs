using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Escale.Testing;
using Escale.Tests.Runs;
using Escale.Tests.Serve;

namespace Escale.Tests.Modeling;

/// <summary>Training as people and programs do it: with the real program, from a file of the project to a prediction.</summary>
public sealed class A_training_of_a_project
{
    private const string Spec = "table: silver.calls\ntarget: hours\nexclude: [id]\ntrials: 2\nfamilies: [linear]\nsplit: {by: random}\n";

    [Fact]
    public async Task Is_a_step_of_a_run_again_only_when_its_table_or_its_file_changed()
    {
        using var project = new SmallProject();
        project.Write("ml/hours.yml", Spec);
        Assert.Equal("ok", await StatusAsync(project));
        Assert.Equal("unchanged", await StatusAsync(project));
        project.AddCalls(5001, 5200);
        Assert.Equal("ok", await StatusAsync(project));
        project.Write("ml/hours.yml", Spec + "seed: 3\n");
        Assert.Equal("ok", await StatusAsync(project));
        var shown = JsonDocument.Parse((await project.RunAsync("models", "show", "hours", "--json")).Output).RootElement;
        Assert.Equal([3, 2, 1], shown.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("version").GetProperty("version").GetInt32()));
    }

    [Theory]
    [InlineData("modeling.before-standing")]
    [InlineData("modeling.after-standing")]
    [InlineData("durable.before-rename")]
    public async Task That_is_killed_is_done_by_the_next_run_and_leaves_one_version(string failpoint)
    {
        using var project = new SmallProject();
        Assert.Equal(0, (await project.RunAsync("run")).ExitCode);
        project.Write("ml/hours.yml", Spec);
        var killed = await EscaleProgram.RunAsync(project.Folder, ["run", "--select", "hours"], new Dictionary<string, string> { ["ESCALE_FAILPOINTS"] = $"{failpoint}=crash" });
        Assert.NotEqual(0, killed.ExitCode);
        Assert.Equal(0, (await project.RunAsync("run")).ExitCode);
        var shown = JsonDocument.Parse((await project.RunAsync("models", "show", "hours", "--json")).Output).RootElement;
        Assert.Equal(1, shown.GetProperty("versions").GetArrayLength());
        Assert.Equal(0, (await project.RunAsync("predict", "hours", "silver.calls", "--to", "out.csv")).ExitCode);
        Assert.DoesNotContain("RUNNING", (await project.RunAsync("models", "ls", "--runs")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_started_followed_and_published_over_http()
    {
        using var project = new SmallProject();
        project.Write("models/silver/odd.sql", "{{ config(materialized='view', schema='silver') }}\nselect id, ship, 'same' as one, 'call ' || id as every from {{ ref('calls') }}\n");
        Assert.Equal(0, (await project.RunAsync("run")).ExitCode);
        await using var session = await SignedIn.StartAsync(project.Folder);
        using var started = await session.PostJsonAsync("/api/v1/trainings", """{"name":"silver.calls","target":"hours","trials":2,"model":"hours"}""");
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetString();
        var events = await session.Client.GetStringAsync($"/api/v1/tracking-runs/{run}/events");
        Assert.Contains("event: end", events, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"FINISHED\"", events, StringComparison.Ordinal);
        await PredictFileAsync(session);
        Assert.Equal(("modeling.one-class", "modeling.target-unique"), (await RefusedAsync(session, "one"), await RefusedAsync(session, "every")));
        var detail = await session.GetJsonAsync($"/api/v1/tracking-runs/{run}");
        Assert.Equal("Awa Diop", detail.GetProperty("tracked").GetProperty("run").GetProperty("person").GetString());
        Assert.Equal(1, (await session.GetJsonAsync("/api/v1/models/hours")).GetProperty("model").GetProperty("latest").GetInt32());
        using var unknown = await session.PostJsonAsync("/api/v1/trainings", """{"name":"nothing"}""");
        Assert.Equal("modeling.training-not-found", (await unknown.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        using var option = await session.PostJsonAsync("/api/v1/trainings", """{"name":"--again=x"}""");
        Assert.Equal(HttpStatusCode.NotFound, option.StatusCode);
        var document = await session.GetJsonAsync("/openapi/v1.json");
        foreach (var path in new[] { "/api/v1/trainings", "/api/v1/models/{name}/aliases/{alias}", "/api/v1/endpoints/{name}/predictions", "/v2/models/{name}/infer" })
        {
            Assert.True(document.GetProperty("paths").TryGetProperty(path, out _), path);
        }
    }

    [Fact]
    public async Task Of_a_file_needs_no_project_table()
    {
        using var folder = new TempFolder();
        folder.Write("escale.yml", "name: files\n");
        folder.Write("customers.csv", "age,plan,left\n" + string.Join('\n', Enumerable.Range(0, 200).Select(row => $"{20 + row % 50},{(row % 3 == 0 ? "a" : "b")},{(row % 50 > 25 ? "gone" : "stays")}")) + "\n");
        var trained = await EscaleProgram.RunAsync(folder.Path, ["train", "customers.csv", "--target", "left", "--trials", "3", "--json"]);
        Assert.True(trained.ExitCode == 0, trained.ToString());
        var model = JsonDocument.Parse(trained.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement.GetProperty("model");
        Assert.Equal(("customers", 1), (model.GetProperty("name").GetString(), model.GetProperty("version").GetInt32()));
        var again = await EscaleProgram.RunAsync(folder.Path, ["train", "--again", model.GetProperty("run").GetString()!]);
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Contains("Repeated bit for bit", again.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await EscaleProgram.RunAsync(folder.Path, ["models", "publish", "customers"])).ExitCode);
        Assert.Contains("champion of customers is version 1 already", (await EscaleProgram.RunAsync(folder.Path, ["models", "publish", "customers"])).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await EscaleProgram.RunAsync(folder.Path, ["models", "export", "customers", "--onnx", "c.onnx", "--file", "c.escale"])).ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.Path, "c.onnx")));
        Assert.Contains("version 1 now", (await EscaleProgram.RunAsync(folder.Path, ["models", "register", "taken", "c.escale"])).Output, StringComparison.Ordinal);
        var predicted = await EscaleProgram.RunAsync(folder.Path, ["predict", "taken", "customers.csv"]);
        Assert.StartsWith("age,plan,left,predicted_left,probability_gone,probability_stays", predicted.Output, StringComparison.Ordinal);
    }

    // What cannot be learned is told by the record of the training, and nothing comes of it.
    private static async Task<string?> RefusedAsync(SignedIn session, string target)
    {
        using var started = await session.PostJsonAsync("/api/v1/trainings", $$"""{"name":"silver.odd","target":"{{target}}","trials":2}""");
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetString();
        await session.Client.GetStringAsync($"/api/v1/tracking-runs/{run}/events");
        var tracked = (await session.GetJsonAsync($"/api/v1/tracking-runs/{run}")).GetProperty("tracked").GetProperty("run");
        Assert.Equal("FAILED", tracked.GetProperty("status").GetString());
        return tracked.GetProperty("error_code").GetString();
    }

    private static async Task<string> StatusAsync(SmallProject project)
    {
        var (finished, steps, _) = await project.RunEventsAsync("run");
        Assert.True(finished.ExitCode == 0, finished.ToString());
        return steps["training.small.hours"].GetProperty("status").GetString()!;
    }

    // A file of the user's is read in the sandbox, some rows at a time; the way out of its name leads nowhere.
    private static async Task PredictFileAsync(SignedIn session)
    {
        using var sent = await session.SendAsync(HttpMethod.Post, "/api/v1/models/hours/scorings/file?file_name=..%2F..%2Fcalls.csv", new StringContent("id,ship\n1,3\n2,29\n", System.Text.Encoding.UTF8, "text/csv"));
        Assert.True(sent.StatusCode == HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        JsonElement job;
        do
        {
            await Task.Delay(50, limit.Token);
            job = await session.GetJsonAsync(sent.Headers.Location!.ToString());
        }
        while (job.GetProperty("status").GetString() == "running");
        Assert.Equal(("finished", 2, "calls.csv"), (job.GetProperty("status").GetString(), job.GetProperty("rows").GetInt64(), job.GetProperty("source").GetString()));
        Assert.Contains("predicted_hours", await session.Client.GetStringAsync($"/api/v1/scorings/{job.GetProperty("id").GetString()}/result.csv"), StringComparison.Ordinal);
    }
}
