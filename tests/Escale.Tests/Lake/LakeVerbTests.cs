using System.Text.Json;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Tests.Lake;

/// <summary><c>escale lake …</c> as a user types it, on a table of three versions.</summary>
public sealed class LakeVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LakeVerbTests()
    {
        _folder.Write("escale.yml", "");
        _folder.Write("dbt_project.yml", "name: small\nversion: '1.0'\nprofile: small\n");
        _folder.Write("sources/port.yml", "source: port\ntype: files\ntables:\n  - name: ships\n    path: data/ships.csv\n    write_disposition: replace\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Versions_are_listed_compared_tagged_restored_and_cleaned_away()
    {
        await LoadAsync("1,SN\n2,FR\n");
        await LoadAsync("1,SN\n2,CI\n3,PA\n");
        var listed = (await JsonAsync("ls")).GetProperty("tables")[0];
        Assert.Equal(("bronze.ships", 1, 3), (listed.GetProperty("name").GetString(), listed.GetProperty("version").GetInt32(), listed.GetProperty("rows").GetInt32()));

        var counts = (await JsonAsync("diff", "bronze.ships", "--key", "ship")).GetProperty("counts");
        Assert.Equal((1, 0, 1), (counts.GetProperty("added").GetInt32(), counts.GetProperty("removed").GetInt32(), counts.GetProperty("changed").GetInt32()));

        await SayAsync("Version 0 of bronze.ships is 'audited'.", "tag", "bronze.ships", "audited", "--at", "0");
        await SayAsync("bronze.ships is as it was at version 0; that is now version 2.", "restore", "bronze.ships", "audited");
        Assert.Equal("ship,flag\r\n1,SN\r\n2,FR\r\n", (await EscaleProgram.RunAsync(_folder.Path, ["sql", "select ship, flag from bronze.ships order by 1", "--format", "csv"])).Output);

        var history = await JsonAsync("history", "bronze.ships");
        Assert.Equal(["RESTORE", "COLLECT", "COLLECT"], history.EnumerateArray().Select(commit => commit.GetProperty("operation").GetString()));
        Assert.Equal("audited", history[2].GetProperty("tags")[0].GetString());

        // The file of version 1 is in no other version; the tagged one keeps what it needs whatever the retention.
        await SayAsync("bronze.ships  would delete 1 file", "vacuum", "bronze.ships", "--retain", "0", "--force", "--dry-run");
        await SayAsync("bronze.ships  deleted 1 file", "vacuum", "bronze.ships", "--retain", "0", "--force");
        await SayAsync("bronze.ships  1 data file", "verify");
        Assert.Equal(0, (await JsonAsync("diff", "bronze.ships", "--from", "audited")).GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task Small_files_are_put_together_and_the_rows_stay()
    {
        _folder.Write("sources/port.yml", "source: port\ntype: files\ntables:\n  - name: ships\n    path: data/*.csv\n    write_disposition: append\n");
        await LoadAsync("1,SN\n");
        await LoadAsync("2,FR\n", "more.csv");
        await SayAsync("bronze.ships  2 files became 1", "compact", "bronze.ships");
        await SayAsync("bronze.ships  nothing to do", "compact");
        Assert.Equal("ships\r\n2\r\n", (await EscaleProgram.RunAsync(_folder.Path, ["sql", "select count(*) as ships from bronze.ships", "--format", "csv"])).Output);
    }

    [Fact]
    public async Task A_damaged_data_file_is_named_and_the_exit_code_says_so()
    {
        await LoadAsync("1,SN\n");
        var file = Directory.GetFiles(Path.Combine(_folder.Path, ".escale/lake/bronze/ships"), "*.parquet").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(file, bytes);
        var verified = await EscaleProgram.RunAsync(_folder.Path, ["lake", "verify"]);
        Assert.Equal(ExitCode.Failure, verified.ExitCode);
        Assert.Contains(Path.GetFileName(file), verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        await LoadAsync("1,SN\n");
        await RefusedAsync("lake.table-not-found", "ls", "bronze.shps");
        await RefusedAsync("lake.version-not-found", "restore", "bronze.ships", "99");
        await RefusedAsync("lake.version-not-found", "diff", "bronze.ships");
        await RefusedAsync("tables.no-such-key", "diff", "bronze.ships", "--from", "0", "--key", "imo");
    }

    private async Task RefusedAsync(string code, params string[] arguments)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["lake", .. arguments]);
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith($"error {code}: ", finished.Errors, StringComparison.Ordinal);
        Assert.Contains("\n  next: ", finished.Errors, StringComparison.Ordinal);
    }

    private async Task LoadAsync(string rows, string file = "ships.csv")
    {
        _folder.Write("data/" + file, "ship,flag\n" + rows);
        var run = await EscaleProgram.RunAsync(_folder.Path, ["run"]);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["lake", .. arguments, "--json"]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
        return JsonDocument.Parse(finished.Output).RootElement;
    }

    private async Task SayAsync(string start, params string[] arguments)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, ["lake", .. arguments]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
        Assert.StartsWith(start, finished.Output, StringComparison.Ordinal);
    }
}
