namespace Escale.Browser.Tests;

/// <summary>What the web application promises, walked from the first start to the last sign-out, in both languages.</summary>
public sealed class A_whole_walk : IDisposable
{
    private readonly Harbour _harbour = new();

    public void Dispose() => _harbour.Dispose();

    [Theory]
    [InlineData("fr-FR")]
    [InlineData("en-GB")]
    public async Task Leads_through_every_room_without_a_fault(string language)
    {
        await _harbour.RunAsync();
        await using var visit = await Visit.BeginAsync(_harbour.Folder);
        var walk = new Walk(visit, _harbour, await visit.SitDownAsync(language), isFrench: language == "fr-FR");

        await walk.GoAsync(walk.SetUpAsync, "setup");
        await walk.GoAsync(walk.InviteEveryRoleAsync, "roles");
        await walk.GoAsync(walk.LookThroughTheCatalogueAsync, "catalogue");
        await walk.GoAsync(walk.LookIntoATableAsync, "table");
        await walk.GoAsync(walk.GoBackToAVersionAsync, "versions");
        await walk.GoAsync(walk.AskInSqlAsync, "sql");
        await walk.GoAsync(walk.AskInStepsAsync, "question");
        await walk.GoAsync(walk.ReadADashboardAsync, "dashboard");
        await walk.GoAsync(walk.ChangeADashboardAsync, "dashboard-edit");
        await walk.GoAsync(walk.ShareADashboardAsync, "share");
        await walk.GoAsync(walk.RunAndCancelAsync, "run");
        await walk.GoAsync(walk.RunAgainWhatFailedAsync, "retry");
        if (language == "fr-FR")
        {
            await walk.GoAsync(walk.MendAPipelineAsync, "pipeline");
        }
        await walk.GoAsync(walk.SignOutAsync, "sign-out");

        var all = walk.Faults.Concat(visit.Complaints).ToList();
        Assert.True(all.Count == 0, string.Join("\n\n", all));
    }
}
