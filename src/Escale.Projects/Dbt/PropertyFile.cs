using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects.Dbt;

/// <summary>Reads one property file (<c>schema.yml</c>): models, seeds, sources and their columns, tests and constraints.</summary>
/// <param name="package">The package it belongs to.</param>
/// <param name="all">Gets what it says.</param>
/// <param name="render">Renders the configuration of a test, or null in a file without Jinja; everything else is rendered before.</param>
internal sealed class PropertyFile(DbtPackage package, ProjectProperties all, Func<YamlNode, YamlNode>? render)
{
    private static readonly string[] _otherKinds =
    [
        "version", "snapshots", "macros", "analyses", "exposures", "metrics", "semantic_models", "saved_queries", "groups", "unit_tests", "functions", "anchors",
    ];

    public void Read(YamlNode document)
    {
        var reader = document.AsMap("a property file").Reader("a property file").Allow(_otherKinds);
        foreach (var kind in (string[])["model", "seed"])
        {
            foreach (var entry in reader.Maps(kind + "s", $"a {kind}"))
            {
                all.Add(kind, ReadNode(entry));
                Done(entry);
            }
        }
        foreach (var key in (string[])["tests", "data_tests"])
        {
            foreach (var entry in reader.Maps(key, "a singular test"))
            {
                all.Add("test", ReadNode(entry));
                Done(entry);
            }
        }
        foreach (var source in reader.Maps("sources", "a source"))
        {
            ReadSource(source);
            Done(source);
        }
        Done(reader);
    }

    private void Done(YamlReader reader)
    {
        // A package's unknown keys are not the user's mistake.
        if (package.IsRoot)
        {
            reader.Done();
        }
    }

    private NodeProperties ReadNode(YamlReader reader)
    {
        if (reader.Node("versions") is { } versions)
        {
            throw versions.Error("projects.not-supported", "Versions of a model are not supported.", "Give each version its own name.");
        }
        reader.Allow("docs", "access", "group", "latest_version", "deprecation_date", "freshness", "quote_columns", "primary_key", "patch_path", "quoting", "external",
            "loaded_at_field", "loaded_at_query", "identifier", "loader", "time_spine", "strategy", "sql");
        var columns = reader.Maps("columns", "a column").Select(ReadColumn).ToList();
        foreach (var twice in columns.GroupBy(column => column.Column.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            throw new EscaleException(
                "projects.duplicate-column", $"The column '{twice.Key}' is described twice.", "Keep one of the two entries.", twice.Last().Column.Place);
        }
        return new NodeProperties
        {
            Name = reader.Text("name"),
            Package = package.Name,
            Place = reader.Place,
            Description = reader.Text("description", ""),
            Config = ReadConfig(reader),
            Columns = [.. columns.Select(column => column.Column)],
            Tests = [.. ReadTests(reader, null, []), .. columns.SelectMany(column => column.Tests)],
            Constraints = [.. reader.Maps("constraints", "a constraint").Select(constraint => ReadConstraint(constraint, null))],
        };
    }

    private static List<YamlEntry> ReadConfig(YamlReader reader)
    {
        var entries = new List<YamlEntry>();
        foreach (var beside in (string[])["tags", "meta"])
        {
            if (reader.Has(beside))
            {
                entries.Add(reader.Map.Entry(beside)!);
            }
        }
        return [.. entries, .. reader.Node("config")?.AsMap("a configuration").Entries ?? []];
    }

    private sealed record TestedColumn(ColumnProperties Column, List<TestProperties> Tests);

    private TestedColumn ReadColumn(YamlReader reader)
    {
        reader.Allow("quote", "docs", "policy_tags", "granularity", "dimension", "entity", "encode", "data_type_expression");
        var name = reader.Text("name");
        var config = reader.Node("config")?.AsMap("a configuration");
        var tags = reader.Texts("tags").Concat(config?.Reader("a configuration").Texts("tags") ?? []).Distinct().ToList();
        var meta = (reader.Node("meta") ?? config?["meta"])?.AsMap("meta").ToValue() as IReadOnlyDictionary<string, object?>;
        var column = new ColumnProperties
        {
            Name = name,
            Description = reader.Text("description", ""),
            DataType = reader.TextOrNull("data_type"),
            Tags = tags,
            Meta = meta ?? new Dictionary<string, object?>(),
            Constraints = [.. reader.Maps("constraints", "a constraint").Select(constraint => ReadConstraint(constraint, name))],
            Place = reader.Place,
        };
        var tests = ReadTests(reader, name, tags);
        Done(reader);
        return new TestedColumn(column, tests);
    }

    private ConstraintProperties ReadConstraint(YamlReader reader, string? column)
    {
        reader.Allow("warn_unenforced", "warn_unsupported");
        reader.Need("type");
        var constraint = new ConstraintProperties
        {
            Type = reader.Choice("type", ConstraintType.Custom),
            Name = reader.TextOrNull("name"),
            Columns = column is null ? reader.Texts("columns") : [column],
            Expression = reader.TextOrNull("expression"),
            To = reader.TextOrNull("to"),
            ToColumns = reader.Texts("to_columns"),
            Place = reader.Place,
        };
        Done(reader);
        return constraint;
    }

    private List<TestProperties> ReadTests(YamlReader reader, string? column, IReadOnlyList<string> columnTags)
    {
        var written = reader.Items("tests").Concat(reader.Items("data_tests"));
        return [.. written.Select(test => Rendered(TestReader.Read(test, column, columnTags)))];
    }

    /// <summary>A test's arguments and its <c>where</c> are rendered when it is compiled, its other configuration now.</summary>
    private TestProperties Rendered(TestProperties test) => render is null || test.Config.Count == 0 ? test : test with
    {
        Config = [.. test.Config.Select(entry => entry.Name == "where" ? entry : entry with { Value = render(entry.Value) })],
    };

    private void ReadSource(YamlReader source)
    {
        source.Allow("database", "loader", "freshness", "quoting", "overrides", "description", "loaded_at_query");
        var name = source.Text("name");
        var schema = source.Text("schema", name);
        var loadedAt = source.TextOrNull("loaded_at_field");
        var inherited = ReadConfig(source);
        foreach (var table in source.Maps("tables", "a source table"))
        {
            var node = ReadNode(table);
            if (all.Sources.Find(known => known.SourceName == name && known.Table.Name == node.Name && known.Table.Package == node.Package) is { } first)
            {
                throw new EscaleException(
                    "projects.duplicate-properties", $"The source table '{name}.{node.Name}' is described twice; the first is at {first.Table.Place}.",
                    "Keep one of the two entries.", node.Place);
            }
            all.Sources.Add(new SourceProperties(
                name, schema, table.Text("identifier", node.Name), table.TextOrNull("loaded_at_field") ?? loadedAt, node with { Config = [.. inherited, .. node.Config] }));
            Done(table);
        }
    }
}

/// <summary>Reads a generic test in any of the forms that dbt accepts.</summary>
internal static class TestReader
{
    private static readonly HashSet<string> _configKeys =
    [
        "severity", "tags", "enabled", "where", "limit", "warn_if", "error_if", "fail_calc", "store_failures", "store_failures_as", "meta", "database",
        "schema", "alias", "group",
    ];

