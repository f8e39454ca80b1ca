using System.Text.Json;
using Escale.CommandLine;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Tests.CommandLine;

/// <summary>The program as a user starts it: exit codes, the form of errors, help, completion.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--selct", "--select")]
    [InlineData("--sel", "--select")]
    [InlineData("--resum", "--resume")]
    [InlineData("--nothing-like-it", "")]
    public void The_nearest_is_meant_once(string typed, string meant) =>
        Assert.Equal(meant, string.Join(' ', UsageErrors.Nearest(typed, ["--select", "--exclude", "--resume", "--help", "--json", "--help"])));

    [Fact]
    public async Task The_version_is_one_line()
    {
        var finished = await RunAsync("--version");
        Assert.Equal((0, $"escale {Program.Version}\n", ""), (finished.ExitCode, finished.Output, finished.Errors));
    }

    [Fact]
    public async Task An_unknown_verb_is_a_usage_error_that_names_the_nearest()
    {
        var finished = await RunAsync("cleen");
        Assert.Equal(ExitCode.Usage, finished.ExitCode);
        Assert.Equal("error host.usage: `escale` has no verb 'cleen'.\n  next: Did you mean `clean`? All of them: `escale --help`.\n", finished.Errors);
        Assert.Equal("", finished.Output);
    }

    [Theory]
    [InlineData("serve --urlls", "--urls")]
    [InlineData("run --selct x", "--select")]
    [InlineData("sql --ouput x.csv", "--output")]
    public async Task A_misspelt_option_is_a_usage_error_that_names_the_nearest(string arguments, string meant)
    {
        var finished = await RunAsync(arguments.Split(' '));
        Assert.Equal(ExitCode.Usage, finished.ExitCode);
        Assert.Contains($"`{meant}`", finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_number_of_threads_is_a_usage_error()
    {
        var finished = await RunAsync("run", "--threads", "0");
        Assert.Equal(ExitCode.Usage, finished.ExitCode);
        Assert.Contains("--threads must be at least 1", finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_project_is_a_mistake_with_a_next_step_and_no_trace()
    {
        var finished = await RunAsync("run");
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.StartsWith("error projects.not-found: ", finished.Errors, StringComparison.Ordinal);
        Assert.Contains("\n  next: ", finished.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Escale", finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_a_file_tells_its_line_and_column()
    {
        _folder.Write("escale.yml", "schema: main\nengin:\n  threads: 2\n");
        var finished = await RunAsync("run");
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.Contains("\n  at escale.yml:2:1", finished.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_an_error_is_one_object_on_standard_error()
    {
        var finished = await RunAsync("run", "--json");
        using var error = JsonDocument.Parse(finished.Errors);
        Assert.Equal("projects.not-found", error.RootElement.GetProperty("code").GetString());
        Assert.NotEqual(JsonValueKind.Null, error.RootElement.GetProperty("next").ValueKind);
        Assert.Equal("", finished.Output);
        using var usage = JsonDocument.Parse((await RunAsync("cleen", "--json")).Errors);
        Assert.Equal("host.usage", usage.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Help_ends_with_examples_and_a_bare_call_is_help()
    {
        var verb = await RunAsync("run", "--help");
        Assert.Equal(ExitCode.Success, verb.ExitCode);
        Assert.Contains("Examples:\n  escale run\n", verb.Output, StringComparison.Ordinal);
        var bare = await RunAsync();
        Assert.Equal(ExitCode.Success, bare.ExitCode);
        Assert.Contains("escale up examples/port-of-dakar", bare.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_verb_can_be_built_alone()
    {
        var all = Escale.CommandLine.EscaleCommandLine.Build(Program.Modules()).Root.Subcommands.Select(verb => verb.Name).ToList();
        Assert.Contains("ls", all);
        Assert.All(all, name => Assert.Equal([name], Escale.CommandLine.EscaleCommandLine.Build(Program.Modules(), only: name).Root.Subcommands.Select(verb => verb.Name)));
        Assert.Empty(Escale.CommandLine.EscaleCommandLine.Build(Program.Modules(), only: "lss").Root.Subcommands);
    }

    [Fact]
    public void Every_verb_has_a_description_and_examples()
    {
        var cli = Escale.CommandLine.EscaleCommandLine.Build(Program.Modules());
        Assert.All(cli.Examples, verb =>
        {
            Assert.False(string.IsNullOrWhiteSpace(verb.Key.Description), verb.Key.Name);
            Assert.True(verb.Value.Length > 0, $"`{verb.Key.Name}` has no example");
            Assert.All(verb.Key.Options.Where(option => !option.Hidden), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{verb.Key.Name} {option.Name}"));
        });
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _escale_complete escale")]
    [InlineData("zsh", "compdef _escale escale")]
    [InlineData("fish", "complete -c escale")]
    public async Task Completion_scripts_are_printed(string shell, string line) =>
        Assert.Contains(line, (await RunAsync("completion", shell)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task The_bash_script_completes_verbs_and_options()
    {
        var script = $$"""
            {{(await RunAsync("completion", "bash")).Output}}
            COMP_WORDS=({{EscaleProgram.Path}} do); COMP_CWORD=1; COMP_LINE="escale do"; COMP_POINT=9; _escale_complete; echo "${COMPREPLY[@]}"
            COMP_WORDS=({{EscaleProgram.Path}} run --fu); COMP_CWORD=2; COMP_LINE="escale run --fu"; COMP_POINT=15; _escale_complete; echo "${COMPREPLY[@]}"
            """;
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var lines = (await bash.StandardOutput.ReadToEndAsync()).Split('\n');
        Assert.Contains("doctor", lines[0], StringComparison.Ordinal);
        Assert.Equal("--full-refresh", lines[1]);
    }

    [Fact]
    public async Task Cleaning_all_data_needs_a_yes_and_leaves_the_project_files()
    {
        _folder.Write("escale.yml", "");
        _folder.Write(".escale/lake/silver/t/_delta_log/0.json", "{}");
        _folder.Write(".escale/compiled/a.sql", "select 1");
        _folder.Write("models/a.sql", "select 1");
        var refused = await RunAsync("clean", "--all");
        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.Contains("host.clean-needs-yes", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await RunAsync("clean")).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, ".escale/compiled")));
        Assert.True(File.Exists(Path.Combine(_folder.Path, ".escale/lake/silver/t/_delta_log/0.json")));
        Assert.Equal(ExitCode.Success, (await RunAsync("clean", "--all", "--yes")).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, ".escale")));
        Assert.True(File.Exists(Path.Combine(_folder.Path, "models/a.sql")));
    }

    [Fact]
    public async Task A_query_reads_standard_input_and_fails_with_its_file_and_line()
    {
        _folder.Write("escale.yml", "");
        _folder.Write("wrong.sql", "select\n  nothing_here\n");
        var finished = await RunAsync("sql", "--file", "wrong.sql");
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.Contains("at wrong.sql:2:3", finished.Errors, StringComparison.Ordinal);
        Assert.Equal("[\n  {\"a\":1}\n]\n", (await RunAsync("sql", "select 1 as a", "--json")).Output);
    }

    [Fact]
    public async Task The_doctor_finds_what_is_wrong_with_a_project()
    {
        _folder.Write("escale.yml", "engin: 1");
        var finished = await RunAsync("doctor", "--json");
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        using var findings = JsonDocument.Parse(finished.Output);
        var project = Assert.Single(findings.RootElement.EnumerateArray(), finding => finding.GetProperty("check").GetString() == "project");
        Assert.Equal("fail", project.GetProperty("status").GetString());
        Assert.Contains("escale.yml:1", project.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.All(findings.RootElement.EnumerateArray().Where(finding => finding.GetProperty("check").GetString() is ".NET" or "DuckDB" or "PostgreSQL"),
            finding => Assert.Equal("ok", finding.GetProperty("status").GetString()));
    }

    private Task<Finished> RunAsync(params string[] arguments) => EscaleProgram.RunAsync(_folder.Path, arguments);
}
