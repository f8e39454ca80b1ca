using System.Text.RegularExpressions;

namespace Escale.Orchestrate;

/// <summary>Variables of the environment that files name: <c>${NAME}</c>, or <c>${NAME:-default}</c>.</summary>
internal static partial class NamedVariables
{
    /// <summary>One of them in a text: its <c>name</c>, and its <c>default</c> where there is one.</summary>
    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.CultureInvariant)]
    public static partial Regex Pattern();
}
