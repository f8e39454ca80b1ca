using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.CommandLine;

/// <summary>What a wrong command line gets: what is wrong, the nearest verb or option, and where the help is.</summary>
internal static partial class UsageErrors
{
    /// <summary>Whether the command line is wrong; a misspelt option that slipped in as an argument counts too.</summary>
    public static bool Has(ParseResult parsed) => parsed.Errors.Count > 0 || StrayOption(parsed) is not null;

    /// <summary>Reports the parse errors and returns <see cref="ExitCode.Usage"/>; a verb group without a verb gets its help.</summary>
    public static int Report(ParseResult parsed, Cli cli, TextWriter results, ErrorReport report)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
        {
            HelpWithExamples.Write(cli, command, results);
            return command is RootCommand ? ExitCode.Success : ExitCode.Usage;
        }
        var path = CommandPath(command);
        if ((StrayOption(parsed) ?? parsed.UnmatchedTokens.FirstOrDefault()) is { } unknown)
        {
            var nearest = Nearest(unknown, Candidates(command, unknown));
            var kind = unknown.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
            var remedy = nearest.Count > 0
                ? $"Did you mean {string.Join(" or ", nearest.Select(name => $"`{name}`"))}? All of them: `{path} --help`."
                : $"See `{path} --help`.";
            report.Write(new EscaleException("host.usage", $"`{path}` has no {kind} '{unknown}'.", remedy));
        }
        else
        {
            var message = string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct());
            report.Write(new EscaleException("host.usage", message, $"See `{path} --help`."));
        }
        return ExitCode.Usage;
    }

    /// <summary>The candidates that are close enough to be meant, nearest first, at most three.</summary>
    internal static IReadOnlyList<string> Nearest(string word, IEnumerable<string> candidates)
    {
        // Dashes say nothing: every option begins with two.
        var bare = word.TrimStart('-');
        var near = candidates.Distinct()
            .Select(candidate => (candidate, distance: candidate.StartsWith(word, StringComparison.Ordinal) ? 0 : Projects.Nearest.Distance(bare, candidate.TrimStart('-'))))
            .Where(pair => pair.distance <= Math.Max(1, bare.Length / 3 + 1))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .ToList();
        // What is twice as far as the nearest was hardly meant.
        return [.. near.TakeWhile(pair => pair.distance <= near[0].distance + 1).Take(3).Select(pair => pair.candidate)];
    }

    internal static string CommandPath(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CommandPath(parent)} {command.Name}" : "escale";

    private static string? StrayOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && OptionLike().IsMatch(token.Value))?.Value;

    [GeneratedRegex("^--[a-z][a-z-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex OptionLike();

    private static IEnumerable<string> Candidates(Command command, string unknown) => unknown.StartsWith('-')
        ? command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive))
            .Where(option => !option.Hidden).Select(option => option.Name)
        : command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);
}
