namespace Escale.Browser.Tests;

/// <content>A pipeline that fails in the night, and how one who never saw it mends it in three clicks.</content>
internal sealed partial class Walk
{
    public async Task MendAPipelineAsync()
    {
        await EnterAsync("/pipelines");
        await Expect(page.Locator("#sample")).ToBeVisibleAsync();
        await LookAsync("pipelines-none");
        harbour.Write("pipelines/night.yml", """
            description: The calls of the night
            schedule: {cron: "0 4 * * *", zone: Africa/Dakar}
            tasks:
              - {id: fetch, shell: echo fetched}
              - {id: load, shell: "cat night.csv || { echo nothing came; exit 3; }", depends_on: fetch}
              - {id: tell, shell: echo told, depends_on: load}

            """);
        await EnterAsync("/");
        await EnterAsync("/pipelines");
        await page.Locator(".pipelines .row-link").ClickAsync();
        await Button("Run now", "Exécuter maintenant").ClickAsync();
        await Expect(State).ToHaveTextAsync(Say("Failed", "En échec"));

        harbour.Write("night.csv", "12\n");
        await EnterAsync("/");
        await page.Locator(".attention a[href*='/pipelines/runs/']").ClickAsync();
        await Expect(page.Locator(".step-failure")).ToBeVisibleAsync();
        await Expect(page.Locator(".log-line", new() { HasText = "nothing came" })).ToBeVisibleAsync();
        await LookAsync("pipeline-run-failed");
        await Button("Try again from here", "Reprendre à partir d'ici").ClickAsync();
        await Expect(State).ToHaveTextAsync(Say("Succeeded", "Réussie"));

        await page.Locator(".tabs a[href$='tab=gantt']").ClickAsync();
        await Expect(page.Locator(".gantt .bar").First).ToBeVisibleAsync();
        await LookAsync("pipeline-gantt");
        await page.Locator(".crumbs a[href$='/pipelines/night']").ClickAsync();
        await Expect(page.Locator(".cells td .cell")).ToHaveCountAsync(3);
        await LookAsync("pipeline-grid");
        foreach (var tab in new[] { "graph", "calendar", "start", "backfill" })
        {
            await page.Locator($".tabs a[href$='tab={tab}']").ClickAsync();
            await Expect(page.Locator($".tabs a[href$='tab={tab}']")).ToHaveAttributeAsync("aria-current", "page");
            await LookAsync("pipeline-" + tab);
        }
    }
}
