using System.Diagnostics;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Engines.Tests.Postgres;

/// <summary>Whoever runs escale: root, root in a folder of its own, a plain user.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UserTests
{
    private static readonly CancellationToken _none = CancellationToken.None;

    [Fact]
    public async Task A_plain_user_runs_it_as_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix users");
        if (UnixUser.IsRoot)
        {
            Assert.SkipUnless(UnixUser.CanBeReachedByAll(Environment.ProcessPath!), "The tests lie in a folder of root's own.");
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", $"{typeof(UserTests).FullName}.{nameof(A_plain_user_runs_it_as_itself)}"])
            {
                UserName = "nobody", WorkingDirectory = "/", RedirectStandardOutput = true,
            };
            start.Environment["HOME"] = "/nonexistent";
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(_none);
            await process.WaitForExitAsync(_none);
            Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
            return;
        }
        await using var project = new TestProject();
        var server = project.Open();
        Assert.Equal("escale_reader", await TestProject.ScalarAsync(await server.ReaderAsync(_none), "select current_user"));
        Assert.Equal(Environment.UserName, server.Status().User);
        Assert.False(server.Status().IsOutside);
    }

    [Fact]
    public async Task Roots_server_lives_elsewhere_when_its_user_cannot_enter_the_project()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "Only root drops to another user.");
        await using var project = new TestProject();
        File.SetUnixFileMode(project.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var server = project.Open();
        Assert.Equal(1, await TestProject.ScalarAsync(await server.OwnerAsync(_none), "select 1"));
        var status = server.Status();
        Assert.True(status.IsOutside);
        Assert.StartsWith("/var/lib/escale/", status.Folder, StringComparison.Ordinal);
        await server.RemoveAsync(_none);
        Assert.False(Directory.Exists(status.Folder));
        Assert.False(Directory.Exists(project.State));
    }

    [Fact]
    public async Task A_copy_of_such_a_project_gets_a_server_of_its_own()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "Only root drops to another user.");
        using var folder = new TempFolder();
        var writer = new DurableWriter(new LocalFileLayer());
        var (first, state) = ServerFolders.Prepare(Path.Combine(folder.Path, "one"), writer);
        Assert.NotNull(state.Outside);
        Directory.CreateDirectory(Path.Combine(folder.Path, "two"));
        File.Copy(Path.Combine(folder.Path, "one", "server.json"), Path.Combine(folder.Path, "two", "server.json"));
        var (copy, _) = ServerFolders.Prepare(Path.Combine(folder.Path, "two"), writer);
        Assert.NotEqual(first.Server, copy.Server);
        Directory.Move(Path.Combine(folder.Path, "one"), Path.Combine(folder.Path, "moved"));
        var (moved, _) = ServerFolders.Prepare(Path.Combine(folder.Path, "moved"), writer);
        Assert.Equal(first.Server, moved.Server);
        Directory.Delete(first.Server, recursive: true);
        Directory.Delete(copy.Server, recursive: true);
        await Task.CompletedTask;
    }

    [Fact]
    public void Programs_that_the_user_cannot_reach_are_copied_whole()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "Only root drops to another user.");
        using var folder = new TempFolder(); // 0700
        var target = Path.Combine(folder.Path, "native");
        Directory.CreateDirectory(Path.Combine(target, "bin"));
        File.WriteAllText(Path.Combine(target, "bin", "postgres"), $"#!/bin/sh\n# {Guid.NewGuid()}\n");
        File.SetUnixFileMode(Path.Combine(target, "bin", "postgres"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(target, "bin", "link"), "postgres");
        var resolved = PostgresBinaries.Resolve(target, UnixUser.ForRoot());
        Assert.StartsWith("/var/lib/escale/", resolved, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(target, "bin", "postgres")), File.ReadAllText(Path.Combine(resolved, "bin", "link")));
        Assert.Equal(resolved, PostgresBinaries.Resolve(target, UnixUser.ForRoot()));
        Assert.Equal(target, PostgresBinaries.Resolve(target, null));
        Directory.Delete(resolved, recursive: true);
    }

    [Fact]
    public async Task A_very_deep_project_still_has_a_socket()
    {
        await using var project = new TestProject();
        var deep = Path.Combine(project.Folder, new string('d', 100));
        Directory.CreateDirectory(deep);
        await using var server = new PostgresServer(
            new ProjectRoot(deep), new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));
        Assert.Equal(1, await TestProject.ScalarAsync(await server.OwnerAsync(_none), "select 1"));
        await server.StopAsync(_none);
    }
}
