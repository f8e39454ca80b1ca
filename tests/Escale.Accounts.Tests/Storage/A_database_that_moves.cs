using System.Diagnostics;
using System.Net;
using Escale.Accounts.Tokens;
using Escale.Engines.Postgres;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Storage;

/// <summary>The embedded server is killed under the running program, and its port is no longer what it is to try first: it comes back on another one.</summary>
public sealed class A_database_that_moves(ServedProgram program)
{
    [Fact]
    public async Task Keeps_sessions_tokens_and_signing_in_working()
    {
        const string Email = "moved@example.org";
        var id = await program.MakeAsync(Email, Role.Analyst);
        using var before = await program.SignInAsync(Email);
        using var bearer = new Browser(program.Address, (await program.Get<ApiTokens>().MakeAsync(id, "t", [TokenScope.Read], TimeSpan.FromDays(1), CancellationToken.None)).Whole);
        Assert.Equal(HttpStatusCode.OK, (await bearer.Client.GetAsync("/api/v1/search?q=")).StatusCode);
        var server = program.Get<PostgresServer>();
        var old = server.Status();

        // Whoever in the program misses it first starts it again.
        var state = Path.Combine(program.Get<ProjectRoot>().StateFolder, "postgres", "server.json");
        await File.WriteAllTextAsync(state, (await File.ReadAllTextAsync(state)).Replace($"\"port\": {old.Port}", "\"port\": 0", StringComparison.Ordinal));
        using (var process = Process.GetProcessById(old.ProcessId!.Value))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal(HttpStatusCode.OK, (await bearer.Client.GetAsync("/api/v1/search?q=")).StatusCode);
        using var after = await program.SignInAsync(Email);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("/account")).StatusCode);
        Assert.NotEqual(old.Port, server.Status().Port);
        Assert.NotEqual(old.ProcessId, server.Status().ProcessId);
    }
}
