using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Escale.Modeling.Alerts;
using Escale.Modeling.Truth;

namespace Escale.Modeling.Tests.Truth;

public sealed class What_came_true(ModelingProgram program)
{
    private static string Row(double tonnes) => JsonSerializer.Serialize(new { arrived = "2025-01-02", terminal = "TVR", tonnes, is_tanker = false, cranes = 1 });

    [Fact]
    public async Task Is_told_by_the_id_of_an_answer_or_by_its_fields_and_the_last_word_counts()
    {
        await program.TrainSmallAsync("told", "delay");
        using var client = await program.ServeAsync("told");
        var ids = new List<string>();
        foreach (var tonnes in (double[])[1, 2.5, 4])
        {
            using var answer = await client.PostAsync("/api/v1/endpoints/told/predictions", ModelingProgram.Json(Row(tonnes)));
            ids.Add(answer.Headers.GetValues("X-Prediction-Id").Single());
        }
        var said = await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/told/predictions", ModelingProgram.Json(Row(2.5))));
        var predicted = said.GetProperty("prediction").GetDouble();

        var byId = await TellAsync("told", $"prediction_id,delay\n{ids[0]},99\n{ids[1]},7.5\nno-such-id,1\n{ids[2]},\n", "text/csv");
        Assert.Equal(new TruthTold(3, 2, 1, 1), byId);
        // 2.50 is 2.5: two predictions were asked with it; one of them was told before.
        var byField = await TellAsync("told", $$"""[{"tonnes":"2.50","terminal":"TVR","delay":{{JsonSerializer.Serialize(predicted)}}},{"tonnes":77,"terminal":"TVR","delay":1}]""", "application/json");
        Assert.Equal(new TruthTold(2, 2, 1, 0), byField);
        var watch = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/told/watch?by=week");
        var week = watch.GetProperty("quality")[0];
        Assert.Equal(3, week.GetProperty("rows").GetInt64());
        Assert.True(week.GetProperty("low").GetDouble() <= week.GetProperty("error").GetDouble() && week.GetProperty("error").GetDouble() <= week.GetProperty("high").GetDouble());
        await TellAsync("told", $"prediction_id;truth\n{ids[0]};\"{predicted.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"\n", null);
        var after = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/told/watch");
        Assert.True(after.GetProperty("now").GetProperty("error").GetDouble() < week.GetProperty("error").GetDouble());
    }

    [Fact]
    public async Task Is_joined_from_the_table_that_the_training_names()
    {
        await program.TrainSmallAsync("joined", "delay");
        Directory.CreateDirectory(Path.Combine(program.Folder, "ml"));
        await File.WriteAllTextAsync(Path.Combine(program.Folder, "ml", "joined.yml"), "table: gold.calls\ntarget: delay\ntruth: {table: gold.calls, key: [tonnes, terminal, arrived]}\n");
        using var client = await program.ServeAsync("joined");
        // Rows of the table itself, dates as the table writes them.
        using var asked = await client.PostAsync("/api/v1/endpoints/joined/predictions", ModelingProgram.Json("""[{"arrived":"2025-01-01","terminal":"TAC","tonnes":0.0,"is_tanker":true},{"arrived":"2025-01-01T00:00:00","terminal":"TVR","tonnes":3.7,"is_tanker":false}]"""));
        Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync());
        var watch = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/joined/watch");
        Assert.Equal(2, watch.GetProperty("now").GetProperty("rows").GetInt64());
        File.Delete(Path.Combine(program.Folder, "ml", "joined.yml"));
    }

    [Fact]
    public async Task Raises_an_alert_that_ends_when_it_is_mended()
    {
        await program.TrainSmallAsync("alarming");
        using var client = await program.ServeAsync("alarming");
        using var asked = await client.PostAsync("/api/v1/endpoints/alarming/predictions", ModelingProgram.Json("[" + string.Join(',', Enumerable.Range(0, 60).Select(at => Row(at / 10.0))) + "]"));
        var id = asked.Headers.GetValues("X-Prediction-Id").Single();
        var said = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("predictions").EnumerateArray().Select(one => one.GetProperty("prediction").GetString()!).ToList();
        await TellAsync("alarming", "prediction_id,row,truth\n" + string.Concat(said.Select((one, row) => $"{id},{row},{(one == "late" ? "on time" : "late")}\n")), "text/csv");
        await program.Get<ModelKeeper>().LookAsync(CancellationToken.None);
        Assert.Equal(("bad", "alarming"), await AlertAsync("quality"));
        var page = await (await program.SignInAsync()).GetStringAsync("/endpoints/alarming?tab=watch");
        Assert.Contains("The error is 1", page, StringComparison.Ordinal);
        Assert.Contains("/endpoints/alarming?tab=watch", await (await program.SignInAsync()).GetStringAsync("/"), StringComparison.Ordinal);
        await TellAsync("alarming", "prediction_id,row,truth\n" + string.Concat(said.Select((one, row) => $"{id},{row},{one}\n")), "text/csv");
        await program.Get<ModelKeeper>().LookAsync(CancellationToken.None);
        Assert.Null(await AlertAsync("quality"));

        async Task<(string, string)?> AlertAsync(string kind) => (await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/model-alerts")).GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("kind").GetString() == kind && alert.GetProperty("endpoint").GetString() == "alarming").Select(alert => ((string, string)?)(alert.GetProperty("severity").GetString()!, alert.GetProperty("endpoint").GetString()!)).FirstOrDefault();
    }

    [Theory]
    [InlineData("", "modeling.truth-columns")]
    [InlineData("a,b\n1,2\n", "modeling.truth-columns")]
    [InlineData("outcome\nlate\n", "modeling.truth-columns")]
    [InlineData("[{\"tonnes\":1,", "modeling.truth-unreadable")]
    [InlineData("[17]", "modeling.truth-unreadable")]
    [InlineData("tonnes,outcome\n\"1,late\n", null)]
    public async Task Says_what_is_wrong_with_an_upload(string body, string? code)
    {
        if ((await program.Get<Modeling.Registry.ModelRegistry>().ListAsync(CancellationToken.None)).All(model => model.Name != "checked"))
        {
            await program.TrainSmallAsync("checked");
        }
        using var client = await program.ServeAsync("checked");
        await client.PostAsync("/api/v1/endpoints/checked/predictions", ModelingProgram.Json(Row(1)));
        using var answer = await program.Engineer.PostAsync("/api/v1/endpoints/checked/truth", new StringContent(body, Encoding.UTF8, "text/csv"));
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, said.TryGetProperty("code", out var found) ? found.GetString() : null);
    }

    [Fact]
    public async Task Is_read_as_it_comes_and_bounded()
    {
        var read = new List<string?[]>();
        await foreach (var row in TruthRows.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes("a,b\r\n\"x, \"\"y\"\"\",\r\n\r\n1,2")), null, CancellationToken.None))
        {
            read.Add(row);
        }
        Assert.Equal([["a", "b"], ["x, \"y\"", null], ["1", "2"]], read);
        var error = await Assert.ThrowsAsync<Kernel.EscaleException>(async () =>
        {
            await foreach (var _ in TruthRows.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes("a,b\n\"" + new string('x', 200_000))), null, CancellationToken.None))
            {
                // read to the end
            }
        });
        Assert.Equal("modeling.truth-unreadable", error.Code);
    }

    private async Task<TruthTold> TellAsync(string endpoint, string body, string? type)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = type is null ? null : new(type);
        using var answer = await program.Engineer.PostAsync($"/api/v1/endpoints/{endpoint}/truth", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<TruthTold>(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }))!;
    }
}
