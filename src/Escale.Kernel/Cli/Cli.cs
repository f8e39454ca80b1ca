using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Kernel;

/// <summary>
/// The command line as the rooms see it: they add verbs to it, and every verb gets an open project, an output and a cancellation token.
/// </summary>
public sealed class Cli
{
    private readonly Func<string, Opening, IServiceProvider> _open;

    /// <summary>Creates the root command.</summary>
    /// <param name="root">The root command.</param>
    /// <param name="open">
    /// Opens the project of a folder: its container.
    /// </param>
    public Cli(RootCommand root, Func<string, Opening, IServiceProvider> open)
    {
        Root = root;
        _open = open;
        root.Options.Add(Project);
        root.Options.Add(Json);
    }

    /// <summary>The root command.</summary>
    public RootCommand Root { get; }

    /// <summary><c>--project DIR</c>, on every verb; default: here.</summary>
    public Option<string> Project { get; } = new("--project", "-p")
    {
        Description = "The project folder",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => ".",
    };

    /// <summary><c>--json</c>, on every verb: one JSON document (or NDJSON for streams) on standard output instead of text.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Write JSON for scripts", Recursive = true };

    /// <summary>The only verb that is asked for, or null for all of them (help, completion, a mistake).</summary>
    public string? Only { get; init; }

    /// <summary>Declares a verb or a group of verbs; it is built when it is asked for, because building all of them costs more than most verbs do.</summary>
    /// <param name="name">The name of the command that <paramref name="add"/> adds to <see cref="Root"/>.</param>
    /// <param name="add">Adds it.</param>
    public void Verb(string name, Action<Cli> add)
    {
        if (Only is null || Only == name)
        {
            add(this);
        }
    }

    /// <summary>A group of verbs such as <c>lake</c>; the same name twice gives the same group.</summary>
    public Command Group(string name, string description)
    {
        var group = Root.Subcommands.FirstOrDefault(command => command.Name == name);
        if (group is null)
        {
            group = new Command(name, description);
            Root.Subcommands.Add(group);
        }
        return group;
    }

    /// <summary>Adds a verb that works on an open project.</summary>
    /// <param name="parent"><see cref="Root"/> or a <see cref="Group"/>.</param>
    /// <param name="command">The verb with its options and arguments.</param>
    /// <param name="run">Does the work and returns the exit code (see <see cref="ExitCode"/>).</param>
    /// <param name="folder">An argument that names the project folder in place of <c>--project</c>, or null.</param>
    /// <param name="opening">What is opened.</param>
    /// <param name="examples">Lines shown at the end of the verb's help, such as <c>escale lake ls --json</c>.</param>
    public void Add(
        Command parent, Command command, Func<VerbCall, CancellationToken, Task<int>> run,
        Argument<string?>? folder = null, Opening opening = Opening.Project, params string[] examples)
    {
        Examples[command] = examples;
        parent.Subcommands.Add(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var directory = (folder is null ? null : arguments.GetValue(folder)) ?? arguments.GetValue(Project) ?? ".";
            var output = OpenOutput(arguments.GetValue(Json));
            var services = _open(Path.GetFullPath(directory), opening);
            await using var _ = services as IAsyncDisposable;
            return await run(new VerbCall(arguments, services, output), cancellationToken);
        });
    }

    /// <summary>Where verbs write, given whether <c>--json</c> was asked for. Default: standard output and standard error.</summary>
    public Func<bool, CliOutput> OpenOutput { get; init; } = json => new CliOutput(Console.Out, Console.Error, json);

    /// <summary>The examples of each verb, for the help.</summary>
    public Dictionary<Command, string[]> Examples { get; } = [];
}

/// <summary>What a verb works on.</summary>
public enum Opening
{
    /// <summary>A project.</summary>
    Project,

    /// <summary>A folder that may hold no project yet (<c>init</c>, <c>doctor</c>).</summary>
    Folder,

    /// <summary>A project with its web application (<c>serve</c>, <c>up</c>).</summary>
    WebApplication,
}

/// <summary>One call of a verb.</summary>
/// <param name="Arguments">The parsed command line.</param>
/// <param name="Services">The open project's container; disposed after the verb.</param>
/// <param name="Output">Where to write.</param>
public sealed record VerbCall(ParseResult Arguments, IServiceProvider Services, CliOutput Output)
{
    /// <summary>The project's folders.</summary>
    public ProjectRoot Project => Get<ProjectRoot>();

    /// <summary>A service of the project.</summary>
    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The value of an option or argument.</summary>
    public T? Value<T>(Option<T> option) => Arguments.GetValue(option);

    /// <summary>The value of an option or argument.</summary>
    public T? Value<T>(Argument<T> argument) => Arguments.GetValue(argument);
}
