using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Registry;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Endpoints;

public sealed class An_endpoint(ModelingProgram program)
{
    private const string Row = """{"arrived":"2025-01-02","terminal":"TVR","tonnes":4.6,"is_tanker":false,"cranes":1}""";

    [Fact]
    public async Task Answers_as_the_model_does_for_every_row_of_the_table()
    {
        await program.TrainSmallAsync("exact", "delay");
        using var client = await program.ServeAsync("exact");
        var registry = program.Get<ModelRegistry>();
        var model = registry.Load(await registry.FindAsync("exact", null, CancellationToken.None));
        var frame = program.Get<FrameReader>().Read(TableName.Parse("gold.calls"), null, CancellationToken.None).Frame;
        var rows = Enumerable.Range(0, 50).Select(row => frame.Columns.Where(column => model.Schema.Has(column.Name)).ToDictionary(column => column.Name, column => column.ValueAt(row))).ToList();
        using var answer = await client.PostAsJsonAsync("/api/v1/endpoints/exact/predictions", rows);
        var predicted = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("predictions").EnumerateArray().Select(one => one.GetProperty("prediction").GetDouble());
        Assert.Equal(model.Predict(frame).Outputs[..50].ToArray(), predicted);
    }

    [Fact]
    public async Task Answers_one_row_with_probabilities_and_the_version()
    {
        await program.TrainSmallAsync("one");
        using var client = await program.ServeAsync("one");
        var answer = await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/one/predictions", ModelingProgram.Json(Row)));
        Assert.Equal(("one", 1), (answer.GetProperty("model").GetString(), answer.GetProperty("version").GetInt32()));
        Assert.Contains(answer.GetProperty("prediction").GetString(), new[] { "late", "on time" });
        Assert.Equal(1, answer.GetProperty("probabilities").EnumerateObject().Sum(one => one.Value.GetDouble()), 9);
    }

