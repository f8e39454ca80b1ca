using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary>Security requirement S8: what the read-only role can not do, tried directly and through a CTE and a function.</summary>
public sealed class RoleTests(TestProject project) : IClassFixture<TestProject>, IAsyncLifetime
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private NpgsqlDataSource _reader = null!;
    private NpgsqlDataSource _writer = null!;

    public async ValueTask InitializeAsync()
    {
        var server = project.Open();
        var owner = await server.OwnerAsync(_none);
        await Engines.Postgres.Migrations.ApplyAsync(
            owner, "app", [new("001-runs", "create table runs (id bigint generated always as identity primary key, secret text);")], _none);
        await using (var command = owner.CreateCommand("""
            create schema if not exists gold; grant usage on schema gold to escale_reader;
            create table if not exists gold.published as select 1 as id; grant select on gold.published to escale_reader;
            """))
        {
            await command.ExecuteNonQueryAsync(_none);
        }
        _reader = await server.ReaderAsync(_none);
        _writer = await server.WriterAsync(_none);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("select * from app.runs")]
    [InlineData("with stolen as (select * from app.runs) select * from stolen")]
    [InlineData("select * from app.migrations")]
    [InlineData("insert into app.runs (secret) values ('x')")]
    [InlineData("with gone as (delete from gold.published returning *) select * from gone")]
    [InlineData("update gold.published set id = 2")]
    [InlineData("drop table gold.published")]
    [InlineData("create table gold.mine (x int)")]
    [InlineData("create table public.mine (x int)")]
    [InlineData("create temporary table mine (x int)")]
    [InlineData("create schema mine")]
    [InlineData("create extension dblink")]
    [InlineData("copy gold.published to program 'id'")]
    [InlineData("copy (select 1) to '/tmp/escale-stolen'")]
    [InlineData("create temporary table t (x text); copy t from program 'id'")]
    [InlineData("set role escale_owner")]
    [InlineData("set role escale_admin")]
    [InlineData("set session authorization escale_owner")]
    [InlineData("alter role escale_reader superuser")]
    [InlineData("alter role escale_owner password 'x'")]
    [InlineData("create role mine")]
    [InlineData("grant escale_owner to escale_reader")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("with file as (select pg_read_file('/etc/passwd')) select * from file")]
    [InlineData("select pg_ls_dir('/')")]
    [InlineData("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'escale_owner' or backend_type = 'checkpointer'")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("select lo_from_bytea(0, 'x')")]
    [InlineData("select pg_advisory_lock(1)")]
    [InlineData("select rolpassword from pg_authid")]
    [InlineData("select * from pg_hba_file_rules")]
    [InlineData("alter system set jit = on")]
    [InlineData("do $$ begin perform * from app.runs; end $$")]
    [InlineData("do $$ begin execute 'set role escale_owner'; end $$")]
    [InlineData("do $$ begin execute 'copy gold.published to program ''id'''; end $$")]
    [InlineData("create function public.f() returns void language sql security definer as 'select 1'")]
    [InlineData("create function pg_temp.f() returns void language plpgsql as $$ begin copy gold.published to program 'id'; end $$; select pg_temp.f()")]
    public async Task The_reader_may_not(string sql)
    {
        await using var connection = await _reader.OpenConnectionAsync(_none);
        // The role's read-only default is the user's to change: what counts are the rights.
        await using (var command = new NpgsqlCommand("set default_transaction_read_only = off; set session characteristics as transaction read write", connection))
        {
            await command.ExecuteNonQueryAsync(_none);
        }
        await using var attempt = new NpgsqlCommand(sql, connection);
        var error = await Assert.ThrowsAsync<PostgresException>(() => attempt.ExecuteNonQueryAsync(_none));
        Assert.True(error.SqlState is "42501" or "0A000" or "22023" or "28000", $"{error.SqlState} {error.MessageText}");
    }

    [Fact]
    public async Task The_reader_reads_what_is_published_for_a_minute_at_most()
    {
        Assert.Equal(1, await TestProject.ScalarAsync(_reader, "select id from gold.published"));
        Assert.Equal("1min", await TestProject.ScalarAsync(_reader, "show statement_timeout"));
        Assert.Equal("on", await TestProject.ScalarAsync(_reader, "show transaction_read_only"));
    }

    [Fact]
    public async Task The_writer_changes_rows_but_no_tables_and_no_history()
    {
        Assert.IsType<long>(await TestProject.ScalarAsync(_writer, "insert into app.runs (secret) values ('x') returning id"));
        foreach (var sql in new[] { "drop table app.runs", "create table app.mine (x int)", "delete from app.migrations", "copy app.runs to program 'id'", "set role escale_owner" })
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => TestProject.ScalarAsync(_writer, sql));
            Assert.Equal("42501", error.SqlState);
        }
    }

    [Theory]
    [InlineData("escale_owner")]
    [InlineData("escale_writer")]
    [InlineData("escale_reader")]
    public async Task No_role_for_work_has_a_special_power(string role)
    {
        Assert.Equal(false, await TestProject.ScalarAsync(_reader, $"""
            select bool_or(rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls) or exists (
              select from pg_auth_members m where m.member = min(r.oid::bigint)::oid)
            from pg_roles r where rolname = '{role}'
            """));
    }
}
