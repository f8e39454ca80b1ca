using System.Net;
using Escale.Accounts.Tests.Providers;
using Escale.Engines.Postgres;
using Escale.Hosting;
using Escale.Kernel;
using Escale.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

[assembly: CollectionBehavior(DisableTestParallelization = true)] // one program, one log
[assembly: AssemblyFixture(typeof(Escale.Accounts.Tests.ServedProgram))]

namespace Escale.Accounts.Tests;

/// <summary>The whole served program with its embedded PostgreSQL, in this process, and one account of each role. Shared by all tests.</summary>
public sealed class ServedProgram : IAsyncLifetime
{
    public const string Password = "a few plain words";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<Role, CookieCollection> _sessions = [];

    public IServiceProvider Services { get; private set; } = null!;

    public TestProvider Provider { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public static string EmailOf(Role role) => $"{role}@example.org".ToLowerInvariant();

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101); // as a project folder usually is: others may enter it
        }
        Provider = await TestProvider.StartAsync();
        Environment.SetEnvironmentVariable("TEST_PROVIDER_SECRET", "the secret of the test");
        _folder.Write("escale.yml", $$"""
            serve:
              registration: open
              sign_in:
                - name: test
                  label: the test provider
                  authority: {{Provider.Issuer}}
                  client_id: {{TestProvider.ClientId}}
                  client_secret: ${TEST_PROVIDER_SECRET}
                  role_claim: groups
                  roles: { data-engineers: engineer, staff: viewer }
            """);
        Services = ProjectContainer.Open(_folder.Path, Opening.WebApplication, Program.Modules());
        Address = await Services.GetRequiredService<WebServer>().StartAsync(["http://127.0.0.1:0"], CancellationToken.None);
        foreach (var role in Enum.GetValues<Role>())
        {
            await MakeAsync(EmailOf(role), role);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Services.GetRequiredService<WebServer>().StopAsync();
        await Services.GetRequiredService<PostgresServer>().StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)Services).DisposeAsync();
        await Provider.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Makes an account.</summary>
    public async Task<string> MakeAsync(string email, Role role)
    {
        await using var scope = Services.CreateAsyncScope();
        var person = new Person { UserName = email, Email = email, DisplayName = email.Split('@')[0], Role = role };
        var made = await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().CreateAsync(person, Password);
        Assert.True(made.Succeeded, string.Join(", ", made.Errors.Select(error => error.Description)));
        return person.Id;
    }

    /// <summary>A browser that has just been opened.</summary>
    public Browser Open() => new(Address);

    /// <summary>A browser of someone who has signed in.</summary>
    public async Task<Browser> SignInAsync(string email, string password = Password)
    {
        var browser = Open();
        var answer = await browser.SendAsync("/sign-in", "/sign-in", ("email", email), ("password", password));
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{answer.StatusCode} {Trace()}");
        return browser;
    }

    /// <summary>A browser of the account of a role: the session of before, if there is one.</summary>
    public async Task<Browser> SignInAsync(Role role)
    {
        if (!_sessions.TryGetValue(role, out var session))
        {
            using var first = await SignInAsync(EmailOf(role));
            _sessions[role] = session = first.Cookies.GetAllCookies();
        }
        var browser = Open();
        browser.Cookies.Add(session);
        return browser;
    }

    /// <summary>What the program wrote about mistakes of ours.</summary>
    public string Trace() => File.Exists(Path.Combine(_folder.Path, ".escale", "logs", "server.log")) ? File.ReadAllText(Path.Combine(_folder.Path, ".escale", "logs", "server.log")) : "";

    /// <summary>Runs SQL as the owner of the database.</summary>
    public async Task<object?> OwnerAsync(string sql)
    {
        await using var command = (await Services.GetRequiredService<PostgresServer>().OwnerAsync(CancellationToken.None)).CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs SQL as the program does.</summary>
    public async Task<object?> WriterAsync(string sql)
    {
        await using var command = (await Services.GetRequiredService<PostgresServer>().WriterAsync(CancellationToken.None)).CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    internal T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();
}
