using Escale.Projects.Dbt;
using Escale.Projects.Lineage;
using Xunit;

namespace Escale.Projects.Tests.Lineage;

public sealed class ProjectLineageTests(DuckFixture duck) : IClassFixture<DuckFixture>
{
    [Fact]
    public void Stars_are_followed_from_the_seeds_through_the_models()
    {
        using var files = new TestProject(
            ("seeds/raw.csv", "id,\"amount\",day\n1,2,3\n"),
            ("models/a.sql", "select * from {{ ref('raw') }}"),
            ("models/b.sql", "select a.* exclude (day), amount * 2 as twice, count(*) from {{ ref('a') }} as a group by all"),
            ("models/s.yml", "sources: [{name: x, tables: [{name: y}]}]"),
            ("models/c.sql", "select twice, z, b.* from {{ ref('b') }} b join {{ source('x', 'y') }} y using (id)"));
        var lineage = Read(files, _ => null);
        Assert.Equal("id<-raw.id amount<-raw.amount day<-raw.day", Text(lineage, "a"));
        Assert.Equal("id<-a.id amount<-a.amount twice<-a.amount <-", Text(lineage, "b"));
        // b has a column whose name only DuckDB knows: until the table stands, nothing of b is certain.
        Assert.Equal("twice<-? z<-?", Text(lineage, "c"));
        Assert.Equal("id<-a.id amount<-a.amount twice<-a.amount n<-", Text(Read(files, asset => asset == "b" ? ["id", "amount", "twice", "n"] : null), "b"));
        Assert.StartsWith("twice<-b.twice z<-y.z", Text(Read(files, asset => asset == "b" ? ["id", "amount", "twice", "n"] : null), "c"), StringComparison.Ordinal);
    }

    private ProjectLineage Read(TestProject files, Func<string, IReadOnlyList<string>?> columnsOf)
    {
        var graph = files.Open().Graph;
        return ProjectLineage.Read(
            graph, duck.Connection,
            // The references as the compiler writes them.
            asset => asset.Definition is SqlModel model
                ? model.File.Text.Replace("{{ ref('", "main.", StringComparison.Ordinal).Replace("{{ source('x', '", "x.", StringComparison.Ordinal).Replace("') }}", "", StringComparison.Ordinal)
                : null,
            asset => columnsOf(asset.Name));
    }

    private static string Text(ProjectLineage lineage, string model) => string.Join(' ', lineage[$"model.shop.{model}"].Select(column =>
        $"{column.Name}<-{string.Join('+', column.From.Select(from => $"{from.Asset.Split('.')[^1]}.{from.Column}"))}{(column.IsComplete ? "" : "?")}"));
}
