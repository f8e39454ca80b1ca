using Escale.Engines.Postgres;
using Escale.Kernel;
using Npgsql;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

public sealed class PostgresServerTests
{
    private static readonly CancellationToken _none = CancellationToken.None;

    [Fact]
    public async Task Nothing_is_started_or_written_before_the_first_connection()
    {
        await using var project = new TestProject();
        await using var server = project.Open();
        Assert.False(server.Status().IsRunning);
        Assert.False(Directory.Exists(project.State));
        Assert.False(server.IsInUse);
    }

    [Fact]
    public async Task The_first_user_makes_the_server_and_the_last_one_out_stops_it()
    {
        await using var project = new TestProject();
        var first = project.Open();
        var second = project.Open();
        Assert.Equal("escale_owner", await TestProject.ScalarAsync(await first.OwnerAsync(_none), "select current_user"));
        Assert.Equal("escale_writer", await TestProject.ScalarAsync(await second.WriterAsync(_none), "select current_user"));
        var running = first.Status();
        Assert.True(running.IsRunning);
        await first.DisposeAsync();
        Assert.Equal(running.ProcessId, second.Status().ProcessId);
        Assert.Equal(1, await TestProject.ScalarAsync(await second.OwnerAsync(_none), "select 1"));
        await second.DisposeAsync();
        var third = project.Open();
        await (await third.OwnerAsync(_none)).OpenConnectionAsync(_none);
        Assert.NotEqual(running.ProcessId, third.Status().ProcessId);
    }

    [Fact]
    public async Task Many_starters_at_once_get_one_server()
    {
        await using var project = new TestProject();
        var servers = Enumerable.Range(0, 6).Select(_ => project.Open()).ToList();
        var processes = await Task.WhenAll(servers.Select(async server =>
        {
            Assert.Equal(1, await TestProject.ScalarAsync(await server.OwnerAsync(_none), "select 1"));
            return server.Status().ProcessId;
        }));
        Assert.Single(processes.Distinct());
    }

    [Fact]
    public async Task What_was_committed_survives_a_killed_server_and_its_address_stays()
    {
        await using var project = new TestProject();
        var server = project.Open();
        var before = await server.AddressAsync(_none);
        await using (var command = (await server.OwnerAsync(_none)).CreateCommand("create schema s; create table s.t as select 42 as x"))
        {
            await command.ExecuteNonQueryAsync(_none);
        }
        System.Diagnostics.Process.GetProcessById(server.Status().ProcessId!.Value).Kill();
        var x = await server.RetryAsync(
            async ct => await TestProject.ScalarAsync(await server.OwnerAsync(ct), "select x from s.t"), _none);
        Assert.Equal(42, x);
        Assert.Equal(before, await server.AddressAsync(_none));
    }

    [Fact]
    public async Task A_process_that_was_killed_leaves_a_server_that_the_next_one_adopts_and_stops()
    {
        await using var project = new TestProject();
        var keeper = project.Open();
        await keeper.StartAsync(_none);
        await keeper.DisposeAsync();
        var left = keeper.Status();
        Assert.True(left is { IsRunning: true, KeepsRunning: true });
        var next = project.Open();
        Assert.Equal(1, await TestProject.ScalarAsync(await next.OwnerAsync(_none), "select 1"));
        Assert.Equal(left.ProcessId, next.Status().ProcessId);
        await next.StopAsync(_none);
        Assert.False(next.Status().IsRunning);
    }

    [Fact]
    public async Task Stopping_is_refused_while_another_process_works_with_it()
    {
        await using var project = new TestProject();
        var worker = project.Open();
        Assert.Equal(1, await TestProject.ScalarAsync(await worker.OwnerAsync(_none), "select 1"));
        var error = await Assert.ThrowsAsync<EscaleException>(() => project.Open().StopAsync(_none));
        Assert.Equal("engines.postgres.in-use", error.Code);
        Assert.Equal(1, await TestProject.ScalarAsync(await worker.OwnerAsync(_none), "select 1"));
    }

    [Fact]
    public async Task A_stale_lock_file_with_the_id_of_a_living_stranger_does_not_stop_the_start()
    {
        await using var project = new TestProject();
        var server = project.Open();
        await server.AddressAsync(_none);
        System.Diagnostics.Process.GetProcessById(server.Status().ProcessId!.Value).Kill();
        await server.DisposeAsync();
        var file = Path.Combine(server.Status().Folder!, "data", "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(file, _none);
        using var stranger = System.Diagnostics.Process.Start(
            UnixUser.IsRoot
                ? new System.Diagnostics.ProcessStartInfo("sleep", "60") { UserName = server.Status().User!, WorkingDirectory = "/" }
                : new System.Diagnostics.ProcessStartInfo("sleep", "60"))!;
        lines[0] = stranger.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(file, lines, _none);
        var next = project.Open();
        Assert.Equal(1, await TestProject.ScalarAsync(await next.OwnerAsync(_none), "select 1"));
        stranger.Kill();
    }

    [Fact]
    public async Task A_port_that_was_taken_meanwhile_is_exchanged_for_another()
    {
        await using var project = new TestProject();
        var first = project.Open();
        var port = (await first.AddressAsync(_none)).Port;
        await first.StopAsync(_none);
        using var thief = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        thief.Start();
        var second = project.Open();
        Assert.NotEqual(port, (await second.AddressAsync(_none)).Port);
        Assert.Equal(1, await TestProject.ScalarAsync(await second.OwnerAsync(_none), "select 1"));
    }

    [Fact]
    public void The_passwords_are_random_and_for_their_owner_only()
    {
        using var folder = new Testing.TempFolder();
        var writer = new DurableWriter(new LocalFileLayer());
        var passwords = new[] { "a", "b", "b" }.Select(state => Passwords.ReadOrCreate(Path.Combine(folder.Path, state), writer)["escale_reader"]).ToList();
        Assert.NotEqual(passwords[0], passwords[1]);
        Assert.Equal(passwords[1], passwords[2]);
        Assert.True(passwords[0].Length >= 32);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Passwords.PathIn(Path.Combine(folder.Path, "a"))));
        }
    }

    [Fact]
    public async Task Nobody_connects_without_the_password()
    {
        await using var project = new TestProject();
        var server = project.Open();
        var address = await server.AddressAsync(_none);
        foreach (var host in new[] { "127.0.0.1", Path.Combine(server.Status().Folder!, "socket") })
        {
            foreach (var user in new[] { "escale_admin", "escale_owner", "escale_reader" })
            {
                await using var connection = new NpgsqlConnection(
                    $"Host={host};Port={address.Port};Username={user};Password=wrong;Database=escale;Pooling=false");
                var error = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(_none));
                Assert.Equal("28P01", error.SqlState);
            }
        }
    }

    [Fact]
    public async Task The_server_keeps_checksums_and_durable_commits()
    {
        await using var project = new TestProject();
        var owner = await project.Open().OwnerAsync(_none);
        foreach (var (setting, value) in new[]
        {
            ("data_checksums", "on"), ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("listen_addresses", "127.0.0.1"),
        })
        {
            Assert.Equal(value, await TestProject.ScalarAsync(owner, $"show {setting}"));
        }
    }
}
