using System.Globalization;
using Escale.Kernel;

namespace Escale.Projects.Graph.Selection;

/// <summary>One criterion of a selection: <c>[@][N+][method:]value[+N]</c>.</summary>
/// <param name="Text">As written.</param>
/// <param name="Method">The method (<c>tag</c>, <c>config.materialized</c>), or null for a bare value.</param>
/// <param name="Value">The value, wildcards included.</param>
/// <param name="Around">Whether <c>@</c> was written: with what is built on it, and all that those need.</param>
/// <param name="ParentDepth">Steps upstream: 0 none, null all.</param>
/// <param name="ChildDepth">Steps downstream: 0 none, null all.</param>
internal sealed record Criterion(string Text, string? Method, string Value, bool Around, int? ParentDepth, int? ChildDepth)
{
    private static readonly string[] _methods =
    [
        "access", "config", "file", "fqn", "group", "package", "path", "resource_type", "source", "tag", "test_name", "test_type",
    ];

    /// <summary>Reads a criterion.</summary>
    /// <exception cref="EscaleException"><c>projects.selection-invalid</c>, <c>projects.selection-unknown-method</c>, <c>projects.selection-unsupported</c>.</exception>
    public static Criterion Parse(string text)
    {
        var rest = text.AsSpan();
        var around = rest.StartsWith('@');
        rest = around ? rest[1..] : rest;
        var parents = Parents(ref rest);
        var children = Children(ref rest);
        if (around && (parents != 0 || children != 0))
        {
            throw Invalid(text, "'@' already brings what is around; it takes no '+'");
        }
        var colon = rest.IndexOf(':');
        var method = colon < 0 ? null : rest[..colon].ToString();
        var value = rest[(colon + 1)..].ToString();
        if (value.Length == 0 || value.Contains('+', StringComparison.Ordinal))
        {
            throw Invalid(text, "it names nothing to select");
        }
        if (method is not null)
        {
            CheckMethod(method, text);
        }
        return new Criterion(text, method, value, around, parents, children);
    }

    private static int? Parents(ref ReadOnlySpan<char> rest)
    {
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0 || rest[digits] != '+')
        {
            return 0;
        }
        var depth = digits == 0 ? (int?)null : Depth(rest[..digits]);
        rest = rest[(digits + 1)..];
        return depth;
    }

    private static int? Children(ref ReadOnlySpan<char> rest)
    {
        var plus = rest.LastIndexOf('+');
        if (plus < 0 || rest[(plus + 1)..].IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return 0;
        }
        var depth = plus == rest.Length - 1 ? (int?)null : Depth(rest[(plus + 1)..]);
        rest = rest[..plus];
        return depth;
    }

    private static int Depth(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var depth) ? depth : int.MaxValue;

    private static void CheckMethod(string method, string text)
    {
        switch (method)
        {
            case "state" or "result" or "source_status":
                throw new EscaleException(
                    "projects.selection-unsupported", $"'{text}' compares with an earlier run's files, which Escale does not keep.",
                    "What has not changed is skipped anyway: run without it, or use --resume after a failure.");
            case "exposure" or "metric" or "semantic_model" or "saved_query" or "unit_test" or "version":
                throw new EscaleException(
                    "projects.selection-unsupported", $"'{text}': Escale has no assets of that kind.", "Select by name, tag, path or source.");
            default:
                if (!_methods.Contains(method) && !method.StartsWith("config.", StringComparison.Ordinal))
                {
                    throw new EscaleException(
                        "projects.selection-unknown-method", $"'{text}': there is no selection method '{method}'.",
                        Nearest.Remedy(method, _methods, "The methods are " + string.Join(", ", _methods) + "."));
                }
                if (method == "config")
                {
                    throw Invalid(text, "'config' needs a key, such as config.materialized:table");
                }
                return;
        }
    }

    private static EscaleException Invalid(string text, string why) => new(
        "projects.selection-invalid", $"'{text}' is not a selection: {why}.", "Write for example my_model, +my_model, tag:daily or path:models/gold.");
}
