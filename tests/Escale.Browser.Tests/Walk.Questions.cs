using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>The question builder, and a question's page.</content>
internal sealed partial class Walk
{
    private static readonly string[] _kinds = ["row", "line", "area", "pie", "funnel", "waterfall", "box", "histogram", "scatter", "table", "bar"];

    private ILocator Preview => page.Locator(".builder-preview");

    public async Task AskInStepsAsync()
    {
        await EnterAsync("/questions");
        await LookAsync("questions");
        await page.GetByRole(AriaRole.Link, new() { Name = Say("Ask a question", "Poser une question") }).ClickAsync();
        await Expect(page.Locator(".step-adders button").First).ToBeVisibleAsync();
        await LookAsync("builder-empty");
        await BuildAsync();
        await ChooseAChartAsync();
        await GoToSqlAndBackAsync();
        await SaveAsync();
        await SeeTheRowsBehindAsync();
    }

    private async Task BuildAsync()
    {
        await AddStepAsync("Table", "Table");
        await Step(0).Locator("select").SelectOptionAsync("gold.calls");
        await Expect(Step(0).Locator(".step-count")).ToHaveTextAsync(Rows(20_000));
        await AddStepAsync("Filter", "Filtrer");
        await Step(1).Locator("select").First.SelectOptionAsync("hours");
        await Step(1).Locator("select").Last.SelectOptionAsync(">=");
        await Step(1).Locator("input").FillAsync("50");
        await Expect(Step(1).Locator(".step-count")).ToHaveTextAsync(Rows(10_000));
        await AddStepAsync("Summarise", "Résumer");
        await Step(2).GetByRole(AriaRole.Button, new() { Name = Say("Add", "Ajouter") }).First.ClickAsync();
        await Step(2).Locator("select").First.SelectOptionAsync("quay");
        await Expect(Step(2).Locator(".step-count")).ToHaveTextAsync(Rows(5));
        await Expect(Preview.Locator("canvas")).ToBeVisibleAsync();
        await LookAsync("builder");

        // The rows after an earlier step, and a step moved by keyboard and back.
        await Step(0).Locator(".step-name").ClickAsync();
        await Expect(Step(1)).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("beyond"));
        await Expect(Preview.Locator(".result-table tbody td").First).ToBeVisibleAsync();
        await Step(2).Locator(".step-name").ClickAsync();
        await AddStepAsync("Sort", "Trier");
        await Step(3).Locator("select").First.SelectOptionAsync("count");
        await AddStepAsync("Limit", "Limiter");
        await Step(4).Locator("input").FillAsync("3");
        await Expect(Step(4).Locator(".step-count")).ToHaveTextAsync(Rows(3));
        await Step(4).GetByRole(AriaRole.Button, new() { Name = Say("Move up", "Monter") }).ClickAsync();
        await Expect(Step(3).Locator("input")).ToHaveValueAsync("3");
        await Step(3).GetByRole(AriaRole.Button, new() { Name = Say("Remove", "Retirer"), Exact = true }).First.ClickAsync();
        await Expect(page.Locator(".step")).ToHaveCountAsync(4);
        await Expect(Step(3).Locator(".step-count")).ToHaveTextAsync(Rows(5));
    }

    private async Task ChooseAChartAsync()
    {
        foreach (var kind in _kinds)
        {
            await page.Locator(".chart-settings select").First.SelectOptionAsync(kind);
            await Expect(Preview.Locator($"escale-chart[data-type={kind}]")).ToBeVisibleAsync();
            await Expect(Preview.Locator(kind == "table" ? ".result-table" : "canvas")).ToBeVisibleAsync();
            await TakePictureAsync(page, "chart-" + kind);
        }
    }

    private async Task GoToSqlAndBackAsync()
    {
        await Button("SQL", "SQL").ClickAsync();
        await Expect(Code).ToContainTextAsync("group by", new() { IgnoreCase = true });
        await LookAsync("builder-sql");
        await Button("Steps", "Étapes").ClickAsync();
        await Expect(page.Locator(".step")).ToHaveCountAsync(4);
        await Button("SQL", "SQL").ClickAsync();
        await WriteAsync("select quay, sum(hours) over (order by quay) as so_far from gold.calls limit 10");
        await Button("Steps", "Étapes").ClickAsync();
        await Expect(page.Locator(".notice.warn")).ToContainTextAsync(Say("goes beyond steps", "va au-delà des étapes"));
        await LookAsync("builder-beyond");
        await WriteAsync("select quay, count(*) as calls from gold.calls where hours >= 50 group by quay order by calls desc");
        await Button("Steps", "Étapes").ClickAsync();
        await Expect(page.Locator(".step")).ToHaveCountAsync(4);
        await Expect(Preview.Locator("canvas")).ToBeVisibleAsync();
    }

    private async Task SaveAsync()
    {
        await Button("Save", "Enregistrer").ClickAsync();
        await Expect(page.Locator(".notice.warn")).ToContainTextAsync(Say("Give the question a title", "Donnez un titre"));
        await page.FillAsync(".builder-title", Say("Long calls", "Longues escales"));
        await Button("Save", "Enregistrer").ClickAsync();
        await page.WaitForURLAsync(Say("**/questions/long-calls", "**/questions/longues-escales"));
        await Expect(page.Locator("escale-question canvas")).ToBeVisibleAsync();
        await page.Locator(".question-code summary").ClickAsync();
        await LookAsync("question");
        Assert.Contains("gold.calls", harbour.Read(Say("questions/long-calls.yml", "questions/longues-escales.yml")), StringComparison.Ordinal);
    }

    private async Task SeeTheRowsBehindAsync()
    {
        await ClickMarkAsync(page.Locator("escale-question escale-chart"), 0);
        await Expect(page.Locator(".rows-dialog :is(td, .grid-cell)").First).ToBeVisibleAsync();
        await LookAsync(page, "rows-behind", phone: false);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".rows-dialog")).ToHaveCountAsync(0);
    }

    private ILocator Step(int at) => page.Locator($".step[data-at='{at}']");

    private Task AddStepAsync(string english, string french) => page.Locator(".step-adders").GetByRole(AriaRole.Button, new() { Name = Say(english, french) }).ClickAsync();

    /// <summary>Clicks the middle of a bar: of the first series, in its n-th place.</summary>
    private static async Task ClickMarkAsync(ILocator chart, int place)
    {
        await Expect(chart.Locator("canvas")).ToBeVisibleAsync();
        await chart.ScrollIntoViewIfNeededAsync();
        // Where the bar is, the chart itself knows; half of its length is inside it.
        var at = await chart.EvaluateAsync<float[]>("""
            (host, place) => {
              const option = host.chart.getOption();
              const flat = option.yAxis[0].type === "category";
              const value = option.series[0].data[place];
              const half = (Array.isArray(value) ? value[1] : value) / 2;
              const [x, y] = host.chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, flat ? [half, place] : [place, half]);
              const box = host.querySelector("canvas").getBoundingClientRect();
              return [box.left + x, box.top + y];
            }
            """, place);
        await chart.Page.Mouse.ClickAsync(at[0], at[1]);
    }
}
