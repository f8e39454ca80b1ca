namespace Escale.Projects.Tests.Live;

public sealed class A_live_project
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Sees_a_file_that_was_added_after_it_was_opened()
    {
        using var test = new TestProject(("models/first.sql", "select 1 as a"));
        var live = new LiveProject(test.Open(), TimeProvider.System);
        var before = live.Now();
        File.WriteAllText(Path.Combine(test.Folder, "models/second.sql"), "select * from {{ ref('first') }}");
        var after = live.Refresh();
        Assert.Equal(["model.shop.first"], before.Graph.Assets.Select(asset => asset.Id));
        Assert.Equal(["model.shop.first", "model.shop.second"], after.Graph.Assets.Select(asset => asset.Id));
        Assert.NotEqual(before.Stamp, after.Stamp);
        Assert.Same(after, live.Refresh());
    }

    [Fact]
    public void Keeps_the_last_good_graph_while_a_file_is_wrong_and_says_what_is()
    {
        using var test = new TestProject(("models/first.sql", "select 1 as a"));
        var live = new LiveProject(test.Open(), TimeProvider.System);
        live.Now();
        var file = Path.Combine(test.Folder, "dbt_project.yml");
        File.WriteAllText(file, "name: [shop\n");
        var broken = live.Refresh();
        Assert.Equal("model.shop.first", Assert.Single(broken.Graph.Assets).Id);
        Assert.Equal("dbt_project.yml", broken.Error?.Place?.File);
        File.WriteAllText(file, "name: store\n");
        var mended = live.Refresh();
        Assert.Null(mended.Error);
        Assert.Equal("model.store.first", Assert.Single(mended.Graph.Assets).Id);
    }

    [Fact]
    public void Opens_with_no_asset_when_the_files_were_never_right()
    {
        using var test = new TestProject(("dbt_project.yml", "name: [shop\n"), ("models/first.sql", "select 1 as a"));
        var state = new LiveProject(test.Open(), TimeProvider.System).Now();
        Assert.Empty(state.Graph.Assets);
        Assert.NotNull(state.Error);
    }

    [Fact]
    public async Task Leaves_work_under_way_the_reading_that_it_holds()
    {
        using var test = new TestProject(("models/first.sql", "select 1 as a"));
        var project = test.Open();
        using (project.Hold())
        {
            Assert.Single(project.Graph.Assets);
            File.WriteAllText(Path.Combine(test.Folder, "models/second.sql"), "select 2 as b");
            project.ReadAgain();
            await Task.Run(() => Assert.Single(project.Graph.Assets), Ct);
        }
        Assert.Equal(2, project.Graph.Assets.Count);
    }
}
