using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <content>Tests.</content>
internal sealed partial class DbtAssembly
{
    private static readonly HashSet<string> _builtInTests = ["unique", "not_null", "accepted_values", "relationships"];

    private readonly Dictionary<string, Place> _testPlaces = [];
    private string? _macroFingerprint;

    private void LoadSingularTest(FileDraft draft)
    {
        var (file, parsed, config) = (draft.File, draft.Parsed, draft.Config);
        if (!config.Enabled)
        {
            return;
        }
        var reads = _index.ResolveAll(parsed, draft.Package);
        AddTest(
            new DataTest
            {
                Package = draft.Package,
                Name = file.Name,
                Config = config,
                File = file,
                Parsed = parsed,
                DependsOn = reads,
                Place = new Place(file.Path, 1),
                PropertiesPlace = draft.Properties?.Place,
                WarnsOnly = WarnsOnly(config),
            },
            draft.Fqn, file.Path, Describe(draft.Properties), Fingerprint.Of("test", file.Text, parsed.Beyond, Fingerprint.Canonical(config)));
    }

    private void LoadGenericTests()
    {
        foreach (var (kind, node) in _properties.Nodes.Where(entry => entry.Kind is "model" or "seed"))
        {
            // A disabled or missing model takes its tests with it, as in dbt.
            if (_index.FindOwn(node.Package, node.Name) is { } id)
            {
                foreach (var test in node.Tests)
                {
                    LoadGenericTest(test, node, id, node.Name, "");
                }
            }
        }
        foreach (var source in _properties.Sources)
        {
            if (_index.FindSource(source.Table.Package, source.SourceName, source.Table.Name) is not { } id)
            {
                continue;
            }
            foreach (var test in source.Table.Tests)
            {
                LoadGenericTest(test, source.Table, id, $"{source.SourceName}_{source.Table.Name}", "source_");
            }
        }
    }

    private void LoadGenericTest(TestProperties test, NodeProperties node, string testedId, string target, string prefix)
    {
        RefuseMissingArguments(test);
        var package = project.Package(node.Package)!;
        var name = test.CustomName ?? TestNaming.Of(prefix + (test.TestPackage is null ? "" : test.TestPackage + "_") + test.TestName, target, test.Arguments);
        List<string> fqn = [package.Name, .. FoldersOf(node), name];
        var layers = Layers("test", package, fqn, null);
        if (test.ColumnTags.Count > 0)
        {
            layers.Set("tags", test.ColumnTags.ToList<object?>(), test.Place);
        }
        foreach (var entry in test.Config)
        {
            layers.Set(entry.Name, entry.Value.ToValue(), entry.Key.Place);
        }
        ApplyProjectOverPackage(layers, "test", package, fqn);
        var config = layers.Build();
        if (!config.Enabled)
        {
            return;
        }
        var parsed = ArgumentsParsed(test, package.Name, name);
        AddTest(
            new DataTest
            {
                Package = package.Name,
                Name = name,
                Config = config,
                TestName = test.TestName,
                TestPackage = test.TestPackage,
                Arguments = test.Arguments,
                ColumnName = test.ColumnName,
                TestedId = testedId,
                Parsed = parsed,
                DependsOn = [.. _index.ResolveAll(parsed, package.Name).Prepend(testedId).Distinct()],
                Place = test.Place,
                WarnsOnly = WarnsOnly(config),
            },
            fqn, test.Place.File!, _docs.Resolve(test.Description, package.Name, test.Place),
            Fingerprint.Of(
                "test", test.TestName, testedId, Fingerprint.Canonical(test.Arguments), Fingerprint.Canonical(config),
                _builtInTests.Contains(test.TestName) && test.TestPackage is null ? null : MacroFingerprint()));
    }

    private static List<string> FoldersOf(NodeProperties node) =>
        [.. (Path.GetDirectoryName(node.Place.File)?.Replace('\\', '/').Split('/').Skip(1) ?? []).Where(part => part.Length > 0)];

    private static void RefuseMissingArguments(TestProperties test)
    {
        string[] needed = (test.TestPackage, test.TestName) switch
        {
            (null, "accepted_values") => ["values"],
            (null, "relationships") => ["to", "field"],
            _ => [],
        };
        if (needed.FirstOrDefault(argument => !test.Arguments.ContainsKey(argument)) is { } missing)
        {
            throw new EscaleException(
                "projects.test-invalid", $"The test '{test.TestName}' needs '{missing}'.",
                Nearest.Remedy(missing, test.Arguments.Keys, $"Add '{missing}:' under it."), test.Place);
        }
    }

    /// <summary>dbt takes an argument such as <c>ref('x')</c> or <c>{{ ref('x') }}</c> for Jinja: what it refers to, the test reads.</summary>
    private ParsedSql ArgumentsParsed(TestProperties test, string package, string name)
    {
        var jinja = test.Arguments.Values.SelectMany(Texts).Select(AsJinja).Where(text => text is not null).ToList();
        if (jinja.Count == 0)
        {
            return ParsedSql.Empty;
        }
        var text = string.Join('\n', jinja);
        return AtPlace(Parse(new SqlUnit { Package = package, Kind = "test", Name = name, Path = test.Place.File!, Text = text }), test.Place);
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(Texts),
        IEnumerable<object?> list => list.SelectMany(Texts),
        _ => [],
    };

    private static string? AsJinja(string text)
    {
        var trimmed = text.Trim();
        var isCall = trimmed.EndsWith(')') && new[] { "ref", "source", "var", "env_var", "doc" }.Any(
            name => trimmed.StartsWith(name, StringComparison.Ordinal) && trimmed.AsSpan(name.Length).TrimStart().StartsWith('('));
        return isCall ? "{{ " + trimmed + " }}" : trimmed.Contains("{{", StringComparison.Ordinal) ? trimmed : null;
    }

    private void AddTest(DataTest test, IReadOnlyList<string> fqn, string path, string description, string fingerprint)
    {
        var id = $"test.{test.Package}.{test.Name}";
        if (!_testPlaces.TryAdd(id, test.Place))
        {
            throw new EscaleException(
                "projects.duplicate-asset", $"The test '{test.Name}' stands twice; the first is at {_testPlaces[id]}.",
                "Remove one of them, or give it a name of its own with 'name:'.", test.Place);
        }
        _assets.Add(new Asset
        {
            Id = id,
            Kind = "test",
            Name = test.Name,
            Reads = test.DependsOn,
            Path = path,
            Package = test.Package,
            Fqn = fqn,
            Tags = test.Config.Tags,
            Description = description,
            Config = test.Config.All,
            IsCheck = true,
            CodeFingerprint = fingerprint,
            Definition = test,
        });
    }

    private static bool WarnsOnly(NodeConfig config) => config.Text("severity")?.ToLowerInvariant() switch
    {
        null or "error" => false,
        "warn" => true,
        _ => throw config.Invalid("severity", "error or warn"),
    };

    /// <summary>A custom generic test lives in a macro that may call others: any change to a macro may change it.</summary>
    private string MacroFingerprint() =>
        _macroFingerprint ??= Fingerprint.Of([.. project.Packages.SelectMany(package => package.MacroFiles).Select(file => file.Text)]);
}
