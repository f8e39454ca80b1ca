using System.CommandLine;
using System.Text.Json;
using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Escale.Projects.Tests.Verbs;

public sealed class VerbTests
{
    [Fact]
    public void Init_makes_a_project_that_can_be_read()
    {
        using var folder = new TempFolder();
        var target = Path.Combine(folder.Path, "My shop-2");
        Run(target, "init", target);
        // The collected table comes with the collectors; here it is declared so that the rest can be read alone.
        File.WriteAllText(Path.Combine(target, "models", "s.yml"), "sources: [{name: port, schema: bronze, tables: [{name: port_calls}]}]");
        var names = Run(target, "ls", "--resource-type", "model", "--output", "name");
        Assert.Equal(["port_calls", "calls_by_month"], names.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("my_shop_2", new Project(ProjectFolder.Open(target), () => []).Name);
    }

    [Fact]
    public void Init_never_overwrites()
    {
        using var folder = new TempFolder();
        folder.Write("models/schema.yml", "mine");
        var error = Assert.Throws<EscaleException>(() => Run(folder.Path, "init", folder.Path));
        Assert.Equal("projects.exists", error.Code);
        Assert.Equal(["models/schema.yml"], Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Path, path)));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder.Path, "models/schema.yml")));
    }

    [Fact]
    public void Ls_lists_a_selection_in_each_shape()
    {
        using var files = JaffleShop.Create();
        Assert.Equal("seeds/raw_orders.csv\nmodels/staging/stg_orders.sql\n", Run(files.Folder, "ls", "-s", "+stg_orders", "--exclude", "resource_type:test", "-o", "path"));
        var json = JsonDocument.Parse(Run(files.Folder, "ls", "-s", "customers", "--resource-type", "model", "--json")).RootElement;
        Assert.Equal("model.jaffle_shop.customers", json[0].GetProperty("id").GetString());
        Assert.Equal("table", json[0].GetProperty("materialized").GetString());
        Assert.StartsWith("KIND", Run(files.Folder, "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ls_of_an_unknown_kind_names_the_nearest()
    {
        using var files = JaffleShop.Create();
        Assert.Equal("Did you mean 'model'?", Assert.Throws<EscaleException>(() => Run(files.Folder, "ls", "--resource-type", "modle")).Remedy);
    }

    [Fact]
    public void Show_tells_what_is_known_of_an_asset()
    {
        using var files = JaffleShop.Create();
        var text = Run(files.Folder, "show", "customers");
        Assert.Contains("One row per customer", text, StringComparison.Ordinal);
        Assert.Contains("main.customers", text, StringComparison.Ordinal);
        Assert.Contains("stg_payments", text, StringComparison.Ordinal);
        Assert.Contains("unique_customers_customer_id", text, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Run(files.Folder, "show", "seed.jaffle_shop.raw_orders", "--json")).RootElement;
        Assert.Contains("model.jaffle_shop.orders", json.GetProperty("downstream").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("projects.selection-ambiguous", Assert.Throws<EscaleException>(() => Run(files.Folder, "show", "raw_*")).Code);
    }

    [Fact]
    public void Compile_writes_the_sql_and_prints_it_when_it_is_one()
    {
        using var files = JaffleShop.Create();
        var sql = Run(files.Folder, "compile", "-s", "stg_orders", "--exclude", "resource_type:test");
        Assert.Contains("\"main\".\"raw_orders\"", sql, StringComparison.Ordinal);
        Assert.Equal(sql, File.ReadAllText(Path.Combine(files.Folder, ".escale/compiled/models/staging/stg_orders.sql")));
        Assert.Contains(".escale/compiled/models/unique_customers_customer_id.sql", Run(files.Folder, "compile"), StringComparison.Ordinal);
    }

    [Fact]
    public void Show_says_what_a_column_is_computed_from()
    {
        using var files = JaffleShop.Create();
        var columns = JsonDocument.Parse(Run(files.Folder, "show", "stg_payments", "--json")).RootElement.GetProperty("columns");
        var amount = columns.EnumerateArray().Single(column => column.GetProperty("name").GetString() == "amount");
        Assert.Equal("seed.jaffle_shop.raw_payments", amount.GetProperty("from")[0].GetProperty("asset").GetString());
        Assert.Contains("raw_payments.amount", Run(files.Folder, "show", "stg_payments"), StringComparison.Ordinal);
    }

    /// <summary>Runs a verb as the program would, on the rooms' real registrations, without the process around it.</summary>
    private static string Run(string folder, params string[] arguments)
    {
        var results = new StringWriter { NewLine = "\n" };
        var cli = new Cli(new RootCommand(), (_, opening) =>
        {
            var services = new ServiceCollection();
            services.AddSingleton(ProjectFolder.Open(folder, opening == Opening.Folder));
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton(new RunEnvironment());
            services.AddSingleton(new DurableWriter(new LocalFileLayer()));
            new ProjectsModule().AddServices(services);
            return services.BuildServiceProvider();
        })
        {
            OpenOutput = json => new CliOutput(results, TextWriter.Null, json),
        };
        new ProjectsModule().AddVerbs(cli);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        Assert.Equal(0, cli.Root.Parse([.. arguments, "--project", folder]).Invoke(configuration));
        return results.ToString();
    }
}
