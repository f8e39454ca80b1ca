using Escale.Testing;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>The first account, the invitations, and what each role finds.</content>
internal sealed partial class Walk
{
    private const string Forbidden = "status of 403";
    private static readonly string[] _roomsOfAll = ["/", "/sources", "/tables", "/recipes", "/questions", "/dashboards", "/models", "/pipelines", "/runs"];
    private static readonly string[] _roomsOfAnalysts = ["/", "/sources", "/tables", "/recipes", "/sql", "/questions", "/dashboards", "/models", "/pipelines", "/runs"];

    public async Task SetUpAsync()
    {
        await page.GotoAsync(visit.Setup!.PathAndQuery);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = Say("Welcome to Escale", "Bienvenue dans Escale") })).ToBeVisibleAsync();
        await LookAsync("setup");
        await visit.SetUpAsync(page);
        await Expect(page.Locator(".rail")).ToContainTextAsync(Say("Dashboards", "Tableaux de bord"));
        await LookAsync("home");
    }

    public async Task InviteEveryRoleAsync()
    {
        visit.Expect(Forbidden);
        await EnterAsync("/settings/people");
        await LookAsync("people");
        foreach (var role in new[] { "Viewer", "Analyst", "Engineer", "Admin" })
        {
            await page.FillAsync("[name=email]", $"{role}@example.org".ToLowerInvariant());
            await page.SelectOptionAsync("[name=role]", role);
            await Button("Make a link", "Créer un lien").ClickAsync();
            var link = new Uri((await page.Locator("#secret-once").TextContentAsync())!);
            var guest = await visit.SitDownAsync(isFrench ? "fr-FR" : "en-GB");
            await JoinAsync(guest, link, role);
            await FindAsync(guest, role);
            await guest.Context.CloseAsync();
            await page.GotoAsync("/settings/people");
        }
        await LookAsync("people-all");
    }

    private async Task JoinAsync(IPage guest, Uri link, string role)
    {
        await guest.GotoAsync(link.PathAndQuery);
        if (role == "Viewer")
        {
            await LookAsync(guest, "join");
        }
        await guest.FillAsync("[name=name]", role + " Sow");
        await guest.FillAsync("[name=password]", Visit.Password);
        await guest.ClickAsync("button[type=submit]");
        await guest.WaitForURLAsync(visit.Address.ToString());
        await SignOutAsync(guest);
        await guest.FillAsync("[name=email]", $"{role}@example.org".ToLowerInvariant());
        await guest.FillAsync("[name=password]", Visit.Password);
        await guest.ClickAsync("form[action$='/sign-in'] button[type=submit]");
        await guest.WaitForURLAsync(visit.Address.ToString());
    }

    /// <summary>The rooms that this role sees, and that what it does not see is closed to it, by page and by API.</summary>
    private async Task FindAsync(IPage guest, string role)
    {
        var (mayAsk, mayRun, mayManage) = (role is not "Viewer", role is "Engineer" or "Admin", role is "Admin");
        var rooms = await guest.Locator(".rail a.rail-item").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Equal(mayManage ? [.. _roomsOfAnalysts, "/settings/people"] : mayAsk ? _roomsOfAnalysts : _roomsOfAll, rooms);
        foreach (var (path, may) in new[] { ("/sql", mayAsk), ("/questions/new", mayAsk), ("/tables/gold.calls/versions/0/restore", mayRun), ("/settings/people", mayManage), ("/settings/audit", mayManage) })
        {
            Assert.Equal((path, may ? 200 : 403), (path, (await guest.GotoAsync(path))!.Status));
        }
        foreach (var (method, path, body, may) in new[]
        {
            ("POST", "/api/v1/sql", """{"sql":"select 1"}""", mayAsk),
            ("POST", "/api/v1/questions/run", """{"steps":[{"kind":"table","table":"gold.calls"}],"row_limit":1}""", mayAsk),
            ("GET", "/api/v1/dashboards/harbour/shares", null, mayAsk),
            ("POST", "/api/v1/tables/gold.calls/restore", """{"version":999}""", mayRun),
            ("POST", "/api/v1/runs", """{"select":["no_such_thing"]}""", mayRun),
        })
        {
            var status = await AskAsync(guest, method, path, body);
            Assert.True(may == (status != 403), $"{role} gets {status} of {method} {path}");
        }
        await guest.GotoAsync("/dashboards/harbour");
        await Expect(guest.Locator(".tile").First).ToBeVisibleAsync();
        await Expect(guest.GetByRole(AriaRole.Button, new() { Name = Say("Edit", "Modifier"), Exact = true })).ToHaveCountAsync(mayAsk ? 1 : 0);
        await guest.GotoAsync("/runs");
        await Expect(guest.Locator("#start")).ToHaveCountAsync(mayRun ? 1 : 0);
        if (role == "Viewer")
        {
            await LookAsync(guest, "runs-of-a-viewer");
            await guest.GotoAsync("/sql");
            await LookAsync(guest, "forbidden");
        }
    }

    // Beside the page, as its scripts would: what is refused on purpose is no complaint of the page.
    private static async Task<int> AskAsync(IPage guest, string method, string path, string? body)
    {
        await guest.GotoAsync("/questions");
        var token = await guest.Locator("meta[name=escale-antiforgery]").GetAttributeAsync("content");
        var answer = await guest.APIRequest.FetchAsync(path, new()
        {
            Method = method, DataString = body, MaxRedirects = 0, Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", ["Accept"] = "application/json", ["X-Escale-Antiforgery"] = token ?? "" },
        });
        return answer.Status;
    }

    public async Task SignOutAsync()
    {
        await SignOutAsync(page);
        await LookAsync("sign-in");
        await page.GotoAsync("/dashboards");
        Assert.Contains("/sign-in?return=", page.Url, StringComparison.Ordinal);
    }

    private async Task SignOutAsync(IPage guest)
    {
        await guest.Locator("details.menu:has(a[href='/account'])").Locator("summary").ClickAsync();
        await guest.GetByRole(AriaRole.Button, new() { Name = Say("Sign out", "Se déconnecter") }).ClickAsync();
        await guest.WaitForURLAsync("**/sign-in");
    }
}
