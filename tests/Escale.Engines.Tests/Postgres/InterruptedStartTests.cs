using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary>Alone: failpoints are the whole process's.</summary>
[CollectionDefinition("postgres failpoints", DisableParallelization = true)]
public sealed class PostgresFailpointTests
{
}

[Collection("postgres failpoints")]
public sealed class InterruptedStartTests
{
    private static readonly CancellationToken _none = CancellationToken.None;

    [Fact]
    public async Task A_start_that_failed_anywhere_is_completed_by_the_next()
    {
        await using var project = new TestProject();
        foreach (var step in new[] { "before-init", "after-init", "before-start", "after-start", "before-roles", "after-roles" })
        {
            var failing = project.Open();
            using var armed = Failpoint.Arm($"postgres.{step}", FailpointAction.Error);
            await Assert.ThrowsAsync<IOException>(() => failing.OwnerAsync(_none));
            await failing.DisposeAsync();
        }
        Assert.Equal("escale_reader", await TestProject.ScalarAsync(await project.Open().ReaderAsync(_none), "select current_user"));
    }

    [Fact]
    public async Task Roles_that_a_killed_program_left_the_server_making_do_not_hurt_the_next()
    {
        await using var project = new TestProject();
        await TestProject.ScalarAsync(await project.Open().OwnerAsync(_none), "select 1");
        var writer = new DurableWriter(new LocalFileLayer());
        var (folders, _, running) = new EmbeddedServer(project.State, () => "", TimeProvider.System, writer).Look()!.Value;
        var passwords = Passwords.ReadOrCreate(project.State, writer);
        var address = new EmbeddedAddress(running!.SocketFolder, running.Port, passwords, folders);
        for (var round = 0; round < 3; round++)
        {
            await using (var connection = await address.ConnectAsAdminAsync("postgres", _none))
            await using (var command = new NpgsqlCommand("drop database escale with (force)", connection))
            {
                await command.ExecuteNonQueryAsync(_none);
            }
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Roles.EnsureAsync(address.ConnectAsAdminAsync, passwords, _none))));
        }
        Assert.Equal("escale_reader", await TestProject.ScalarAsync(await project.Open().ReaderAsync(_none), "select current_user"));
    }
}
