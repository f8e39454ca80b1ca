using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>From a dropped file to predictions over HTTP, without code.</content>
internal sealed partial class Walk
{
    private string _key = "";

    /// <summary>Drops a file and makes a table of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="table">What the table will be called, below <c>bronze</c>.</param>
    /// <param name="finds">Texts that must be on the page: what was recognised.</param>
    public async Task DropAFileAsync(string path, string table, params string[] finds)
    {
        await EnterAsync("/sources");
        await LookAsync("sources");
        await page.SetInputFilesAsync("input[type=file]", path);
        await page.WaitForURLAsync("**/sources/new/*");
        await Expect(page.Locator(".upload-preview tbody tr").First).ToBeVisibleAsync();
        foreach (var find in finds)
        {
            await Expect(page.Locator("main")).ToContainTextAsync(find);
        }
        await LookAsync("new-source");
        await page.FillAsync("[name=name]", table);
        await Button("Create the table", "Créer la table").ClickAsync();
        await page.WaitForURLAsync("**/tables/bronze." + table, new() { Timeout = 120_000 });
    }

    /// <summary>Looks at the profile of the table that is open.</summary>
    public async Task ReadTheProfileAsync(params string[] says)
    {
        await page.Locator("nav.tabs a[href*='profile']").ClickAsync();
        foreach (var words in says)
        {
            await Expect(page.Locator("main")).ToContainTextAsync(words, new() { Timeout = 60_000 });
        }
        await LookAsync("profile");
    }

    /// <summary>Opens a recipe of the table that is open, sees what a suggested step would do, takes it, and goes back.</summary>
    public async Task LookAtSuggestionsAsync()
    {
        var table = page.Url;
        await page.Locator("main a[href*='/recipes/new?table=']").First.ClickAsync();
        await Expect(page.Locator(".recipe-suggestion").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.Locator(".recipe-suggestion .step-name").First.ClickAsync();
        await Expect(page.Locator(".recipe-bar")).ToContainTextAsync(Say("What the suggestion would do", "Ce que ferait la suggestion"), new() { Timeout = 60_000 });
        await LookAsync("recipe");
        await page.Locator(".recipe-suggestion").First.GetByRole(AriaRole.Button, new() { Name = Say("Add", "Ajouter"), Exact = true }).ClickAsync();
        await Expect(page.Locator(".recipe-step")).ToHaveCountAsync(1);
        // The draft is left unsaved: undone, nothing asks whether to stay.
        await Button("Undo", "Annuler").ClickAsync();
        await Expect(page.Locator(".recipe-step")).ToHaveCountAsync(0);
        await page.GotoAsync(table);
    }

    /// <summary>Trains from the table that is open and waits for the verdict.</summary>
    public async Task TrainAsync(string target)
    {
        await page.Locator("main a[href*='/models/new?table=']").First.ClickAsync();
        await page.WaitForURLAsync("**/models/new?table=*");
        await Expect(page.Locator("table.targets")).ToBeVisibleAsync();
        await LookAsync("train-target");
        await page.Locator($"a.button[href*='target={target}']").ClickAsync();
        await Expect(page.Locator("[name=budget]")).ToBeVisibleAsync();
        await LookAsync("train-checks");
        await page.SelectOptionAsync("[name=budget]", "10s");
        await page.Locator("main form button[type=submit].primary").ClickAsync();
        await page.WaitForURLAsync("**/models/runs/*");
        await JudgeAsync();
    }

    /// <summary>Opens the latest training of a model that the project itself has trained, and judges it.</summary>
    public async Task JudgeTheLatestAsync(string model)
    {
        await EnterAsync("/models");
        await page.Locator("main a[href*='/models/runs/']", new() { HasText = model }).First.ClickAsync();
        await page.WaitForURLAsync("**/models/runs/*");
        await JudgeAsync();
    }

    private async Task JudgeAsync()
    {
        await Expect(page.Locator("section.verdict")).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await Expect(page.Locator("escale-training")).ToHaveCountAsync(0, new() { Timeout = 180_000 }); // what the model goes by comes by itself, a little later
        await LookAsync("verdict");
        foreach (var tab in (string[])["errors", "why", "groups", "try", "record"])
        {
            await page.Locator($"nav.tabs a[href$='tab={tab}']").ClickAsync();
            await page.WaitForURLAsync("**tab=" + tab);
            await LookAsync("judge-" + tab);
        }
    }

    /// <summary>Publishes the model, serves it, makes a key and asks with it as a program would.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="row">A row that it can read; without one, that of the example on its page.</param>
    public async Task PublishAsync(string model, object? row = null)
    {
        await page.Locator("form[action$='/publish'] button").First.ClickAsync();
        await page.WaitForURLAsync("**/models/" + model);
        await LookAsync("model");
        await page.Locator("form[action$='/endpoints'] button").ClickAsync();
        await page.WaitForURLAsync("**/endpoints/*");
        await Expect(page.Locator(".try-answer > *").First).ToBeVisibleAsync();
        await LookAsync("endpoint");
        var address = new Uri(page.Url).AbsolutePath;
        var curl = await page.Locator("#code-curl").TextContentAsync();
        row ??= JsonDocument.Parse(curl!.Split('\'')[1]);
        await page.Locator("nav.tabs a[href$='tab=keys']").ClickAsync();
        await page.FillAsync("[name=label]", "A program");
        await page.Locator("form[action$='/keys'] button").ClickAsync();
        _key = (await page.Locator("#secret-once").InnerTextAsync()).Trim();
        await LookAsync("endpoint-keys");
        await page.ReloadAsync();
        await Expect(page.Locator("#secret-once")).ToHaveCountAsync(0);

        using var client = new HttpClient { BaseAddress = visit.Address };
        var predictions = $"/api/v1{address}/predictions";
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(client, predictions, row)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        var answer = await AskAsync(client, predictions, row);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{JsonSerializer.Serialize(row)}\n{await answer.Content.ReadAsStringAsync()}");
        Assert.True(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.TryGetProperty("prediction", out _));
        await AnswersAShellAsync(curl!);
        await page.Locator("nav.tabs a[href$='tab=watch']").ClickAsync();
        await page.WaitForURLAsync("**tab=watch");
        await LookAsync("endpoint-watch");
        await EnterAsync("/models");
        await Expect(page.Locator($"main a[href='/models/{model}']").First).ToBeVisibleAsync();
        await LookAsync("models");
    }

    // The line that the page offers, pasted.
    private async Task AnswersAShellAsync(string line)
    {
        if (!File.Exists("/usr/bin/curl") || !File.Exists("/bin/sh"))
        {
            return;
        }
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KEY"] = _key;
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync();
        var answer = await shell.StandardOutput.ReadToEndAsync();
        Assert.True(answer.Contains("\"prediction\"", StringComparison.Ordinal), $"{line}\n{answer}\n{await errors}");
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string path, object row) =>
        client.PostAsync(path, new StringContent(JsonSerializer.Serialize(row), Encoding.UTF8, "application/json"));
}
