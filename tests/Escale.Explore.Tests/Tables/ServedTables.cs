using System.Text.Json;
using Escale.Engines.Tables;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Tiles;
using Escale.Explore.Questions;
using Escale.Explore.Tables;
using Escale.Explore.Tables.Lineage;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Tests.Tables;

/// <summary>A lake behind the endpoints of this folder, on a real server; everyone may do everything.</summary>
internal sealed class ServedTables : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WebApplication _application;

    private ServedTables((string Path, string Text)[] files)
    {
        _folder.Write("dbt_project.yml", "name: shop\n");
        Array.ForEach(files, file => _folder.Write(file.Path, file.Text));
        Engine = LakeEngine.Open(Path.Combine(_folder.Path, ".escale/lake"));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var root = new ProjectRoot(_folder.Path);
        builder.Services.AddRouting().AddAuthorization();
        builder.Services.AddSingleton<IAuthorizationPolicyProvider, Everyone>();
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        builder.Services.AddSingleton(root).AddSingleton(TimeProvider.System).AddSingleton(Engine).AddSingleton(Engine.Catalog).AddSingleton<RunEnvironment>();
        builder.Services.AddSingleton(new Engines.DuckDb.DuckSettings()).AddSingleton<SharedDatabase>();
        new ProjectsModule().AddServices(builder.Services);
        new ProjectsModule().AddWebServices(builder.Services);
        TablesServices.Add(builder.Services);
        Escale.Explore.Profiles.ProfileServices.Add(builder.Services);
        Escale.Explore.Profiles.ProfileServices.AddWeb(builder.Services);
        builder.Services.AddSingleton<IFileTables, NoFiles>().AddSingleton(new Escale.Ui.Reader(Escale.Ui.Language.English));
        builder.Services.AddSingleton(new DurableWriter(new LocalFileLayer())).AddSingleton<Escale.Explore.Recipes.Suggestions.Answers>().AddSingleton<QuestionFiles>().AddSingleton<DashboardFiles>();
        builder.Services.AddSingleton<ITableUse>(provider => new QuestionUses(provider.GetRequiredService<QuestionFiles>(), new QuestionQueries(provider.GetRequiredService<QuestionFiles>(), null!, Engine.Catalog)));
        builder.Services.AddSingleton<ITableUse, DashboardUses>();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (EscaleException error) when (!context.Response.HasStarted)
            {
                await Problem.AnswerAsync(context, error, Problem.StatusOf(error));
            }
        });
        _application.UseRouting();
        _application.UseAuthorization();
        TablesApi.Map(_application);
        Escale.Explore.Profiles.ProfileEndpoints.Map(_application);
        Escale.Explore.Tables.Versions.VersionsEndpoints.Map(_application);
        Escale.Explore.Tables.Statistics.StatisticsEndpoints.Map(_application);
        Escale.Explore.Tables.Lineage.LineageEndpoints.Map(_application);
    }

    public LakeEngine Engine { get; }

    public IServiceProvider Services => _application.Services;

    public HttpClient Client { get; } = new();

    public static async Task<ServedTables> StartAsync(params (string Path, string Text)[] files)
    {
        var served = new ServedTables(files);
        await served._application.StartAsync();
        served.Client.BaseAddress = new Uri(served._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/api/v1/tables/");
        return served;
    }

    /// <summary>Writes a table, or adds to it.</summary>
    public void Write(string name, string sql, WriteMode mode = WriteMode.Overwrite)
    {
        using var session = Engine.OpenSession();
        session.Write(new TableWrite { Table = TableName.Parse(name), Sql = sql, Mode = mode, Operation = "TEST" });
    }

    public async Task<JsonElement> JsonAsync(string address)
    {
        using var answer = await Client.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The first column of the rows of a window.</summary>
    public async Task<IReadOnlyList<string?>> FirstColumnAsync(string address) =>
        [.. (await JsonAsync(address)).GetProperty("rows").EnumerateArray().Select(row => row[0].GetString())];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
        Engine.Dispose();
        _folder.Dispose();
    }

    private sealed class NoFiles : IFileTables
    {
        public Task<FileTable> OpenAsync(string path, CancellationToken cancellationToken) => throw new EscaleException("collect.file-not-found", "There is none.");

        public Task<FileTable> OpenUploadAsync(string id, Caller owner, CancellationToken cancellationToken) => throw new EscaleException("collect.upload-not-found", "There is none.");
    }

    private sealed class Everyone : IAuthorizationPolicyProvider
    {
        private static readonly AuthorizationPolicy _policy = new AuthorizationPolicyBuilder().RequireAssertion(_ => true).Build();

        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(_policy);

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult<AuthorizationPolicy?>(_policy);
    }
}
