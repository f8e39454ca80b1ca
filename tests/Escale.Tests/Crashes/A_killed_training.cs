using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Escale.Testing;
using Escale.Tests.Runs;

namespace Escale.Tests.Crashes;

/// <summary>kill -9 while a model is trained, and while versions are published: no half model, and no endpoint that points to nothing.</summary>
public sealed class A_killed_training
{
    private const string ApiKey = "u7Rk2Wq9Zx4Lm1Vb8Nc5Td3Hs6Gf0JpE";
    private const int Moves = 60;

    private static readonly Dictionary<string, string> _environment = new() { ["ESCALE_API_KEY"] = ApiKey };

    [Fact]
    public async Task Is_shown_as_interrupted_and_done_again_and_a_publishing_that_is_killed_is_done_or_not()
    {
        using var project = new SmallProject();
        Assert.Equal(0, (await project.RunAsync("run")).ExitCode);
        project.Write("ml/hours.yml", "table: silver.calls\ntarget: hours\nexclude: [id]\ntrials: 40\nfamilies: [linear, decision_tree, random_forest, boosting]\nsplit: {by: random}\n");
        try
        {
            var run = await KillWhileTryingModelsAsync(project.Folder);
            Assert.Empty(Json((await project.RunAsync("models", "ls", "--json")).Output).EnumerateArray()); // no half model

            // Small enough now to be done in a moment, and the same both times.
            project.Write("ml/hours.yml", "table: silver.calls\ntarget: hours\nexclude: [id]\ntrials: 2\nfamilies: [linear, decision_tree]\nsplit: {by: random}\n");
            Assert.Equal(0, (await project.RunAsync("train", "hours")).ExitCode);
            Assert.Equal(0, (await project.RunAsync("train", "hours")).ExitCode);
            var versions = Json((await project.RunAsync("models", "show", "hours", "--json")).Output).GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("version").GetProperty("sha256").GetString()).ToList();
            Assert.Equal((2, 1), (versions.Count, versions.Distinct().Count()));

            await PublishUntilKilledAsync(project.Folder);
            await LookAsync(project.Folder, run);
        }
        finally
        {
            await project.RunAsync("db", "stop");
        }
    }

    /// <summary>Kills the training once it has tried some models; returns its tracking run.</summary>
    private static async Task<string> KillWhileTryingModelsAsync(string folder)
    {
        using var training = EscaleProgram.Start(folder, ["train", "hours", "--json"]);
        var (run, models) = ("", 0);
        while (models < 3 && await training.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = Json(line);
            run = said.TryGetProperty("run", out var id) ? id.GetString()! : run;
            models = said.TryGetProperty("models", out var count) ? count.GetInt32() : models;
        }
        training.Kill();
        await training.WaitForExitAsync();
        Assert.True(models >= 3, "it ended before it was killed");
        return run;
    }

    /// <summary>Kills the server while the alias goes to and fro.</summary>
    private static async Task PublishUntilKilledAsync(string folder)
    {
        using var server = EscaleProgram.Start(folder, ["serve", "--urls", "http://127.0.0.1:0", "--json"], _environment);
        using var client = await ClientAsync(server);
        using var made = await client.PutAsJsonAsync("/api/v1/endpoints/hours", new { });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var publishing = Task.Run(async () =>
        {
            try
            {
                for (var move = 0; ; move++)
                {
                    using var moved = await client.PutAsJsonAsync("/api/v1/models/hours/aliases/champion", new { version = 1 + move % 2 });
                    Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
                    if (move == Moves)
                    {
                        enough.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // It was killed under us.
            }
        });
        await Task.WhenAny(enough.Task, publishing);
        server.Kill();
        await server.WaitForExitAsync();
        await publishing;
    }

    private static async Task LookAsync(string folder, string run)
    {
        using var server = EscaleProgram.Start(folder, ["serve", "--urls", "http://127.0.0.1:0", "--json"], _environment);
        try
        {
            using var client = await ClientAsync(server);
            // The interrupted training, with what it had tried, and no file of a model.
            var tracked = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/tracking-runs/{run}")).GetProperty("tracked").GetProperty("run");
            Assert.Equal("KILLED", tracked.GetProperty("status").GetString());
            using var file = await client.GetAsync($"/api/v1/tracking-runs/{run}/artifacts/model.escale");
            Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);

            // The alias is where the last move that was recorded put it, and the endpoint answers with that version.
            var model = await client.GetFromJsonAsync<JsonElement>("/api/v1/models/hours");
            var champion = model.GetProperty("model").GetProperty("aliases").GetProperty("champion").GetInt32();
            Assert.Equal(champion, model.GetProperty("moves")[0].GetProperty("to").GetInt32());
            using var asked = await client.PostAsync("/api/v1/endpoints/hours/predictions", new StringContent("[{\"ship\":3}]", Encoding.UTF8, "application/json"));
            var said = await asked.Content.ReadAsStringAsync();
            Assert.True(asked.IsSuccessStatusCode, said);
            Assert.Equal(champion, Json(said).GetProperty("version").GetInt32());
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<HttpClient> ClientAsync(System.Diagnostics.Process server)
    {
        var said = Json(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
        var client = new HttpClient { BaseAddress = new Uri(said.GetProperty("listening").GetString()!) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        return client;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
