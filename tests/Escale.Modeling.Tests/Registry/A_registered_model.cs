using System.Net.Http.Json;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Tests.Registry;

public sealed class A_registered_model(ModelingProgram program)
{
    [Fact]
    public async Task Is_published_and_rolled_back()
    {
        for (var seed = 0; seed < 3; seed++)
        {
            await program.TrainSmallAsync("moved", seed: seed);
        }
        var registry = program.Get<ModelRegistry>();
        Assert.Equal(3, (await registry.FindAsync("moved", null, CancellationToken.None)).Version); // the newest while there is no champion
        Assert.Null(await registry.MoveAsync("moved", "champion", 1, "awa", "first", CancellationToken.None));
        Assert.Equal(1, await registry.MoveAsync("moved", "champion", 3, "awa", "better", CancellationToken.None));
        Assert.Equal((3, 1), await registry.RollBackAsync("moved", "champion", "awa", CancellationToken.None));
        Assert.Equal(1, (await registry.FindAsync("moved", "champion", CancellationToken.None)).Version);
        Assert.Equal([(3, 1), (1, 3), (null, 1)], (await registry.MovesAsync("moved", CancellationToken.None)).Select(move => (move.From, move.To)));
    }

    [Fact]
    public async Task Counts_its_versions_one_after_the_other_whoever_comes_at_the_same_time()
    {
        var registry = program.Get<ModelRegistry>();
        var trained = await program.TrainSmallAsync("crowded");
        var runs = new List<string>();
        for (var at = 0; at < 8; at++)
        {
            var run = $"{at:x32}";
            await program.Get<TrackingStore>().BeginAsync(run, new Escale.Modeling.Training.TrainingOrder { Spec = ModelingProgram.Spec("table: gold.calls\ntarget: delay\n", "crowded"), Person = "test" }, CancellationToken.None);
            runs.Add(run);
        }
        var versions = await Task.WhenAll(runs.Concat(runs).Select(run => registry.RegisterAsync("crowded", "", run, $"{trained.Run}/model.escale", trained.Sha256, 1, "test", CancellationToken.None)));
        Assert.Equal(Enumerable.Range(2, 8), versions.Distinct().Order());
        Assert.Equal(versions[..8], versions[8..]); // a run that is registered again keeps its version
    }

    [Fact]
    public async Task That_was_changed_on_the_disk_is_not_loaded()
    {
        var trained = await program.TrainSmallAsync("damaged");
        var path = program.Get<RunFolder>().PathOf(trained.Run, RunFolder.ModelFile);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var registry = program.Get<ModelRegistry>();
        var version = await registry.FindAsync("damaged", null, CancellationToken.None);
        Assert.Equal("modeling.model-damaged", Assert.Throws<EscaleException>(() => registry.Load(version)).Code);
    }

    [Theory]
    [InlineData("nothing", null, "modeling.model-not-found")]
    [InlineData("small", "9", "modeling.version-not-found")]
    [InlineData("small", "challenger", "modeling.version-not-found")]
    public async Task That_is_not_there_is_said_so(string name, string? version, string code)
    {
        await program.TrainSmallAsync("small");
        Assert.Equal(code, (await Assert.ThrowsAsync<EscaleException>(() => program.Get<ModelRegistry>().FindAsync(name, version, CancellationToken.None))).Code);
    }

    [Fact]
    public async Task Is_shown_published_and_exported_over_http()
    {
        await program.TrainSmallAsync("shown");
        using var moved = await program.Engineer.PutAsJsonAsync("/api/v1/models/shown/aliases/champion", new { version = 1, note = "good enough" });
        Assert.Equal(1, (await moved.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("to").GetInt32());
        var shown = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/models/shown");
        Assert.Equal(1, shown.GetProperty("model").GetProperty("aliases").GetProperty("champion").GetInt32());
        Assert.Equal("binary", shown.GetProperty("versions")[0].GetProperty("summary").GetProperty("task").GetString());
        Assert.True((await program.Engineer.GetByteArrayAsync("/api/v1/models/shown/versions/champion/file?format=onnx")).Length > 100);
        using var none = await program.Engineer.PostAsync("/api/v1/models/shown/aliases/champion/rollback", null);
        Assert.Equal("modeling.nothing-to-roll-back", (await none.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("../../escale.yml")]
    [InlineData("..%2F..%2Fescale.yml")]
    [InlineData("%2e%2e")]
    [InlineData("/etc/passwd")]
    [InlineData("c:\\x")]
    public async Task Gives_no_file_that_is_not_of_the_run(string path)
    {
        var trained = await program.TrainSmallAsync("small");
        using var answer = await program.Engineer.GetAsync($"/api/v1/tracking-runs/{trained.Run}/artifacts/{Uri.EscapeDataString(path)}");
        Assert.False(answer.IsSuccessStatusCode);
        using var plain = await program.Engineer.GetAsync($"/api/v1/tracking-runs/{trained.Run}/artifacts/leaderboard.json");
        Assert.True(plain.IsSuccessStatusCode);
    }
}
