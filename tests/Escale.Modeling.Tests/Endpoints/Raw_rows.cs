using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Endpoints;

/// <summary>Models that learned from what a recipe made take the rows as they were before it.</summary>
public sealed class Raw_rows(ModelingProgram program)
{
    private const string Raw = """
        select i as id, case when i % 4 = 0 then ' tac ' when i % 4 = 1 then 'TVR' when i % 4 = 2 then 'tp  ' else null end as "Terminal", (i * 37 % 101 / 10.0)::varchar || ' t' as tonnes,
          strftime(date '2025-01-01' + (i // 3)::int, '%d/%m/%Y') as arrived, case when i % 11 = 0 then null else i * 13 % 17 end as cranes, i % 7 = 0 as is_tanker,
          case when (i * 37 % 101) / 10.0 + case when i % 4 = 0 then 3 else 0 end + (i * 7919 % 100) / 50.0 > 6 then 'late' else 'on time' end as outcome
        from range(400) r(i) order by i
        """;

    private const string Recipe = """
        table: bronze.raw_calls
        makes: silver.clean_calls
        steps:
          - {id: a, type: rename, names: {Terminal: terminal}}
          - {id: b, type: trim, columns: [terminal]}
          - {id: c, type: case, columns: [terminal], to: upper}
          - {id: d, type: fill, columns: [terminal], method: mode}
          - {id: e, type: parse_number, columns: [tonnes], unit: t}
          - {id: f, type: parse_date, columns: [arrived], formats: ['%d/%m/%Y']}
          - {id: g, type: fill, columns: [cranes], method: median, by: [terminal]}
          - {id: h, type: derive, into: per_crane, formula: tonnes / (cranes + 1)}
          - {id: i, type: drop_rows, where: tonnes is null}
          - {id: j, type: scale, columns: [per_crane]}
        """;

    [Fact]
    public async Task Are_predicted_as_the_rows_that_the_recipe_made_of_them()
    {
        Directory.CreateDirectory(Path.Combine(program.Folder, "recipes"));
        await File.WriteAllTextAsync(Path.Combine(program.Folder, "recipes", "clean_calls.yml"), Recipe);
        program.Make("bronze.raw_calls", Raw);
        var table = TableName.Parse("silver.clean_calls");
        var preparation = (await program.Get<IRowPreparations>().FitAsync(table, default))!;
        program.Make("silver.clean_calls", $"with raw as ({Raw}), input as (select row_number() over () as __row, * from raw) select * exclude (__row) from ({preparation.Sql}) as prepared order by id");
        await program.TrainAsync("table: silver.clean_calls\ntarget: outcome\nexclude: [id]\ntrials: 3\nfamilies: [linear, decision_tree]\nsplit: {by: random}\n", "raw");
        using var client = await program.ServeAsync("raw");
        var registry = program.Get<ModelRegistry>();
        var version = await registry.FindAsync("raw", null, CancellationToken.None);
        Assert.Equal(preparation.Fingerprint, registry.PreparationOf(version)!.Fingerprint);
        var reader = program.Get<FrameReader>();
        var expected = registry.Load(version).Predict(reader.Read(table, null, CancellationToken.None).Frame);
        var raw = reader.Read(TableName.Parse("bronze.raw_calls"), null, CancellationToken.None).Frame;
        var rows = Enumerable.Range(0, raw.RowCount).Select(row => raw.Columns.Where(column => column.Name is not ("outcome" or "id")).ToDictionary(column => column.Name, column => column.ValueAt(row))).ToList();

        using var answer = await client.PostAsJsonAsync("/api/v1/endpoints/raw/predictions", rows);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, said.ToString());
        var predicted = said.GetProperty("predictions").EnumerateArray().Select(one => (one.GetProperty("prediction").GetString(), one.GetProperty("probability").GetDouble())).ToList();
        Assert.Equal(Enumerable.Range(0, raw.RowCount).Select(row => (expected.Label(row), expected.Row(row)[expected.ClassOf(row)])), predicted.Select(one => (one.Item1!, one.Item2)));

