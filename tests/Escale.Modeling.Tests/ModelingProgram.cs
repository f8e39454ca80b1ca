using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Accounts;
using Escale.Engines.Postgres;
using Escale.Engines.Tables;
using Escale.Hosting;
using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Lake;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Training;
using Escale.Projects.Yaml;
using Escale.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

[assembly: CollectionBehavior(DisableTestParallelization = true)] // one program, one database
[assembly: AssemblyFixture(typeof(Escale.Modeling.Tests.ModelingProgram))]

namespace Escale.Modeling.Tests;

/// <summary>The whole served program with its embedded PostgreSQL, in this process, over a lake with some tables to learn from. Shared by all tests.</summary>
public sealed class ModelingProgram : IAsyncLifetime
{
    public const string ApiKey = "q8Zt4vKx1LmN7cRb2WdY5eHs9TgJ0uPa";

    private readonly TempFolder _folder = new();
    private HttpClient? _browser;

    public IServiceProvider Services { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Calls as an engineer.</summary>
    public HttpClient Engineer { get; private set; } = null!;

    public string Folder => _folder.Path;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        }
        Environment.SetEnvironmentVariable("ESCALE_API_KEY", ApiKey);
        _folder.Write("escale.yml", "name: harbour\n");
        Services = ProjectContainer.Open(_folder.Path, Opening.WebApplication, [.. Program.Modules(), new OwnSandbox()]);
        Make("gold.calls", """
            select i as id, date '2025-01-01' + (i // 3)::int as arrived, ['TAC', 'TVR', 'TP'][1 + i % 3] as terminal, (i * 37 % 101) / 10.0 as tonnes, i % 7 = 0 as is_tanker,
              case when i % 11 = 0 then null else i * 13 % 17 end as cranes,
              round(2 + (i * 37 % 101) / 20.0 + case when i % 3 = 0 then 3 else 0 end + (i * 7919 % 100) / 100.0, 3)::decimal(9, 3) as delay,
              case when (i * 37 % 101) / 10.0 + case when i % 3 = 0 then 3 else 0 end + (i * 7919 % 100) / 50.0 > 8 then 'late' else 'on time' end as outcome
            from range(600) r(i) order by i
            """);
        Address = await Services.GetRequiredService<WebServer>().StartAsync(["http://127.0.0.1:0"], CancellationToken.None);
        Engineer = Client(ApiKey);
    }

    public async ValueTask DisposeAsync()
    {
        Engineer.Dispose();
        _browser?.Dispose();
        await Services.GetRequiredService<WebServer>().StopAsync();
        await Services.GetRequiredService<PostgresServer>().StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)Services).DisposeAsync();
        _folder.Dispose();
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A client with this bearer token.</summary>
    public HttpClient Client(string bearer)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
        return client;
    }

    /// <summary>A browser of an engineer who has signed in: pages are for people, not for tokens.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        if (_browser is not null)
        {
            return _browser;
        }
        const string email = "awa@example.org";
        await using (var scope = Services.CreateAsyncScope())
        {
            var made = await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().CreateAsync(new Person { UserName = email, Email = email, DisplayName = "Awa", Role = Role.Engineer }, "une phrase assez longue");
            Assert.True(made.Succeeded, string.Join(", ", made.Errors.Select(error => error.Description)));
        }
        var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        var hidden = Regex.Match(await browser.GetStringAsync("/sign-in"), "name=\"(__[A-Za-z]+)\"[^>]*value=\"([^\"]+)\"");
        using var answer = await browser.PostAsync("/sign-in", new FormUrlEncodedContent([new(hidden.Groups[1].Value, hidden.Groups[2].Value), new("email", email), new("password", "une phrase assez longue")]));
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        return _browser = browser;
    }

    /// <summary>Makes or replaces a lake table.</summary>
    public void Make(string table, string sql)
    {
        using var session = Get<LakeEngine>().OpenSession();
        session.Write(new TableWrite { Table = TableName.Parse(table), Sql = sql, Mode = WriteMode.Overwrite, SchemaChange = SchemaChange.Replace }, CancellationToken.None);
    }

    public static TrainingSpec Spec(string yaml, string name = "delay") => TrainingReader.Read(YamlFile.Parse(yaml, "ml/delay.yml"), name, "ml/delay.yml");

    /// <summary>Trains what a file would say.</summary>
    internal Task<TrainedModel> TrainAsync(string yaml, string name = "delay", CancellationToken stop = default, Action<TrainingOrder>? look = null)
    {
        var order = new TrainingOrder { Spec = Spec(yaml, name), Person = "test" };
        look?.Invoke(order);
        return Get<TrainingJob>().RunAsync(order, stop);
    }

    /// <summary>A model that is trained in a moment, for what comes after training.</summary>
    internal Task<TrainedModel> TrainSmallAsync(string name, string target = "outcome", int seed = 0) => TrainAsync(
        $"table: gold.calls\ntarget: {target}\nexclude: [{(target == "delay" ? "outcome" : "delay")}]\ntrials: 3\nfamilies: [linear, decision_tree]\nsplit: {{by: random}}\nseed: {seed}\n", name);

    /// <summary>An endpoint of a model, and a client with its key.</summary>
    internal async Task<HttpClient> ServeAsync(string name, object? form = null)
    {
        using var made = await Engineer.PutAsJsonAsync($"/api/v1/endpoints/{name}", form ?? new { });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        using var key = await Engineer.PostAsJsonAsync($"/api/v1/endpoints/{name}/keys", new { name = "test" });
        return Client((await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!);
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> AnswerAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    // The process that tests is not the program that its children are to be.
    private sealed class OwnSandbox : EscaleModule
    {
        public override void AddServices(IServiceCollection services) =>
            services.AddSingleton(_ => new SandboxPool(new SandboxOptions { Command = [Path.Combine(AppContext.BaseDirectory, "escale"), SandboxChild.Verb] }));
    }
}
