using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary><c>ESCALE_DATABASE</c>: another project's embedded server plays the server of the user's own.</summary>
public sealed class ExternalDatabaseTests(TestProject theirs) : IClassFixture<TestProject>, IAsyncLifetime
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly TestProject _ours = new();
    private PostgresAddress _address = null!;

    public async ValueTask InitializeAsync()
    {
        _address = await theirs.Open().AddressAsync(_none);
        if (await ScalarAsAdminAsync("select 1 from pg_database where datname = 'shop'") is not null)
        {
            return;
        }
        await AsAdminAsync("""
            create database shop; create role app login password 'p@ss/w:rd'; grant create on database shop to app;
            create role boss login createrole password 'b'; grant create on database shop to boss with grant option;
            create role guest login password 'g';
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _ours.DisposeAsync();
    }

    [Fact]
    public async Task Roles_of_somebody_else_are_left_as_they_are_and_named()
    {
        var url = $"postgres://escale_admin:{await PasswordAsync("escale_admin")}@127.0.0.1:{_address.Port}/shop";
        var server = _ours.Open(("ESCALE_DATABASE", url));
        // The roles are there already, with passwords that this project does not know: nothing of theirs is overwritten.
        var error = await Assert.ThrowsAsync<EscaleException>(() => server.OwnerAsync(_none));
        Assert.Equal("engines.postgres.role-password", error.Code);
        Assert.Contains("escale_owner", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_may_make_roles_gets_three()
    {
        await AsAdminAsync("alter role escale_writer rename to w; alter role escale_reader rename to r;");
        var server = _ours.Open(("ESCALE_DATABASE", $"postgresql://boss:b@127.0.0.1:{_address.Port}/shop?sslmode=disable"));
        Assert.Equal("boss", await TestProject.ScalarAsync(await server.OwnerAsync(_none), "select current_user"));
        Assert.Equal("escale_writer", await TestProject.ScalarAsync(await server.WriterAsync(_none), "select current_user"));
        Assert.Equal("escale_reader", await TestProject.ScalarAsync(await server.ReaderAsync(_none), "select current_user"));
        Assert.Equal("1min", await TestProject.ScalarAsync(await server.ReaderAsync(_none), "show statement_timeout"));
        await Migrations.ApplyAsync(await server.OwnerAsync(_none), "room", [new("001", "create table t (x int)")], _none);
        Assert.Equal(1, await TestProject.ScalarAsync(await server.WriterAsync(_none), "insert into room.t values (1) returning x"));
        var again = _ours.Open(("ESCALE_DATABASE", $"Host=127.0.0.1;Port={_address.Port};Username=boss;Password=b;Database=shop"));
        Assert.Equal("escale_reader", await TestProject.ScalarAsync(await again.ReaderAsync(_none), "select current_user"));
        await AsAdminAsync("alter role escale_writer rename to w2; alter role escale_reader rename to r2; alter role w rename to escale_writer; alter role r rename to escale_reader");
    }

    [Fact]
    public async Task A_plain_user_works_and_lacks_only_the_reader()
    {
        var server = _ours.Open(("ESCALE_DATABASE", $"postgres://app:p%40ss%2Fw%3Ard@127.0.0.1:{_address.Port}/shop"));
        await Migrations.ApplyAsync(await server.OwnerAsync(_none), "app", [new("001", "create table t (x int)")], _none);
        Assert.Equal(1, await TestProject.ScalarAsync(await server.WriterAsync(_none), "insert into app.t values (1) returning x"));
        Assert.Equal("engines.postgres.no-reader", (await Assert.ThrowsAsync<EscaleException>(() => server.ReaderAsync(_none))).Code);
        Assert.False((await server.AddressAsync(_none)).IsEmbedded);
        Assert.False(Directory.Exists(_ours.State));
    }

    [Theory]
    [InlineData("postgres://guest:g@127.0.0.1:PORT/shop", "engines.postgres.permission-denied")]
    [InlineData("postgres://app:wrong@127.0.0.1:PORT/shop", "engines.postgres.sign-in")]
    [InlineData("postgres://app:p%40ss%2Fw%3Ard@127.0.0.1:PORT/nowhere", "engines.postgres.no-database")]
    [InlineData("postgres://app:secret@127.0.0.1:1/shop", "engines.postgres.unreachable")]
    [InlineData("mysql://app:secret@127.0.0.1/shop", "engines.postgres.address")]
    [InlineData("postgres://127.0.0.1/shop", "engines.postgres.address")]
    [InlineData("Nonsense=secret", "engines.postgres.address")]
    public async Task An_address_that_does_not_work_says_why_and_shows_no_password(string url, string code)
    {
        var port = _address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var server = _ours.Open(("ESCALE_DATABASE", url.Replace("PORT", port, StringComparison.Ordinal)));
        var error = await Assert.ThrowsAsync<EscaleException>(() => server.OwnerAsync(_none));
        Assert.Equal(code, error.Code);
        Assert.NotNull(error.Remedy);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> PasswordAsync(string role) =>
        (await File.ReadAllLinesAsync(_address.PasswordFile!, _none)).Single(line => line.Contains($":{role}:", StringComparison.Ordinal)).Split(':')[4];

    private async Task AsAdminAsync(string script)
    {
        foreach (var sql in script.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await ScalarAsAdminAsync(sql);
        }
    }

    private async Task<object?> ScalarAsAdminAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={_address.Port};Username=escale_admin;Password={await PasswordAsync("escale_admin")};Database=escale;Pooling=false");
        return await TestProject.ScalarAsync(source, sql);
    }
}
