using System.CommandLine;
using Escale.Kernel;
using Escale.Orchestrate.Display;
using Escale.Projects;

namespace Escale.Orchestrate.Runs;

/// <summary><c>escale run</c>, and the same restricted to one kind: <c>test</c> and <c>seed</c>.</summary>
public sealed class RunVerb
{
    private readonly Option<string[]> _select = new("--select", "-s")
    {
        Description = "What to run, in dbt's selection syntax: +x, x+, tag:, path:, source: …", HelpName = "SELECTION", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "What to leave out, in the same syntax", HelpName = "SELECTION", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _fullRefresh = new("--full-refresh") { Description = "Rebuild incremental models from nothing and collect sources from their beginning" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the last run where it failed or was interrupted" };
    private readonly Option<int> _threads = new("--threads") { Description = "Steps at once", HelpName = "N", DefaultValueFactory = _ => new RunRequest().Threads };
    private readonly Option<bool> _failFast = new("--fail-fast") { Description = "Stop everything at the first failure" };

    private readonly Option<int> _retries = new("--retries")
    {
        Description = "More attempts for steps that fail for a passing reason", HelpName = "N", DefaultValueFactory = _ => new RunRequest().Retries,
    };

    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Fail when another run is under way instead of waiting for its end" };

    /// <summary>The options of a run, for a verb that runs.</summary>
    public RunVerb()
    {
        _threads.Validators.Add(result => RequireAtLeast(result, _threads, 1));
        _retries.Validators.Add(result => RequireAtLeast(result, _retries, 0));
    }

    internal static void AddRun(Cli cli) => Add(
        cli, "run", "Collect, transform, test and publish what is selected; what has not changed is skipped",
        "escale run", "escale run examples/port-of-dakar --select +gold.fact_port_call", "escale run --resume", "escale run --json | jq .");

    internal static void AddTest(Cli cli) => Add(cli, "test", "Run the tests of what is selected", "escale test", "escale test --select silver.vessels");

    internal static void AddSeed(Cli cli) => Add(cli, "seed", "Load the seeds that are selected", "escale seed", "escale seed --full-refresh");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _select, _exclude, _fullRefresh, _resume, _threads, _failFast, _retries, _noWait })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Runs as the options say; the outcome is shown as it happens.</summary>
    /// <param name="call">The verb's call.</param>
    /// <param name="verb"><c>run</c>, <c>up</c>, <c>test</c> or <c>seed</c>.</param>
    /// <param name="cancellationToken">Stops the run; what was done stands.</param>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public async Task<RunSummary> RunAsync(VerbCall call, string verb, CancellationToken cancellationToken)
    {
        var project = call.Get<Project>();
        using var display = new RunDisplay(call.Output, call.Get<TimeProvider>());
        var order = new RunOrder
        {
            Request = Request(call, verb),
            Select = request => Select(project, request),
            Services = project.Settings.Services,
            Resume = call.Value(_resume),
            Wait = !call.Value(_noWait),
            Display = display.Watcher,
            Say = display.Say,
        };
        var summary = await call.Get<ProjectRuns>().RunAsync(order, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return summary;
    }

    /// <summary>The assets of the project, and the ids that a request chooses; <c>test</c> and <c>seed</c> choose among theirs only.</summary>
    internal static (IReadOnlyList<Asset> Graph, IReadOnlySet<string> Selected) Select(Project project, RunRequest request)
    {
        var chosen = project.Graph.Select(request.Select, request.Exclude);
        var kept = request.Verb switch
        {
            "test" => chosen.Where(asset => asset.IsCheck),
            "seed" => chosen.Where(asset => asset.Kind == "seed"),
            _ => chosen,
        };
        return (project.Graph.Assets, kept.Select(asset => asset.Id).ToHashSet(StringComparer.Ordinal));
    }

    private RunRequest Request(VerbCall call, string verb) => new()
    {
        Verb = verb,
        Select = call.Value(_select) ?? [],
        Exclude = call.Value(_exclude) ?? [],
        FullRefresh = call.Value(_fullRefresh),
        Threads = call.Value(_threads),
        FailFast = call.Value(_failFast),
        Retries = call.Value(_retries),
    };

    private static void Add(Cli cli, string name, string description, params string[] examples)
    {
        var folder = new Argument<string?>("DIR") { Description = "The project folder (default: here)", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(name, description);
        if (name == "run")
        {
            command.Arguments.Add(folder);
        }
        var verb = new RunVerb();
        verb.AddTo(command);
        cli.Add(cli.Root, command, async (call, cancellationToken) =>
        {
            var summary = await verb.RunAsync(call, name, cancellationToken);
            return summary.Status == RunStatus.Succeeded ? ExitCode.Success : ExitCode.Failure;
        }, name == "run" ? folder : null, examples: examples);
    }

    private static void RequireAtLeast(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least)
    {
        if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < least)
        {
            result.AddError($"{option.Name} must be at least {least}.");
        }
    }
}