        // The same in the other forms, and from a file.
        using var mlflow = await client.PostAsJsonAsync("/api/v1/endpoints/raw/invocations", new { dataframe_records = rows.Take(20) });
        Assert.Equal(predicted.Take(20).Select(one => one.Item1), (await mlflow.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("predictions").EnumerateArray().Select(one => one.GetString()));
        using var infer = await client.PostAsJsonAsync("/v2/models/raw/infer", new { inputs = rows[0].Keys.Select(name => new { name, shape = new[] { 20, 1 }, datatype = "BYTES", data = rows.Take(20).Select(row => row[name]) }) });
        Assert.Equal(predicted.Take(20).Select(one => one.Item1), (await infer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(one => one.GetString()));
        var prepared = reader.Read(TableName.Parse("bronze.raw_calls"), null, CancellationToken.None, preparation).Frame;
        Assert.Equal(expected.Outputs.ToArray(), registry.Load(version).Predict(prepared).Outputs.ToArray());
    }

    [Fact]
    public async Task Are_told_what_is_wrong_with_their_own_fields()
    {
        await Are_predicted_as_the_rows_that_the_recipe_made_of_them();
        using var client = await program.ServeAsync("raw");
        using var answer = await client.PostAsync("/api/v1/endpoints/raw/predictions", ModelingProgram.Json("""{"Terminal":"TAC","tonnes":"3 t","arrived":"01/02/2025","cranes":"many","is_tanker":true,"terminal":"x"}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("field").GetString(), error.GetProperty("code").GetString())).ToList();
        Assert.Equal([("cranes", "mistyped"), ("terminal", "unknown")], errors);
        using var hostile = await client.PostAsync("/api/v1/endpoints/raw/predictions", ModelingProgram.Json("""{"Terminal":"'); drop table x; --","tonnes":"a lot","arrived":null,"is_tanker":false}"""));
        Assert.True(hostile.IsSuccessStatusCode, await hostile.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Need_the_fields_that_the_recipe_does_not_fill()
    {
        await Are_predicted_as_the_rows_that_the_recipe_made_of_them();
        using var client = await program.ServeAsync("raw");
        using var answer = await client.PostAsync("/api/v1/endpoints/raw/predictions", ModelingProgram.Json("{}"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("field").GetString(), error.GetProperty("code").GetString())).Order();
        // Terminal is filled with the most frequent, cranes by their group, and id is read by nothing.
        Assert.Equal([("arrived", "missing"), ("is_tanker", "missing"), ("tonnes", "missing")], errors);
        var schema = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/raw/schema");
        Assert.Equal(["arrived", "is_tanker", "tonnes"], schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        // The page asks for raw values and not for what is to be predicted, and begins with a row of the raw table.
        var page = System.Net.WebUtility.HtmlDecode(await (await program.SignInAsync()).GetStringAsync("/endpoints/raw"));
        Assert.Contains("\"tonnes\":\"0.0 t\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"outcome\"", page, StringComparison.Ordinal);
        using var filled = await client.PostAsync("/api/v1/endpoints/raw/predictions", ModelingProgram.Json("""{"tonnes":"3 t","arrived":"01/02/2025","is_tanker":true}"""));
        Assert.True(filled.IsSuccessStatusCode, await filled.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Are_answered_alike_alone_and_among_many()
    {
        await Are_predicted_as_the_rows_that_the_recipe_made_of_them();
        using var client = await program.ServeAsync("raw");
        async Task<string> AskAsync(int at)
        {
            // Every seventh cannot be prepared at all; the others must not notice.
            var tonnes = at % 7 == 3 ? "\u0000" : $"{at % 50} t";
            using var answer = await client.PostAsync("/api/v1/endpoints/raw/predictions", ModelingProgram.Json($$"""{"Terminal":"TVR","tonnes":"{{tonnes}}","arrived":"{{1 + at % 28:00}}/02/2025","cranes":{{at % 5}},"is_tanker":{{(at % 2 == 0 ? "true" : "false")}}}"""));
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        var alone = new List<string>();
        for (var at = 0; at < 60; at++)
        {
            alone.Add(await AskAsync(at));
        }
        Assert.Equal(alone, await Task.WhenAll(Enumerable.Range(0, 60).Select(AskAsync)));
        Assert.Contains(alone, answer => answer.StartsWith("200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Are_compared_with_training_as_the_recipe_makes_them()
    {
        await Are_predicted_as_the_rows_that_the_recipe_made_of_them();
        using var client = await program.ServeAsync("raw-watched", new { model = "raw" });
        var raw = program.Get<FrameReader>().Read(TableName.Parse("bronze.raw_calls"), null, CancellationToken.None).Frame;
        var rows = Enumerable.Range(0, raw.RowCount).Select(row => raw.Columns.Where(column => column.Name is not ("outcome" or "id")).ToDictionary(column => column.Name, column => column.ValueAt(row))).ToList();
        using var answer = await client.PostAsJsonAsync("/api/v1/endpoints/raw-watched/predictions", rows);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var watch = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/endpoints/raw-watched/watch");
        var drift = watch.GetProperty("drift").EnumerateArray().Where(column => column.GetProperty("column").GetString() != "prediction").ToList();
        Assert.Contains(drift, column => column.GetProperty("column").GetString() == "terminal");
        Assert.All(drift, column => Assert.False(column.GetProperty("has_drifted").GetBoolean(), column.ToString()));
    }
}