    /// <summary>
    /// <c>unique</c>; <c>dbt_utils.at_least_one</c>; <c>{accepted_values: {values: […], severity: warn}}</c>; the same with <c>arguments:</c> and
    /// <c>config:</c>; or <c>{name: …, test_name: accepted_values, …}</c>.
    /// </summary>
    public static TestProperties Read(YamlNode node, string? column, IReadOnlyList<string> columnTags)
    {
        var (name, body) = node switch
        {
            YamlScalar { IsNull: false } scalar => (scalar.Text, null),
            YamlMap map when map["test_name"] is { } named => (named.AsText(), map),
            YamlMap { Entries: [var only] } => (only.Name, only.Value.IsNull ? null : only.Value.AsMap($"the arguments of the test '{only.Name}'")),
            // - unique:
            //   severity: warn      (a slip of indentation that YAML accepts)
            YamlMap { Entries: [var first, _, ..] } => throw first.Key.Error(
                "projects.test-invalid", $"The test '{first.Name}' has its arguments beside it, not under it.", "Indent them four more spaces."),
            _ => throw node.WrongType("a test's name, or a test with its arguments"),
        };
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        var config = new List<YamlEntry>();
        foreach (var entry in body?.Entries ?? [])
        {
            Sort(entry, arguments, config);
        }
        if (column is not null)
        {
            arguments["column_name"] = column;
        }
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return new TestProperties
        {
            TestName = name[(dot + 1)..],
            TestPackage = dot < 0 ? null : name[..dot],
            CustomName = body?["name"]?.AsText(),
            Description = body?["description"] is { IsNull: false } description ? description.AsText() : "",
            ColumnName = column ?? arguments.GetValueOrDefault("column_name") as string,
            Arguments = arguments,
            Config = config,
            ColumnTags = columnTags,
            Place = node.Place,
        };
    }

    private static void Sort(YamlEntry entry, Dictionary<string, object?> arguments, List<YamlEntry> config)
    {
        switch (entry.Name)
        {
            case "name" or "description" or "test_name":
                break;
            case "config":
                config.AddRange(entry.Value.AsMap("a configuration").Entries);
                break;
            case "arguments":
                foreach (var argument in entry.Value.AsMap("the arguments").Entries)
                {
                    arguments[argument.Name] = argument.Value.ToValue();
                }
                break;
            case var key when _configKeys.Contains(key):
                config.Add(entry);
                break;
            default:
                arguments[entry.Name] = entry.Value.ToValue();
                break;
        }
    }
}