    [Theory]
    [InlineData("""{"terminal":"TVR","tonnes":4.6,"is_tanker":false,"cranes":1}""", "arrived", "missing")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":"a lot","is_tanker":false}""", "tonnes", "mistyped")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":[1],"is_tanker":false}""", "tonnes", "mistyped")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":{"a":1},"is_tanker":false}""", "tonnes", "mistyped")]
    [InlineData("""{"arrived":"soon","terminal":"TVR","tonnes":1,"is_tanker":false}""", "arrived", "mistyped")]
    [InlineData("""{"arrived":17,"terminal":"TVR","tonnes":1,"is_tanker":false}""", "arrived", "mistyped")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":1e999,"is_tanker":false}""", "tonnes", "too-large")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":1,"is_tanker":false,"tonnes":2}""", "tonnes", "twice")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"TVR","tonnes":1,"is_tanker":false,"tonne":2}""", "tonne", "unknown")]
    public async Task Names_the_field_that_it_cannot_use(string row, string field, string code)
    {
        using var client = await FieldsAsync();
        using var answer = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json(row));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("field").GetString(), error.GetProperty("code").GetString())).ToList();
        Assert.Contains((field, code), errors);
    }

    [Theory]
    [InlineData("""{"arrived":null,"terminal":null,"tonnes":null,"is_tanker":null}""")]
    [InlineData("""{"arrived":"2025-01-02T10:30:00Z","terminal":"a harbour never seen","tonnes":-1e300,"is_tanker":true,"cranes":null}""")]
    [InlineData("""{"is_tanker":true,"tonnes":3,"\u0074erminal":"T\u0041C","arrived":"2025-01-02 10:30:00"}""")]
    [InlineData("""{"rows":[{"arrived":"2025-01-02","terminal":"TAC","tonnes":1,"is_tanker":false}]}""")]
    [InlineData("[]")]
    public async Task Takes_what_is_unknown_new_or_written_otherwise(string body)
    {
        using var client = await FieldsAsync();
        using var answer = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json(body));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[{]")]
    [InlineData("nonsense")]
    [InlineData("{} {}")]
    [InlineData("""{"arrived":"2025-01-02","terminal":"\ud800","tonnes":1,"is_tanker":false}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("17")]
    public async Task Refuses_what_is_no_request_and_goes_on(string body)
    {
        using var client = await FieldsAsync();
        foreach (var path in new[] { "/api/v1/endpoints/fields/predictions", "/api/v1/endpoints/fields/invocations", "/v2/models/fields/infer" })
        {
            using var answer = await client.PostAsync(path, ModelingProgram.Json(body));
            Assert.InRange((int)answer.StatusCode, 400, 422);
        }
        using var after = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json("""{"arrived":"2025-01-02","terminal":"TAC","tonnes":1,"is_tanker":false}"""));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Refuses_what_is_too_much_and_goes_on()
    {
        using var client = await FieldsAsync();
        using var large = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json("[" + new string(' ', 25 << 20) + "]"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var many = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json("[" + string.Join(',', Enumerable.Repeat("""{"arrived":null,"terminal":null,"tonnes":1,"is_tanker":null}""", 10_001)) + "]"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, many.StatusCode);
        using var text = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json("{\"terminal\":\"" + new string('x', 1 << 20) + "\"}"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, text.StatusCode);
        using var after = await client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json("[]"));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Passes_over_other_fields_when_asked_to()
    {
        using var client = await FieldsAsync();
        using var answer = await client.PostAsync("/api/v1/endpoints/fields/predictions?extra=ignore", ModelingProgram.Json("""{"arrived":"2025-01-02","terminal":"TAC","tonnes":1,"is_tanker":false,"delay":{"deep":[1,2]},"x":null}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Is_for_who_has_its_key_or_a_token_that_may_read()
    {
        await program.TrainSmallAsync("keyed");
        using var client = await program.ServeAsync("keyed");
        using var other = await FieldsAsync();
        using var stranger = new HttpClient { BaseAddress = program.Address };
        async Task<HttpStatusCode> AskAsync(HttpClient caller)
        {
            using var answer = await caller.PostAsync("/api/v1/endpoints/keyed/predictions", ModelingProgram.Json(Row));
            return answer.StatusCode;
        }
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await AskAsync(client), await AskAsync(program.Engineer), await AskAsync(other), await AskAsync(stranger)));
        var key = (await program.Get<EndpointStore>().KeysAsync("keyed", CancellationToken.None))[0];
        using var revoked = await program.Engineer.DeleteAsync($"/api/v1/endpoints/keyed/keys/{key.Id}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(client));
    }

    [Fact]
    public async Task Limits_each_key()
    {
        await program.TrainSmallAsync("limited");
        using var client = await program.ServeAsync("limited", new { per_second = 3 });
        var codes = new List<HttpStatusCode>();
        for (var at = 0; at < 30; at++)
        {
            using var answer = await client.PostAsync("/api/v1/endpoints/limited/predictions", ModelingProgram.Json("[]"));
            codes.Add(answer.StatusCode);
        }
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
        Assert.Equal(HttpStatusCode.OK, codes[0]);
    }

    [Fact]
    public async Task Shares_requests_among_versions_and_follows_a_rollback()
    {
        await program.TrainSmallAsync("shared", seed: 0);
        await program.TrainSmallAsync("shared", "delay", seed: 1);
        using var client = await program.ServeAsync("shared", new { routes = new object[] { new { version = "1", weight = 3 }, new { version = "2", weight = 1 } } });
        var versions = new List<int>();
        for (var at = 0; at < 40; at++)
        {
            versions.Add((await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/shared/predictions", ModelingProgram.Json("[]")))).GetProperty("version").GetInt32());
        }
        Assert.InRange(versions.Count(version => version == 2), 8, 12);
        using var routed = await program.Engineer.PutAsJsonAsync("/api/v1/endpoints/shared", new { routes = new object[] { new { version = "champion" }, new { version = "2", shadow = true } } });
        await program.Get<ModelRegistry>().MoveAsync("shared", "champion", 2, "awa", "", CancellationToken.None);
        await program.Get<ModelRegistry>().MoveAsync("shared", "champion", 1, "awa", "", CancellationToken.None);
        await program.Get<EndpointDirectory>().RefreshAsync(CancellationToken.None);
        Assert.Equal(1, await VersionAsync());
        await program.Get<ModelRegistry>().RollBackAsync("shared", "champion", "awa", CancellationToken.None);
        await program.Get<EndpointDirectory>().RefreshAsync(CancellationToken.None);
        Assert.Equal(2, await VersionAsync());
        var detail = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/shared");
        Assert.Equal(42, detail.GetProperty("use").GetProperty("requests").GetInt64());

        async Task<int> VersionAsync() => (await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/shared/predictions", ModelingProgram.Json("[]")))).GetProperty("version").GetInt32();
    }

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["arrived","terminal","tonnes","is_tanker","id"],"data":[["2025-01-02","TAC",1.5,false,9],["2025-01-03","TP",9,true,9]]}}""")]
    [InlineData("""{"dataframe_records":[{"arrived":"2025-01-02","terminal":"TAC","tonnes":1.5,"is_tanker":false},{"arrived":"2025-01-03","terminal":"TP","tonnes":9,"is_tanker":true}]}""")]
    [InlineData("""{"instances":[{"arrived":"2025-01-02","terminal":"TAC","tonnes":1.5,"is_tanker":false},{"arrived":"2025-01-03","terminal":"TP","tonnes":9,"is_tanker":true}],"params":{}}""")]
    [InlineData("""{"inputs":{"arrived":["2025-01-02","2025-01-03"],"terminal":["TAC","TP"],"tonnes":[1.5,9],"is_tanker":[false,true]}}""")]
    public async Task Speaks_MLflow(string body)
    {
        using var client = await FieldsAsync();
        var expected = await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/fields/predictions", ModelingProgram.Json(
            """[{"arrived":"2025-01-02","terminal":"TAC","tonnes":1.5,"is_tanker":false},{"arrived":"2025-01-03","terminal":"TP","tonnes":9,"is_tanker":true}]""")));
        var answer = await ModelingProgram.AnswerAsync(client.PostAsync("/api/v1/endpoints/fields/invocations", ModelingProgram.Json(body)));
        Assert.Equal(expected.GetProperty("predictions").EnumerateArray().Select(one => one.GetProperty("prediction").GetString()), answer.GetProperty("predictions").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Speaks_the_Open_Inference_Protocol()
    {
        using var client = await FieldsAsync();
        var metadata = await client.GetFromJsonAsync<JsonElement>("/v2/models/fields");
        Assert.Equal("fields", metadata.GetProperty("name").GetString());
        var answer = await ModelingProgram.AnswerAsync(client.PostAsync("/v2/models/fields/infer", ModelingProgram.Json("""
            {"id":"7","inputs":[{"name":"arrived","shape":[2,1],"datatype":"BYTES","data":["2025-01-02","2025-01-03"]},{"name":"terminal","shape":[2],"datatype":"BYTES","data":["TAC","TP"]},
             {"name":"tonnes","shape":[2,1],"datatype":"FP64","data":[[1.5],[9]]},{"name":"is_tanker","shape":[2],"datatype":"BOOL","data":[false,true]}]}
            """)));
        Assert.Equal("7", answer.GetProperty("id").GetString());
        Assert.Equal(2, answer.GetProperty("outputs")[0].GetProperty("data").GetArrayLength());
        Assert.Equal(4, answer.GetProperty("outputs")[1].GetProperty("data").GetArrayLength());
        Assert.True((await client.GetFromJsonAsync<JsonElement>("/v2/models/fields/ready")).GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Describes_the_row_that_it_takes()
    {
        using var client = await FieldsAsync();
        var schema = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/fields/schema");
        Assert.Equal(["arrived", "is_tanker", "terminal", "tonnes"], schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.Equal("boolean", schema.GetProperty("properties").GetProperty("is_tanker").GetProperty("type")[0].GetString());
    }

    private async Task<HttpClient> FieldsAsync()
    {
        if ((await program.Get<ModelRegistry>().ListAsync(CancellationToken.None)).All(model => model.Name != "fields"))
        {
            await program.TrainSmallAsync("fields");
        }
        return await program.ServeAsync("fields");
    }
}
