using System.Runtime.InteropServices;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Engines.Tests.Sandbox;

/// <summary>Security requirement S1: what a hostile query must not be able to do, whatever it writes.</summary>
public sealed class SandboxSecurityTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SandboxPool _pool = new(new SandboxOptions { Command = SandboxCommand.Child });

    public SandboxSecurityTests()
    {
        _folder.Write("given/data.csv", "a,b\n1,2\n");
        _folder.Write("secret/password.txt", "hunter2");
        Directory.CreateDirectory(Outside);
    }

    private string Given => Path.Combine(_folder.Path, "given");

    private string Secret => Path.Combine(_folder.Path, "secret", "password.txt");

    private string Outside => Path.Combine(_folder.Path, "outside");

    private SandboxPolicy Policy => new() { ReadPaths = [Given], MemoryLimitBytes = 256 << 20 };

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Hostile_statements_are_refused_and_leave_nothing_behind()
    {
        string[] hostile =
        [
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM read_blob('/etc/passwd')",
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT * FROM '/etc/passwd'",
            $"SELECT * FROM read_text('{Secret}')",
            $"SELECT * FROM read_text('{Given}/../secret/password.txt')",
            $"SELECT * FROM read_text(['{Given}/data.csv', '{Secret}'])",
            $"SELECT (SELECT content FROM read_text('{Secret}'))",
            "SELECT * FROM read_text('/proc/self/environ')",
            "SELECT * FROM read_csv('https://example.com/data.csv')",
            "SELECT * FROM read_parquet('s3://bucket/data.parquet')",
            "SELECT getenv('PATH')",
            $"ATTACH '{Outside}/new.db'",
            $"ATTACH '{Given}/new.db' AS mine",
            "ATTACH ':memory:' AS mine",
            $"COPY (SELECT 1) TO '{Outside}/stolen.csv'",
            $"COPY (SELECT 1) TO '{Given}/new.csv'",
            $"SELECT 1; COPY (SELECT 1) TO '{Given}/new.csv'; SELECT 2",
            $"EXPORT DATABASE '{Given}/export'",
            $"PREPARE p AS COPY (SELECT 1) TO '{Given}/new.csv'",
            $"EXPLAIN ANALYZE COPY (SELECT 1) TO '{Given}/new.csv'",
            $"COPY t FROM '{Secret}'",
            "INSTALL httpfs",
            "INSTALL 'httpfs' FROM 'https://example.com'",
            "LOAD httpfs",
            $"LOAD '{Given}/evil.duckdb_extension'",
            "SET memory_limit = '1TB'",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "SET GLOBAL allowed_directories = ['/']",
            "RESET memory_limit",
            "PRAGMA memory_limit = '1TB'",
            "PRAGMA enable_profiling = 'json'",
            $"SET profiling_output = '{Outside}/profile.json'",
            $"CALL enable_logging(storage = 'file', storage_path = '{Outside}')",
            $"/* x */ EXPORT DATABASE '{Given}/export'",
            "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
            $"SELECT * FROM sniff_csv('{Secret}')",
            $"SELECT * FROM parquet_metadata('{Secret}')",
            $"IMPORT DATABASE '{Outside}'",
            "CHECKPOINT",
        ];
        await using var session = await _pool.RentAsync(Policy);
        foreach (var sql in hostile)
        {
            var error = await Assert.ThrowsAsync<EscaleException>(() => SandboxTests.ScalarAsync(session, sql));
            Assert.True(error.Code is not ("engines.sandbox.died" or "engines.sandbox.protocol" or "engines.sandbox.timeout"), $"{sql}: {error.Code} {error.Message}");
            Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("root:", error.Message, StringComparison.Ordinal);
        }
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
        Assert.Equal(["data.csv"], Directory.GetFileSystemEntries(Given).Select(Path.GetFileName));
        Assert.Equal(2L, await SandboxTests.ScalarAsync(session, $"SELECT b FROM read_csv('{Given}/data.csv')"));
        Assert.Empty((await GlobAsync(session, "/etc/*"))!);
    }

    [Theory]
    [InlineData("storage = 'file', storage_path = '{0}/outside'")]
    [InlineData("storage = 'file', storage_path = '{0}/given'")]
    [InlineData("storage = 'file', storage_config = {{'path': '{0}/given/log.csv'}}")]
    [InlineData("storage = 'stdout'")]
    public async Task Logging_is_no_way_to_write_files_or_frames(string options)
    {
        // A table function turns logging on although the configuration is locked: what it may then write is what counts.
        await using var session = await _pool.RentAsync(Policy);
        foreach (var sql in new[] { $"SELECT * FROM enable_logging('QueryLog', {string.Format(options, _folder.Path)})", "SELECT 42", "SELECT 43" })
        {
            try
            {
                await SandboxTests.ScalarAsync(session, sql);
            }
            catch (EscaleException error)
            {
                Assert.StartsWith("engines.duckdb.", error.Code, StringComparison.Ordinal);
            }
        }
        Assert.Empty(Directory.GetFileSystemEntries(Outside));
        Assert.Equal(["data.csv"], Directory.GetFileSystemEntries(Given).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Copy_writes_only_into_the_folders_given_for_writing()
    {
        await using var session = await _pool.RentAsync(Policy with { WriteFolders = [Outside] });
        await SandboxTests.ScalarAsync(session, $"COPY (SELECT * FROM read_csv('{Given}/data.csv')) TO '{Outside}/copy.parquet'");
        Assert.Equal(1L, await SandboxTests.ScalarAsync(session, $"SELECT a FROM '{Outside}/copy.parquet'"));
        await Assert.ThrowsAsync<EscaleException>(() => SandboxTests.ScalarAsync(session, $"COPY (SELECT 1) TO '{_folder.Path}/stolen.csv'"));
        await Assert.ThrowsAsync<EscaleException>(() => SandboxTests.ScalarAsync(session, $"COPY (SELECT 1) TO '{Outside}/../stolen.csv'"));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "stolen.csv")));
        if (session.Confinement.Contains("files"))
        {
            await Assert.ThrowsAsync<EscaleException>(() => SandboxTests.ScalarAsync(session, $"COPY (SELECT 1) TO '{Given}/new.csv'"));
            Assert.False(File.Exists(Path.Combine(Given, "new.csv")));
        }
    }

    [Fact]
    public async Task The_operating_system_refuses_foreign_files_even_where_duckdb_would_not()
    {
        File.CreateSymbolicLink(Path.Combine(Given, "link.txt"), Secret);
        await using var session = await _pool.RentAsync(Policy);
        if (!session.Confinement.Contains("files"))
        {
            Assert.Skip("This system has no Landlock.");
        }
        // Trusted statements run before DuckDB's own lock: what is refused here, is refused by the system.
        await RefusedAsync("SELECT * FROM read_text('/etc/passwd')");
        await RefusedAsync($"SELECT * FROM read_text('{Secret}')");
        await RefusedAsync($"SELECT * FROM read_text('{Given}/link.txt')");
        await RefusedAsync($"COPY (SELECT 1) TO '{Given}/new.csv'");
        await RefusedAsync($"ATTACH '{Outside}/new.db'");
        await session.ExecuteAsync($"CREATE TABLE t AS SELECT * FROM read_csv('{Given}/data.csv')");
        await RefusedAsync($"SELECT * FROM read_text('{Given}/link.txt')");
        Assert.Equal(["data.csv", "link.txt"], Directory.GetFileSystemEntries(Given).Select(Path.GetFileName).Order());

        async Task RefusedAsync(string sql) =>
            Assert.Equal("engines.duckdb.io", (await Assert.ThrowsAsync<EscaleException>(() => session.ExecuteAsync(sql))).Code);
    }

    [Fact]
    public async Task On_linux_the_process_is_confined()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            Assert.Skip("Not Linux.");
        }
        await using var session = await _pool.RentAsync(Policy with { ReadPaths = [] });
        Assert.Contains("memory", session.Confinement);
        Assert.Contains("system-calls", session.Confinement);
        var status = File.ReadLines($"/proc/{session.ProcessId}/status").Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);
        Assert.Equal("1000", File.ReadAllText($"/proc/{session.ProcessId}/oom_score_adj").Trim());
        if (Environment.UserName == "root")
        {
            Assert.Contains("capabilities", session.Confinement);
            Assert.Equal(session.Confinement.Contains("user"), status["Uid"].StartsWith("65534", StringComparison.Ordinal));
        }
        var environment = File.Exists($"/proc/{session.ProcessId}/environ") && !session.Confinement.Contains("user")
            ? File.ReadAllText($"/proc/{session.ProcessId}/environ") : "";
        Assert.DoesNotContain("HOME=", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_of_root_becomes_nobody_where_nobody_may_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Not Linux.");
            return;
        }
        Assert.SkipUnless(Environment.UserName == "root", "Not root.");
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_folder.Path, Open);
        await using var session = await _pool.RentAsync(Policy with { MemoryLimitBytes = 64 << 20, Threads = 1 });
        Assert.Equal(2L, await SandboxTests.ScalarAsync(session, $"SELECT b FROM read_csv('{Given}/data.csv')"));
        Assert.Equal(500000L, await SandboxTests.ScalarAsync(session, "SELECT count(*) FROM (SELECT hash(i) AS h, repeat('x', 100) || i AS t FROM range(500000) r(i) ORDER BY h, t) WHERE t <> ''"));
        var status = File.ReadAllText($"/proc/{session.ProcessId}/status");
        Assert.Equal(session.Confinement.Contains("user"), status.Contains("Uid:\t65534\t65534\t65534\t65534", StringComparison.Ordinal));
        Assert.Equal(session.Confinement.Contains("user"), status.Contains("CapPrm:\t0000000000000000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_child_ends_when_its_input_is_closed()
    {
        using var child = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(SandboxCommand.Child[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal((byte)FrameKind.Hello, (await ReadAsync(child, 8))[4]);
        child.StandardInput.Close();
        await child.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.True(child.HasExited);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("ffffff7f01010000")]
    [InlineData("ffffffff01010000")]
    [InlineData("0000000001020000")]
    [InlineData("0000000001010100")]
    [InlineData("0000000063010000")]
    [InlineData("00000000040100000000000006010000")]
    [InlineData("0800000001010000")]
    public async Task A_child_that_does_not_speak_the_protocol_is_stopped(string bytes)
    {
        await using var pool = new SandboxPool(new SandboxOptions { Command = [SandboxCommand.Child[0], "say", bytes] });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var error = await Record.ExceptionAsync(() => pool.RentAsync(Policy, patience.Token));
        Assert.True(error is EscaleException { Code: "engines.sandbox.protocol" } or OperationCanceledException, error?.ToString());
    }

    [Fact]
    public async Task Damaged_files_give_rows_or_a_typed_error()
    {
        using (var database = DuckDatabase.Open())
        using (var connection = database.Connect())
        {
            connection.Execute($"""
                COPY (SELECT i, i::VARCHAR || ' text' AS t, [i] AS l, i * 1.5 AS d FROM range(2000) r(i)) TO '{Given}/good.parquet';
                COPY (SELECT i, '"' || i || '"' AS t, i * 1.5 AS d FROM range(200) r(i)) TO '{Given}/good.csv'
                """);
        }
        var parquet = File.ReadAllBytes(Path.Combine(Given, "good.parquet"));
        var csv = File.ReadAllBytes(Path.Combine(Given, "good.csv"));
        var session = await _pool.RentAsync(Policy);
        for (var seed = 0; seed < 60; seed++)
        {
            var (name, good) = seed % 3 == 0 ? ("bad.csv", csv) : ("bad.parquet", parquet);
            File.WriteAllBytes(Path.Combine(Given, name), Mutation.Of(good, seed));
            try
            {
                await using var result = await session.QueryAsync($"SELECT * FROM '{Given}/{name}'");
                await foreach (var row in result.RowsAsync())
                {
                    Assert.Equal(result.Columns.Count, row.Length);
                }
            }
            catch (EscaleException error)
            {
                Assert.StartsWith("engines.", error.Code, StringComparison.Ordinal);
            }
            if (!session.IsAlive)
            {
                await session.DisposeAsync();
                session = await _pool.RentAsync(Policy);
            }
        }
        Assert.Equal(2000L, await SandboxTests.ScalarAsync(session, $"SELECT count(*) FROM '{Given}/good.parquet'"));
        await session.DisposeAsync();
    }

    private static async Task<byte[]> ReadAsync(System.Diagnostics.Process child, int count)
    {
        var bytes = new byte[count];
        await child.StandardOutput.BaseStream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task<List<string>> GlobAsync(SandboxSession session, string pattern)
    {
        var files = new List<string>();
        try
        {
            await using var result = await session.QueryAsync("SELECT file FROM glob($1)", new Dictionary<string, object?> { ["1"] = pattern });
            await foreach (var row in result.RowsAsync())
            {
                files.Add((string)row[0]!);
            }
        }
        catch (EscaleException)
        {
            // Refused: as good as nothing seen.
        }
        return files;
    }
}

/// <summary>Damaged copies of good bytes, the same for the same seed.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] good, int seed)
    {
        var random = new Random(seed);
        var bytes = (byte[])good.Clone();
        for (var left = 1 + random.Next(8); left > 0; left--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(bytes.Length - at, random.Next(1, 9))).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                default:
                    BitConverter.TryWriteBytes(bytes.AsSpan(Math.Min(at & ~3, Math.Max(0, bytes.Length - 4))), random.Next(4) switch { 0 => int.MaxValue, 1 => -1, 2 => random.Next(), _ => bytes.Length });
                    break;
            }
        }
        return bytes;
    }
}
