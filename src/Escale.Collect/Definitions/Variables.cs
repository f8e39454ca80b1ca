using System.Text.RegularExpressions;

namespace Escale.Collect.Definitions;

/// <summary>Replaces <c>${NAME}</c> by what the running program or its environment says, at collect time; <c>${NAME:-text}</c> has a default.</summary>
internal static partial class Variables
{
    /// <summary>The text with its variables replaced.</summary>
    /// <exception cref="EscaleException"><c>collect.variable-missing</c>.</exception>
    public static string Expand(string text, RunEnvironment environment, Place place) =>
        text.Contains("${", StringComparison.Ordinal)
            ? Variable().Replace(text, match => environment[match.Groups[1].Value] ?? (match.Groups[2].Success ? match.Groups[2].Value[2..] : null) ?? throw new EscaleException(
                "collect.variable-missing", $"The source file uses ${{{match.Groups[1].Value}}}, which is not set.",
                $"Set it in the environment: export {match.Groups[1].Value}=…, or declare the service that sets it in escale.yml.", place))
            : text;

    public static IReadOnlyDictionary<string, string> Expand(IReadOnlyDictionary<string, string> texts, RunEnvironment environment, Place place) =>
        texts.ToDictionary(pair => pair.Key, pair => Expand(pair.Value, environment, place), StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
