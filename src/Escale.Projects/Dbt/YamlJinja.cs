using System.Globalization;
using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects.Dbt;

/// <summary>Renders the Jinja of one text of a YAML file; the value keeps its type when the text is one expression, as in dbt.</summary>
/// <param name="text">The text, which holds Jinja.</param>
/// <param name="scope">What it may name.</param>
/// <exception cref="EscaleException">With the line and column inside the text.</exception>
public delegate object? RenderYaml(string text, YamlScope scope);

/// <summary>What the Jinja of a YAML file may name beside <c>env_var</c>, <c>target</c> and the like.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Vars">What <c>var()</c> finds.</param>
/// <param name="Doc">For descriptions, <c>doc()</c>: the package (or null) and the name; null elsewhere.</param>
public sealed record YamlScope(string Project, IReadOnlyDictionary<string, object?> Vars, Func<string?, string, string>? Doc = null);

/// <summary>
/// Replaces the values of configuration that hold Jinja by what they say, key by key as dbt does: what is read later (descriptions, tests and
/// their arguments, hooks, variables) stays as it is. A file without Jinja is the same node again.
/// </summary>
internal sealed class YamlJinja(RenderYaml render)
{
    private static readonly string[] _projectLater = ["vars", "on-run-start", "on-run-end", "query-comment"];
    private static readonly string[] _hooks = ["pre-hook", "post-hook", "pre_hook", "post_hook"];
    private static readonly string[] _propertiesLater = ["description", "tests", "data_tests", "loaded_at_query", .. _hooks];
    private static readonly string[] _described = ["models", "seeds", "sources", "tests", "data_tests"];

    public static bool IsJinja(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) || text.Contains("{#", StringComparison.Ordinal);

    /// <summary><c>dbt_project.yml</c>.</summary>
    /// <param name="document">The file.</param>
    /// <param name="given">The variables given at the start; they win over the file's own.</param>
    public YamlNode Project(YamlNode document, IReadOnlyDictionary<string, object?> given)
    {
        if (document is not YamlMap map)
        {
            return document;
        }
        var vars = map["vars"] is YamlMap own ? (Dictionary<string, object?>)own.ToValue() : [];
        foreach (var (name, value) in given)
        {
            vars[name] = value;
        }
        var scope = new YamlScope((map["name"] as YamlScalar)?.Text ?? "", vars);
        return With(map, entry => Array.IndexOf(_projectLater, entry.Name) >= 0 ? entry.Value : Rendered(entry.Value, scope, _hooks));
    }

    /// <summary>A property file.</summary>
    public YamlNode Properties(YamlNode document, YamlScope scope) => document is YamlMap map
        ? With(map, entry => Array.IndexOf(_described, entry.Name) >= 0 ? Rendered(entry.Value, scope, _propertiesLater) : entry.Value)
        : document;

    /// <summary>A value such as the configuration of a test.</summary>
    public YamlNode Value(YamlNode node, YamlScope scope) => Rendered(node, scope, _hooks);

    /// <summary>Text such as a description.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scope">What it may name.</param>
    /// <param name="place">What is described.</param>
    public string Text(string text, YamlScope scope, Place place)
    {
        try
        {
            return Convert.ToString(render(text, scope), CultureInfo.InvariantCulture) ?? "";
        }
        catch (EscaleException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, place, error);
        }
    }

    private YamlNode Rendered(YamlNode node, YamlScope scope, string[] later) => node switch
    {
        YamlScalar scalar => IsJinja(scalar.Text) ? Rendered(scalar, scope) : scalar,
        YamlList list => new YamlList(list.File, list.Line, list.Column, [.. list.Items.Select(item => Rendered(item, scope, later))]),
        YamlMap map => With(map, entry => Array.IndexOf(later, entry.Name.TrimStart('+')) >= 0 || IsReference(map, entry)
            ? entry.Value
            : Rendered(entry.Value, scope, entry.Name == "meta" ? [] : later)),
        _ => node,
    };

    /// <summary>The table that a foreign key names is found when all models are known.</summary>
    private static bool IsReference(YamlMap map, YamlEntry entry) => entry.Name == "to" && map["type"] is YamlScalar { Text: "foreign_key" };

    private static YamlMap With(YamlMap map, Func<YamlEntry, YamlNode> value) =>
        new(map.File, map.Line, map.Column, [.. map.Entries.Select(entry => entry with { Value = value(entry) })]);

    private YamlNode Rendered(YamlScalar scalar, YamlScope scope)
    {
        try
        {
            return Node(scalar, render(scalar.Text, scope));
        }
        catch (EscaleException error)
        {
            // Inside one line the columns of the text are those of the file, a quote apart; a text of several lines may be folded.
            var isOneLine = !scalar.Text.Contains('\n', StringComparison.Ordinal) && error.Place?.Line == 1;
            var column = scalar.Column + (scalar.IsPlain ? 0 : 1) + (error.Place?.Column ?? 1) - 1;
            throw new EscaleException(
                error.Code, error.Message, error.Remedy, isOneLine ? new Place(scalar.File, scalar.Line, column) : scalar.Place, error);
        }
    }

    private static YamlNode Node(YamlScalar at, object? value)
    {
        YamlScalar Scalar(string text, bool isPlain) => new(at.File, at.Line, at.Column, text, isPlain);
        return value switch
        {
            string text => Scalar(text, isPlain: false),
            IReadOnlyDictionary<string, object?> map => new YamlMap(
                at.File, at.Line, at.Column, [.. map.Select(entry => new YamlEntry(Scalar(entry.Key, isPlain: false), Node(at, entry.Value)))]),
            IEnumerable<object?> list => new YamlList(at.File, at.Line, at.Column, [.. list.Select(item => Node(at, item))]),
            bool truth => Scalar(truth ? "true" : "false", isPlain: true),
            double number => Scalar(number.ToString("0.0###############", CultureInfo.InvariantCulture), isPlain: true),
            _ => Scalar(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", isPlain: true),
        };
    }
}
