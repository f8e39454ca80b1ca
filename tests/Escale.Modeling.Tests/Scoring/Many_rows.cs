using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Scoring;

/// <summary>All rows of a table or a file, predicted in the background.</summary>
public sealed partial class Many_rows(ModelingProgram program)
{
    [Fact]
    public async Task Of_a_table_are_predicted_as_files_and_into_the_lake()
    {
        await program.TrainSmallAsync("many");
        var job = await EndAsync(program.Engineer.PostAsJsonAsync("/api/v1/models/many/scorings", new { table = "gold.calls", into_lake = true }));
        Assert.Equal(("finished", 600, 600, "predictions.many"), (job.GetProperty("status").GetString(), job.GetProperty("rows").GetInt64(), job.GetProperty("total").GetInt64(), job.GetProperty("table").GetString()));
        var id = job.GetProperty("id").GetString();
        var csv = (await program.Engineer.GetStringAsync($"/api/v1/scorings/{id}/result.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(601, csv.Length);
        Assert.EndsWith("predicted_outcome,probability_late,probability_on time,model_version", csv[0], StringComparison.Ordinal);
        Assert.Equal("PAR1"u8.ToArray(), (await program.Engineer.GetByteArrayAsync($"/api/v1/scorings/{id}/result.parquet"))[..4]);
        Assert.Equal(600, program.Get<FrameReader>().Read(TableName.Parse("predictions.many"), null, CancellationToken.None).Frame.RowCount);
        Assert.Contains(id!, (await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/models/many/scorings")).ToString(), StringComparison.Ordinal);
        Assert.Contains(id!, await (await program.SignInAsync()).GetStringAsync("/models/many"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_predicted_some_at_a_time_and_formulas_are_no_formulas_in_a_spreadsheet()
    {
        await program.TrainSmallAsync("piled");
        program.Make("gold.pile", "select case when i = 7 then '=1+1' else (-i)::varchar end as note, date '2025-01-02' as arrived, 'TVR' as terminal, i % 90 / 10.0 as tonnes, false as is_tanker, 1 as cranes from range(45000) r(i) order by i");
        var job = await EndAsync(program.Engineer.PostAsJsonAsync("/api/v1/models/piled/scorings", new { table = "gold.pile" }));
        Assert.Equal(("finished", 45_000), (job.GetProperty("status").GetString(), job.GetProperty("rows").GetInt64()));
        var csv = (await program.Engineer.GetStringAsync($"/api/v1/scorings/{job.GetProperty("id").GetString()}/result.csv")).Split('\n');
        Assert.StartsWith("'=1+1,", csv[8], StringComparison.Ordinal);
        Assert.StartsWith("-6,", csv[7], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_large_file_are_taken_from_the_form_of_the_page()
    {
        await program.TrainSmallAsync("formed");
        var client = await program.SignInAsync();
        var token = AntiforgeryField().Match(await client.GetStringAsync("/models/formed")).Groups[1].Value;
        Assert.NotEmpty(token);
        var rows = "arrived,terminal,tonnes,is_tanker,cranes,remark\n" + string.Concat(Enumerable.Repeat($"2025-01-02,TVR,4.5,false,1,{new string('x', 400_000)}\n", 90)); // 36 MB: more than a server takes of any other form
        using var form = new MultipartFormDataContent { { new StringContent(WebUtility.HtmlDecode(token)), "__RequestVerificationToken" }, { new StringContent(rows), "file", "rows.csv" } };
        using var answer = await client.PostAsync("/models/formed/score", form);
        Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        var id = (await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/models/formed/scorings")).GetProperty("jobs")[0].GetProperty("id").GetString();
        var job = await EndAsync(id!);
        Assert.Equal(("finished", 90), (job.GetProperty("status").GetString(), job.GetProperty("rows").GetInt64()));
    }

    [Fact]
    public async Task That_cannot_be_predicted_say_why_and_can_be_cancelled()
    {
        await program.TrainSmallAsync("refused");
        using var missing = await program.Engineer.PostAsJsonAsync("/api/v1/models/refused/scorings", new { table = "gold.nothing" });
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        program.Make("gold.others", "select 1 as a, 2 as b");
        var wrong = await EndAsync(program.Engineer.PostAsJsonAsync("/api/v1/models/refused/scorings", new { table = "gold.others" }));
        Assert.Equal("failed", wrong.GetProperty("status").GetString());
        Assert.StartsWith("learning.", wrong.GetProperty("code").GetString(), StringComparison.Ordinal);
        using var none = await program.Engineer.DeleteAsync($"/api/v1/scorings/{wrong.GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode); // it has ended
        using var unknown = await program.Engineer.GetAsync("/api/v1/scorings/..%2f..%2fescale.yml");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private async Task<JsonElement> EndAsync(Task<HttpResponseMessage> started)
    {
        using var answer = await started;
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await EndAsync(answer.Headers.Location!.ToString().Split('/')[^1]);
    }

    private async Task<JsonElement> EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var job = await program.Engineer.GetFromJsonAsync<JsonElement>($"/api/v1/scorings/{id}", limit.Token);
            if (job.GetProperty("status").GetString() != "running")
            {
                return job;
            }
            await Task.Delay(50, limit.Token);
        }
    }

    [GeneratedRegex("(?:name=\"__RequestVerificationToken\" value|name=\"escale-antiforgery\" content)=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryField();
}
