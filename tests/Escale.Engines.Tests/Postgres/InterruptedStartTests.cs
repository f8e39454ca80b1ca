using Escale.Kernel;
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
}
