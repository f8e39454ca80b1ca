using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

[Collection("postgres failpoints")]
public sealed class MigrationTests(TestProject project) : IClassFixture<TestProject>, IAsyncLifetime
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private static readonly Migration _one = new("001-a", "create table a (x int); insert into a values (1);");
    private static readonly Migration _two = new("002-b", "create table b (x int); insert into a values (2);");
    private readonly string _room = $"room_{Guid.NewGuid():N}";
    private NpgsqlDataSource _owner = null!;

    public async ValueTask InitializeAsync() => _owner = await project.Open().OwnerAsync(_none);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_is_applied_once_and_in_order_whoever_comes_at_once()
    {
        await Migrations.ApplyAsync(_owner, _room, [_one], _none);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Migrations.ApplyAsync(_owner, _room, [_one, _two], _none)));
        Assert.Equal(3L, await TestProject.ScalarAsync(_owner, $"select sum(x) from {_room}.a"));
        Assert.Equal(2L, await TestProject.ScalarAsync(_owner, $"select count(*) from {_room}.migrations"));
    }

    [Theory]
    [InlineData("postgres.migration.before-commit", 1L)]
    [InlineData("postgres.migration.after-commit", 3L)]
    public async Task An_interrupted_one_resumes(string failpoint, long sumAfterFailure)
    {
        await Migrations.ApplyAsync(_owner, _room, [_one], _none);
        using (Failpoint.Arm(failpoint, FailpointAction.Error))
        {
            await Assert.ThrowsAsync<IOException>(() => Migrations.ApplyAsync(_owner, _room, [_one, _two], _none));
        }
        Assert.Equal(sumAfterFailure, await TestProject.ScalarAsync(_owner, $"select sum(x) from {_room}.a"));
        await Migrations.ApplyAsync(_owner, _room, [_one, _two], _none);
        Assert.Equal(3L, await TestProject.ScalarAsync(_owner, $"select sum(x) from {_room}.a"));
    }

    [Fact]
    public async Task A_failing_one_leaves_the_schema_as_it_was_and_names_itself()
    {
        var bad = new Migration("002-bad", "create table c (x int); insert into nowhere values (1);");
        var error = await Assert.ThrowsAsync<EscaleException>(() => Migrations.ApplyAsync(_owner, _room, [_one, bad], _none));
        Assert.Equal("engines.postgres.migration-failed", error.Code);
        Assert.Contains("002-bad", error.Message, StringComparison.Ordinal);
        Assert.Equal(DBNull.Value, await TestProject.ScalarAsync(_owner, $"select to_regclass('{_room}.c')::text") ?? DBNull.Value);
        await Migrations.ApplyAsync(_owner, _room, [_one, _two], _none);
    }

    [Fact]
    public async Task Another_text_or_a_later_database_is_refused()
    {
        await Migrations.ApplyAsync(_owner, _room, [_one, _two], _none);
        var changed = await Assert.ThrowsAsync<EscaleException>(
            () => Migrations.ApplyAsync(_owner, _room, [_one with { Sql = "select 1" }, _two], _none));
        Assert.Equal("engines.postgres.migration-changed", changed.Code);
        var later = await Assert.ThrowsAsync<EscaleException>(() => Migrations.ApplyAsync(_owner, _room, [_one], _none));
        Assert.Equal("engines.postgres.migration-unknown", later.Code);
    }

    [Fact]
    public async Task A_schema_that_is_no_plain_name_is_refused() => Assert.Equal(
        "kernel.table-name",
        (await Assert.ThrowsAsync<EscaleException>(() => Migrations.ApplyAsync(_owner, "a; drop schema x", [], _none))).Code);
}
