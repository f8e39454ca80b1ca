using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Starting;
using Escale.Modeling.Training;
using Escale.Testing;

namespace Escale.Modeling.Tests.Pages;

public sealed class The_pages_of_models(ModelingProgram program)
{
    private static readonly string[] _tabs = ["", "?tab=errors", "?tab=why", "?tab=groups", "?tab=try", "?tab=record"];

    [Theory]
    [InlineData("shown_number", "delay")]
    [InlineData("shown_class", "outcome")]
    [InlineData("shown_many", "terminal")]
    public async Task Show_a_training_from_its_verdict_to_its_record_in_both_languages(string name, string target)
    {
        var trained = await program.TrainSmallAsync(name, target);
        foreach (var tab in _tabs)
        {
            var english = await PageAsync($"/models/runs/{trained.Run}{tab}", "en");
            var french = await PageAsync($"/models/runs/{trained.Run}{tab}", "fr");
            Assert.NotEqual(english, french);
        }
        Assert.Contains(trained.Metric, await PageAsync($"/models/runs/{trained.Run}", "en"), StringComparison.Ordinal);
        var report = await PageAsync($"/models/runs/{trained.Run}/report.html", "en");
        Assert.Contains("<!doctype html>", report, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", report, StringComparison.Ordinal); // one file that needs nothing else
        Assert.StartsWith("# " + name.Replace("_", "\\_", StringComparison.Ordinal), await PageAsync($"/models/runs/{trained.Run}/card.md", "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lead_from_a_table_to_what_can_be_predicted_and_what_is_odd()
    {
        Assert.Contains("gold.calls", await PageAsync("/models/new", "en"), StringComparison.Ordinal);
        var targets = await PageAsync("/models/new?table=gold.calls", "en");
        Assert.Contains("target=outcome", targets, StringComparison.Ordinal);
        Assert.DoesNotContain("target=arrived", targets, StringComparison.Ordinal); // dates cannot be predicted
        var details = await PageAsync("/models/new?table=gold.calls&target=outcome", "fr");
        Assert.Contains("par le temps : arrived".Replace(" :", "\u00a0:", StringComparison.Ordinal), WebUtility.HtmlDecode(details), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_why_a_target_cannot_be_learned()
    {
        using var answer = await GetAsync("/models/new?table=gold.calls&target=arrived", "en");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("holds moments", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_trainings_side_by_side()
    {
        var (one, other) = (await program.TrainSmallAsync("side", "outcome"), await program.TrainSmallAsync("side", "outcome", seed: 5));
        var page = await PageAsync($"/models/compare?runs={one.Run},{other.Run}", "en");
        Assert.Contains(one.Run, page, StringComparison.Ordinal);
        Assert.Contains(other.Run, page, StringComparison.Ordinal);
        Assert.Contains("differs", page, StringComparison.Ordinal); // the seed
    }

    [Fact]
    public async Task Show_models_and_endpoints_and_no_key()
    {
        await program.TrainSmallAsync("listed");
        using var client = await program.ServeAsync("listed");
        Assert.Contains("/models/listed", await PageAsync("/models", "en"), StringComparison.Ordinal);
        Assert.Contains("/endpoints/listed", await PageAsync("/models/listed", "fr"), StringComparison.Ordinal);
        foreach (var tab in (string[])["", "?tab=keys", "?tab=settings"])
        {
            Assert.DoesNotMatch("ek_[a-z0-9]{8}_", await PageAsync("/endpoints/listed" + tab, "en"));
        }
        Assert.Contains("curl", await PageAsync("/endpoints/listed", "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_not_there_for_who_is_not_signed_in()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = program.Address };
        foreach (var path in (string[])["/models", "/models/new", "/models/x", "/endpoints/x", "/models/runs/x", "/models/compare"])
        {
            using var answer = await client.GetAsync(path);
            Assert.False(answer.IsSuccessStatusCode, path);
        }
    }

    [Fact]
    public async Task Predict_and_explain_a_row_that_one_makes_up()
    {
        await program.TrainSmallAsync("tried", "delay");
        const string row = """{"id":3,"arrived":"2025-01-02T00:00:00","terminal":"TVR","tonnes":4.6,"is_tanker":false,"cranes":1}""";
        var schema = program.Get<ModelRegistry>().Load(await program.Get<ModelRegistry>().FindAsync("tried", null, CancellationToken.None)).Schema;
        var fields = JsonSerializer.Serialize(JsonDocument.Parse(row).RootElement.EnumerateObject().Where(field => schema.Has(field.Name)).ToDictionary(field => field.Name, field => field.Value));
        var said = await ModelingProgram.AnswerAsync(program.Engineer.PostAsync("/api/v1/models/tried/versions/latest/predictions", ModelingProgram.Json(fields)));
        var why = await ModelingProgram.AnswerAsync(program.Engineer.PostAsync("/api/v1/models/tried/versions/latest/explanations", ModelingProgram.Json(fields)));
        var sum = why.GetProperty("base").GetDouble() + why.GetProperty("effects").EnumerateArray().Sum(effect => effect.GetProperty("value").GetDouble());
        Assert.Equal(said.GetProperty("prediction").GetDouble(), sum, 0.5);
        using var wrong = await program.Engineer.PostAsync("/api/v1/models/tried/versions/latest/predictions", ModelingProgram.Json("""{"tonnes":"a lot"}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var broken = await program.Engineer.PostAsync("/api/v1/models/tried/versions/latest/predictions", ModelingProgram.Json("{"));
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }

    [Fact]
    public void Write_a_training_that_reads_back_the_same()
    {
        var form = new WizardForm
        {
            Name = "late", Table = "gold.calls", Target = "outcome", IsExpert = true, Budget = "30s", Trials = "5", Metric = "ROC AUC", Split = "time:arrived", Seed = "7", CostPositive = "1,5", CostNegative = "4",
            Families = ["linear", "boosting"], Exclude = ["delay"],
        };
        var spec = form.ToSpec(null);
        Assert.Equal((SplitKind.Time, "arrived", 1.5, 4.0, 7), (spec.Split!.Kind, spec.Split.Column, spec.Costs!.FalsePositive, spec.Costs.FalseNegative, spec.Seed));
        Assert.Equal(spec.Fingerprint(), WizardForm.Of(spec).ToSpec(spec).Fingerprint());
        Assert.Equal("modeling.spec-invalid", Assert.Throws<EscaleException>(() => (form with { Name = "../x" }).ToSpec(null)).Code);
        Assert.Throws<EscaleException>(() => (form with { Metric = "rmse, seed: 1" }).ToSpec(null));
    }

    [Fact]
    public async Task Give_a_notebook_whose_model_is_the_onnx_file()
    {
        await program.TrainSmallAsync("noted", "outcome");
        var onnx = await program.Engineer.GetByteArrayAsync("/api/v1/models/noted/versions/latest/file?format=onnx");
        var notebook = JsonDocument.Parse(await (await program.SignInAsync()).GetByteArrayAsync("/models/noted/versions/latest/notebook.ipynb")).RootElement;
        var sources = notebook.GetProperty("cells").EnumerateArray().Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()))).ToList();
        var text = string.Concat(sources[1].Split('\n').Where(line => line.StartsWith("    \"", StringComparison.Ordinal)).Select(line => line.Trim().Trim('"')));
        Assert.Equal(onnx, Convert.FromBase64String(text));
        Assert.Equal(4, notebook.GetProperty("nbformat").GetInt32());
        Assert.Contains("assert difference", sources[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shared", "outcome")]
    [InlineData("sized", "delay")]
    public async Task Give_a_csharp_project_that_builds_and_says_the_same(string name, string target)
    {
        await program.TrainSmallAsync(name, target);
        using var folder = new TempFolder();
        using (var bytes = new MemoryStream(await program.Engineer.GetByteArrayAsync($"/api/v1/models/{name}/versions/latest/file?format=csharp")))
        {
            await ZipFile.ExtractToDirectoryAsync(bytes, folder.Path);
        }
        var start = new ProcessStartInfo("dotnet", ["run"]) { WorkingDirectory = Path.Combine(folder.Path, name), RedirectStandardOutput = true };
        foreach (var variable in (string[])["MSBUILDDISABLENODEREUSE", "DOTNET_CLI_TELEMETRY_OPTOUT"])
        {
            start.Environment[variable] = "1";
        }
        using var run = Process.Start(start)!;
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 0, said);
        Assert.Contains("100 rows compared with Escale: largest difference 0", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_a_whole_table_into_the_lake_and_as_csv()
    {
        await program.TrainSmallAsync("scored", "outcome");
        var scored = await ModelingProgram.AnswerAsync(program.Engineer.PostAsync("/api/v1/models/scored/scores", ModelingProgram.Json("""{"table":"gold.calls"}""")));
        Assert.Equal(("predictions.scored", 600), (scored.GetProperty("table").GetString(), scored.GetProperty("rows").GetInt32()));
        var frame = program.Get<FrameReader>().Read(TableName.Parse("predictions.scored"), null, CancellationToken.None).Frame;
        var csv = (await program.Engineer.GetStringAsync("/api/v1/models/scored/scores.csv?table=gold.calls")).Split('\n');
        Assert.Equal((600, 602), (frame.RowCount, csv.Length)); // a head, and nothing after the last line
        Assert.EndsWith("predicted_outcome,probability_late,probability_on time,model_version", csv[0], StringComparison.Ordinal);
        Assert.Contains(frame["predicted_outcome"].TextAt(17)!, csv[18], StringComparison.Ordinal);
        using var missing = await program.Engineer.PostAsync("/api/v1/models/scored/scores", ModelingProgram.Json("""{"table":"gold.nothing"}"""));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Show_the_key_figures()
    {
        await program.TrainSmallAsync("figured", "outcome");
        Assert.Contains("%", await PageAsync("/models/kpis", "fr"), StringComparison.Ordinal);
        var figures = await ModelingProgram.AnswerAsync(program.Engineer.GetAsync("/api/v1/key-figures"));
        Assert.True(figures.GetProperty("days")[29].GetProperty("trained").GetInt32() > 0);
    }

    private async Task<string> PageAsync(string path, string language)
    {
        using var answer = await GetAsync(path, language);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path} answered {(int)answer.StatusCode}: {text[..Math.Min(text.Length, 2000)]}");
        return text;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string language)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Language", language);
        request.Headers.Add("Accept", "text/html");
        return await (await program.SignInAsync()).SendAsync(request);
    }
}
