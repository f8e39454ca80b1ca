using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;
using Escale.Testing;
using Escale.Transform.Docs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Escale.Transform.Tests.Docs;

public sealed class DocsSiteTests
{
    [Fact]
    public async Task The_site_holds_tables_columns_origins_results_and_quarantine()
    {
        using var folder = new TempFolder();
        var (data, page) = await BuildAsync(folder);
        var assets = data.GetProperty("assets").EnumerateArray().ToDictionary(asset => asset.GetProperty("id").GetString()!);

        var model = assets["model.shop.monthly"];
        Assert.Equal((3, "table"), (model.GetProperty("lake").GetProperty("rows").GetInt32(), model.GetProperty("materialized").GetString()));
        var tonnes = model.GetProperty("columns").EnumerateArray().Single(column => column.GetProperty("name").GetString() == "tonnes");
        Assert.Equal("DOUBLE", tonnes.GetProperty("type").GetString());
        Assert.Equal("model.shop.calls cargo", string.Join(' ', tonnes.GetProperty("from").EnumerateArray().SelectMany(from => from.EnumerateObject().Select(one => one.Value.GetString()))));
        Assert.Equal("Tonnes <b>of</b> cargo", tonnes.GetProperty("description").GetString());

        // The view has no stored columns: they are those its SELECT has.
        Assert.Equal(
            ["id", "ship", "arrived", "cargo"], assets["model.shop.calls"].GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.Equal(2, assets["source.shop.port.calls"].GetProperty("quarantine").GetInt32());
        var test = assets["test.shop.not_null_calls_id"];
        Assert.Equal(("failed", 4), (test.GetProperty("result").GetProperty("status").GetString(), test.GetProperty("result").GetProperty("rows").GetInt32()));
        Assert.Equal("model.shop.calls", test.GetProperty("tested").GetString());
        Assert.True(File.Exists(page));
    }

    [Fact]
    public async Task The_site_asks_for_nothing_outside_its_folder_and_holds_no_markup_of_the_data()
    {
        using var folder = new TempFolder();
        var (_, page) = await BuildAsync(folder);
        var files = Directory.GetFiles(Path.GetDirectoryName(page)!);
        foreach (var reference in Regex.Matches(File.ReadAllText(page), "(?:src|href)=\"([^\"]+)\"").Select(match => match.Groups[1].Value))
        {
            Assert.True(reference.StartsWith('#') || reference.StartsWith("data:image", StringComparison.Ordinal) || files.Any(file => Path.GetFileName(file) == reference), reference);
        }
        Assert.All(files, file => Assert.DoesNotMatch(@"https?://(?!www\.w3\.org/2000/svg)", File.ReadAllText(file)));
        Assert.DoesNotContain("<b>", File.ReadAllText(Path.Combine(Path.GetDirectoryName(page)!, "data.js")), StringComparison.Ordinal);
        Assert.All(files.Where(file => file.EndsWith(".js", StringComparison.Ordinal)), file => Assert.DoesNotContain("innerHTML", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_word_is_there_in_both_languages()
    {
        using var folder = new TempFolder();
        var (_, page) = await BuildAsync(folder);
        var words = File.ReadAllText(Path.Combine(Path.GetDirectoryName(page)!, "words.js")).Split("fr: {");
        static List<string> Keys(string text) => [.. Regex.Matches(text, @"(?<=[{,]\s*|^\s*)(\w+):(?=\s*[""\[])").Select(match => match.Groups[1].Value)];
        Assert.Equal(Keys(words[0].Split("en: {")[1]), Keys(words[1]));
        var used = Directory.GetFiles(Path.GetDirectoryName(page)!, "*.js").SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\bw\(""(\w+)""\)").Select(match => match.Groups[1].Value));
        Assert.Empty(used.Except(Keys(words[1])));
    }

    private static async Task<(JsonElement Data, string Page)> BuildAsync(TempFolder folder)
    {
        folder.Write("dbt_project.yml", "name: shop\nmodels: {+schema: gold}\n");
        folder.Write("models/calls.sql", "select * exclude (note) from {{ source('port', 'calls') }}");
        folder.Write("models/monthly.sql", "select date_trunc('month', arrived) as month, sum(cargo) as tonnes from {{ ref('calls') }} group by 1");
        folder.Write("models/schema.yml", """
            sources: [{name: port, schema: bronze, tables: [{name: calls, description: Calls}]}]
            models:
            - {name: calls, columns: [{name: id, tests: [not_null]}]}
            - {name: monthly, config: {materialized: table}, columns: [{name: tonnes, description: "Tonnes <b>of</b> cargo"}]}
            """);
        using var engine = LakeEngine.Open(folder.File("lake"), new DuckSettings { Threads = 1 });
        using (var session = engine.OpenSession())
        {
            Write(session, "bronze.calls", "select i as id, 'S' || i as ship, timestamp '2024-01-05' + i * interval 20 day as arrived, i * 1.5::double as cargo, '' as note from range(5) r(i)");
            Write(session, "gold.monthly", "select timestamp '2024-01-01' as month, 1.5::double as tonnes from range(3)");
            Write(session, "quarantine.calls", "select '{}' as raw from range(2)");
        }
        engine.Catalog.SaveView(new LakeView(new TableName("gold", "calls"), "select * exclude (note) from bronze.calls", [new TableName("bronze", "calls")]));

        var services = new ServiceCollection();
        services.AddSingleton(ProjectFolder.Open(folder.Path));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RunEnvironment>();
        new ProjectsModule().AddServices(services);
        using var provider = services.BuildServiceProvider();
        using var database = new SharedDatabase(new DuckSettings { Threads = 1 });
        var catalogue = new DocsCatalogue(provider.GetRequiredService<Project>(), engine.Catalog, database, TimeProvider.System, [new History()]);
        var compiler = provider.GetRequiredService<SqlCompiler>();
        var data = await catalogue.ReadAsync(asset => compiler.Compile(asset).Sql, Assert.Fail, CancellationToken.None);
        var page = new DocsSite(new DurableWriter(new LocalFileLayer())).Write(folder.File("site"), data);
        var json = File.ReadAllText(folder.File("site/data.js"))["const DATA = ".Length..].TrimEnd(';', '\n');
        return (JsonDocument.Parse(json).RootElement, page);
    }

    private static void Write(LakeSession session, string table, string sql) =>
        session.Write(new TableWrite { Table = TableName.Parse(table), Sql = sql, Mode = WriteMode.Overwrite, Operation = "WRITE" }, CancellationToken.None);

    private sealed class History : IStepHistory
    {
        public Task<IReadOnlyList<PastStep>> NewestAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PastStep>>(
            [new PastStep("test.shop.not_null_calls_id", "run", "failed", 4, "4 rows are null", false, DateTimeOffset.UnixEpoch)]);
    }
}
