using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Escale.Kernel;

namespace Escale.CommandLine;

/// <summary>System.CommandLine's help, followed by the verb's examples.</summary>
internal sealed class HelpWithExamples(HelpAction inner, Cli cli) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Replaces the help of the root and of all verbs.</summary>
    public static void Install(Cli cli)
    {
        foreach (var option in cli.Root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExamples((HelpAction)option.Action!, cli);
        }
    }

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Cli cli, Command command, TextWriter output)
    {
        string[] help = [.. PathOf(command), "--help"];
        cli.Root.Parse(help).Invoke(new InvocationConfiguration { Output = output });
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = cli.Examples.GetValueOrDefault(command, []);
        if (command is RootCommand)
        {
            examples =
            [
                "escale up examples/port-of-dakar     run everything, then serve it",
                "escale run --select +gold.fact_port_call",
                "escale sql \"from silver.vessels limit 10\"",
            ];
        }
        if (examples.Length > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }
            output.WriteLine();
        }
        return ExitCode.Success;
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? [] : [.. command.Parents.OfType<Command>().SelectMany(PathOf), command.Name];
}
