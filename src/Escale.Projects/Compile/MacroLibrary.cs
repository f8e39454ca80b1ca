using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>
/// Every macro of the project, its packages and the built-in ones: found by a scan of the files' text, parsed only when first called.
/// Thread-safe.
/// </summary>
internal sealed partial class MacroLibrary
{
    /// <summary>The namespace of the built-in macros.</summary>
    public const string BuiltIn = "dbt";

    private readonly Dictionary<string, Dictionary<string, MacroFile>> _packages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JinjaTemplate> _templates = new(StringComparer.Ordinal);
    private readonly JinjaEnvironment _environment;

    public MacroLibrary(DbtProject project, JinjaEnvironment environment)
    {
        _environment = environment;
        RootName = project.Name;
        foreach (var package in project.Packages)
        {
            foreach (var file in package.MacroFiles)
            {
                Add(package.Name, file.Path, file.Text);
            }
        }
        Add(BuiltIn, "dbt/built-in.sql", BuiltInText());
    }

    public string RootName { get; }

    public IEnumerable<string> PackageNames => _packages.Keys;

    public IEnumerable<string> MacroNames(string package) => _packages.TryGetValue(package, out var macros) ? macros.Keys : [];

    /// <summary>A macro of one package.</summary>
    public (string Package, MacroShape Shape, JinjaTemplate Template)? FindIn(string package, string name)
    {
        if (!_packages.TryGetValue(package, out var macros) || !macros.TryGetValue(name, out var file))
        {
            return null;
        }
        var template = _templates.GetOrAdd(file.Path, _ => _environment.Parse(file.Text, file.Path));
        var shape = template.Macros.LastOrDefault(macro => macro.Name == name);
        return shape is null ? null : (package, shape, template);
    }

    /// <summary>
    /// The texts of the project's macros that a template may reach, by the names that stand in it and so on inward: what its meaning depends on.
    /// The built-in ones are part of the program and not counted.
    /// </summary>
    public IReadOnlyList<string> Reachable(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var pending = new Stack<string>([text]);
        while (pending.TryPop(out var current))
        {
            var names = Identifier().Matches(current).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
            foreach (var (package, macros) in _packages)
            {
                foreach (var (name, file) in macros)
                {
                    if (package != BuiltIn && IsNamed(names, name) && found.TryAdd(file.Path, file.Text))
                    {
                        pending.Push(file.Text);
                    }
                }
            }
        }
        return [.. found.Keys.Order(StringComparer.Ordinal).Select(path => found[path])];
    }

    /// <summary>A macro is reached by its name, or by the name that dispatch or a test completes.</summary>
    private static bool IsNamed(HashSet<string> names, string macro) => names.Contains(macro)
        || (macro.IndexOf("__", StringComparison.Ordinal) is > 0 and var at && names.Contains(macro[(at + 2)..]))
        || (macro.StartsWith("test_", StringComparison.Ordinal) && names.Contains(macro[5..]));

    private static string BuiltInText()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Escale.Projects.Compile.built-in.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void Add(string package, string path, string text)
    {
        if (!_packages.TryGetValue(package, out var macros))
        {
            _packages[package] = macros = new(StringComparer.Ordinal);
        }
        foreach (Match match in Definition().Matches(text))
        {
            var name = match.Groups["kind"].Value == "macro" ? match.Groups["name"].Value : "test_" + match.Groups["name"].Value;
            if (macros.TryGetValue(name, out var first) && first.Path != path)
            {
                var line = text.AsSpan(0, match.Index).Count('\n') + 1;
                throw new EscaleException(
                    "projects.duplicate-macro", $"The package '{package}' defines the macro '{name}' twice: in {first.Path} and in {path}.",
                    "Rename one of them.", new Place(path, line));
            }
            macros[name] = new MacroFile(path, text);
        }
    }

    private sealed record MacroFile(string Path, string Text);

    // Generated at build, for the start-up time; neighbouring parts never match the same letter, so they are linear.
    [GeneratedRegex(@"\{%[-+]?\s*(?<kind>macro|test|data_test)\s+(?<name>\w+)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Definition();

    [GeneratedRegex(@"[A-Za-z_]\w*", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
