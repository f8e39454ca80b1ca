using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Judging;
using Escale.Modeling.Training;
using Escale.Modeling.Watching;

namespace Escale.Modeling.Tests.Watching;

public sealed class What_an_endpoint_is_asked(ModelingProgram program)
{
    private static string Row(double tonnes, string terminal = "TVR") => JsonSerializer.Serialize(new { arrived = "2025-01-02", terminal, tonnes, is_tanker = false, cranes = 1 });

    [Fact]
    public async Task Is_written_into_the_lake_with_masked_fields_hidden()
    {
        await program.TrainSmallAsync("logged", "outcome");
        using var client = await program.ServeAsync("logged");
        var store = program.Get<EndpointStore>();
        var endpoint = await store.GetAsync("logged", CancellationToken.None);
        await store.SaveAsync(endpoint with { Logging = new EndpointLogging { Masked = ["terminal"] } }, CancellationToken.None);
        await program.Get<EndpointDirectory>().RefreshAsync(CancellationToken.None);
        await client.PostAsync("/api/v1/endpoints/logged/predictions", ModelingProgram.Json(Row(4.6)));
        await client.PostAsync("/api/v1/endpoints/logged/predictions", ModelingProgram.Json($"[{Row(1)},{Row(2)}]"));
        await client.PostAsync("/api/v1/endpoints/logged/invocations", ModelingProgram.Json($"{{\"dataframe_records\":[{Row(3)}]}}"));
        await program.Get<PredictionLog>().FlushAsync(CancellationToken.None);
        var frame = program.Get<FrameReader>().Read(PredictionLog.Table, null, CancellationToken.None).Frame;
        var rows = Enumerable.Range(0, frame.RowCount).Where(row => frame["endpoint"].TextAt(row) == "logged").ToList();
        Assert.Equal(4, rows.Count);
        Assert.All(rows, row => Assert.Contains("\"terminal\":\"***\"", frame["inputs"].TextAt(row), StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Contains(frame["prediction"].TextAt(row), new[] { "late", "on time" }));
        var watch = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/logged/watch");
        Assert.Equal(4, watch.GetProperty("days")[0].GetProperty("rows").GetInt64());
        Assert.Equal(3, watch.GetProperty("minutes").EnumerateArray().Sum(minute => minute.GetProperty("requests").GetInt64()));
    }

    [Fact]
    public void Fills_the_buffer_and_never_waits()
    {
        var buffer = new PredictionBuffer(100);
        var head = new LoggedHead(Guid.Empty, 0, 1, 0, 5, 40, 0);
        Assert.True(buffer.Offer(head, new byte[40], []));
        Assert.True(buffer.Offer(head, new byte[40], []));
        Assert.False(buffer.Offer(head, new byte[40], []));
        Assert.Equal((1, 2), (buffer.Dropped, buffer.Take().Heads.Count));
        Assert.True(buffer.Offer(head, new byte[40], []));
        Assert.Single(buffer.Take().Heads);
        Assert.Empty(buffer.Take().Heads);
    }

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"prediction":"no","probabilities":{"no":0.9,"yes":0.1}}""", 1, "no", 0.1)]
    [InlineData("""{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}}""", """{"predictions":[3.5,4]}""", 2, "3.5", 3.5)]
    [InlineData("""{"inputs":{"a":[1,2,3],"b":["x","y","z"]}}""", """{"predictions":["no","yes","no"]}""", 3, "no", null)]
    [InlineData("""{"inputs":[{"name":"a","shape":[2],"datatype":"FP64","data":[1,2]}]}""", """{"outputs":[{"name":"p","shape":[2],"datatype":"FP64","data":[7,8]}]}""", 2, "7", 7.0)]
    public void Is_read_in_every_form_of_a_body(string body, string answer, int count, string prediction, double? value)
    {
        var rows = LoggedRows.Of(Encoding.UTF8.GetBytes(body), Encoding.UTF8.GetBytes(answer), new HashSet<string>(), ["no", "yes"]).ToList();
        Assert.Equal((count, prediction, value), (rows.Count, rows[0].Prediction, rows[0].Value));
        Assert.Contains("\"a\":1", rows[0].Inputs, StringComparison.Ordinal);
    }

    [Fact]
    public void Drifts_when_it_does_and_only_then()
    {
        var random = new Random(7);
        List<string?> Numbers(int count, double shift) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() + random.NextDouble() + shift).ToString("R", System.Globalization.CultureInfo.InvariantCulture))];
        List<string?> Levels(int count, double share) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < share ? "a" : "b")];
        var reference = new List<ReferenceColumn>
        {
            Numeric("same"), Numeric("moved"), new("kept", 0, [], 1000, new Dictionary<string, int> { ["a"] = 500, ["b"] = 500 }), new("changed", 0, [], 1000, new Dictionary<string, int> { ["a"] = 500, ["b"] = 500 }), Numeric("gone"),
        };
        var now = new Dictionary<string, IReadOnlyList<string?>>
        {
            ["same"] = Numbers(800, 0), ["moved"] = Numbers(800, 0.4), ["kept"] = Levels(800, 0.5), ["changed"] = Levels(800, 0.9), ["gone"] = [.. Numbers(400, 0), .. Enumerable.Repeat<string?>(null, 400)],
        };
        var drift = Drift.Of(reference, now).ToDictionary(column => column.Column);
        Assert.Equal(["changed", "gone", "moved"], drift.Values.Where(column => column.HasDrifted).Select(column => column.Column).Order());
        Assert.True(drift["same"].PValue > 0.001 && drift["moved"].PValue < 1e-6 && drift["changed"].PValue < 1e-6);
        Assert.Empty(Drift.Of(reference, now.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string?>)[.. pair.Value.Take(50)]))); // too few to say

        ReferenceColumn Numeric(string name) => new(name, 0, [.. Numbers(1000, 0).Select(text => double.Parse(text!, System.Globalization.CultureInfo.InvariantCulture)).Order()], 1000, new Dictionary<string, int>());
    }

    [Fact]
    public void Has_distances_that_can_be_checked_by_hand()
    {
        var (distance, p) = Drift.Numbers([1, 2, 3, 4, 5], [2, 3, 4, 5, 6], 5);
        Assert.Equal(0.5, distance, 9); // moved by 1, over the middle half from 2 to 4
        Assert.True(p > 0.5);
        var (shannon, _) = Drift.Categories(new Dictionary<string, int> { ["a"] = 100 }, new Dictionary<string, int> { ["b"] = 100 });
        Assert.Equal(1, shannon, 9);
    }
}
