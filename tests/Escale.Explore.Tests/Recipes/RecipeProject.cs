using System.Globalization;
using System.Text.Json.Nodes;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Recipes;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;
using Escale.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Tests.Recipes;

/// <summary>A project with recipes over a real lake; the sandbox is the real one.</summary>
internal sealed class RecipeProject : IAsyncDisposable
{
    public static readonly Caller Awa = new("1", "Awa", Role.Analyst);

    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public RecipeProject(params (string Path, string Text)[] files)
    {
        _folder.Write("dbt_project.yml", "name: shop\n");
        foreach (var (path, text) in files)
        {
            _folder.Write(path, text);
        }
        Engine = LakeEngine.Open(_folder.File(".escale/lake/x")[..^2]);
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(_folder.Path)).AddSingleton(TimeProvider.System).AddSingleton(Engine).AddSingleton<RunEnvironment>().AddSingleton(new DurableWriter(new LocalFileLayer()));
        new ProjectsModule().AddServices(services);
        new ProjectsModule().AddWebServices(services);
        RecipeServices.Add(services);
        RecipeServices.AddWeb(services);
        services.AddSingleton(provider => new LakeStates(Engine.Catalog, TimeProvider.System));
        services.AddSingleton(provider => new QuerySessions(
            Engine.Catalog, new SandboxPool(new SandboxOptions { Command = [Path.Combine(AppContext.BaseDirectory, "Escale.Engines.Child")] }), provider.GetRequiredService<ProjectRoot>(),
            provider.GetRequiredService<Project>(), provider.GetRequiredService<LakeStates>(), TimeProvider.System));
        services.AddSingleton(provider => new SqlRunner(provider.GetRequiredService<QuerySessions>(), provider.GetRequiredService<LakeStates>(), new ResultCache(TimeProvider.System), provider.GetRequiredService<Project>()));
        _services = services.BuildServiceProvider();
    }

    public LakeEngine Engine { get; }

    public Project Project => Get<Project>();

    public RecipeFiles Files => Get<RecipeFiles>();

    public string Folder => _folder.Path;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public string Write(string path, string text) => _folder.Write(path, text);

    /// <summary>Writes a table of the lake.</summary>
    public RecipeProject With(string table, string sql)
    {
        using var session = Engine.OpenSession();
        session.Write(new TableWrite { Table = TableName.Parse(table), Sql = sql, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace, Operation = "TEST" });
        return this;
    }

    /// <summary>Makes a recipe's table as a run does: its model compiled, over what it reads.</summary>
    public void Make(string name)
    {
        var asset = Project.Graph[$"model.shop.{name}"];
        var compiled = Get<SqlCompiler>().Compile(asset);
        using var session = Engine.OpenSession();
        foreach (var id in compiled.Reads)
        {
            session.Mount(Project.Graph[id].Table!);
        }
        session.Write(new TableWrite { Table = asset.Table!, Sql = compiled.Sql, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace, Operation = "TEST" });
    }

    /// <summary>The rows of steps over a table, in the recipe's order: cells joined by |, rows by a blank and /.</summary>
    public string Rows(string table, string steps, RecipeUse use = RecipeUse.Table)
    {
        var recipe = RecipeFiles.Parse("it", $"table: {table}\nsteps:\n{steps}");
        using var session = Engine.OpenSession();
        session.MountAll();
        var compiled = RecipeCompiler.Compile(recipe, use, name => TableName.Parse(name).ToSql());
        var rest = compiled.HasRow[^1] ? $"exclude ({RecipeSql.Row}) " : "";
        return Text(session, compiled.Query(null, $"select * {rest}from {compiled.After[^1]}"));
    }

    public string Sql(string sql)
    {
        using var session = Engine.OpenSession();
        session.MountAll();
        return Text(session, sql);
    }

    public static string Text(LakeSession session, string sql)
    {
        using var result = session.Connection.Query(sql);
        return string.Join(" / ", result.Rows().Select(row => string.Join("|", row.Select(cell => cell is null ? "·" : cell is DateTime day && day.TimeOfDay == TimeSpan.Zero ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Convert.ToString(cell, CultureInfo.InvariantCulture)))));
    }

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Engine.Dispose();
        _folder.Dispose();
    }
}
