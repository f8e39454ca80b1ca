using System.Globalization;
using System.Text.RegularExpressions;
using Escale.Projects.Yaml;

namespace Escale.Collect.Definitions;

/// <summary>Reads what every table of every connector has in common: name, load mode, contract, columns, budget.</summary>
internal static class TableReader
{
    private static readonly string[] _modes = ["replace", "append", "merge", "skip"];

    /// <summary>Reads the common keys; the connector has read its own from the same reader before <see cref="YamlReader.Done"/> is called here.</summary>
    public static SourceTable Read(YamlReader reader, string source, string schema, object settings, LoadMode fallback)
    {
        var name = reader.Text("name");
        var table = reader.Node("table") is { } given ? AtNode(given, () => TableName.Parse(given.AsText())) : AtNode(reader.Need("name"), () => new TableName(schema, name));
        var (mode, strategy) = Disposition(reader, fallback);
        var keys = Keys(reader);
        var result = new SourceTable
        {
            Source = source,
            Name = table.Name == name ? name : AtNode(reader.Need("name"), () => new TableName(schema, name).Name),
            Table = table,
            Description = reader.Text("description", ""),
            Tags = reader.Texts("tags"),
            Mode = mode,
            Strategy = strategy,
            Keys = keys,
            HardDelete = reader.TextOrNull("hard_delete"),
            DedupSort = DedupSortOf(reader),
            Contract = ContractOf(reader),
            Columns = ColumnsOf(reader),
            MaxFailed = Budget(reader),
            Nested = reader.Choice("nested", NestedAs.Typed),
            Lineage = reader.Bool("lineage", false),
            Settings = settings,
            Place = reader.Place with { Table = table.ToString() },
        };
        reader.Done();
        if (mode == LoadMode.Merge && keys.Count == 0)
        {
            throw reader.Map.Error("collect.merge-without-key", $"Table {table} is merged but has no primary_key.", "Add primary_key: [column, …].");
        }
        if (mode != LoadMode.Merge && (result.HardDelete is not null || result.DedupSort is not null))
        {
            throw reader.Map.Error("collect.merge-only", "hard_delete and dedup_sort only mean something when rows are merged.", "Set write_disposition: merge or remove them.");
        }
        return result;
    }

    private static (LoadMode Mode, MergeStrategy Strategy) Disposition(YamlReader reader, LoadMode fallback)
    {
        var node = reader.Node("write_disposition");
        if (node is null)
        {
            return (fallback, MergeStrategy.Upsert);
        }
        if (node is not YamlMap map)
        {
            return (ModeOf(node), MergeStrategy.Upsert);
        }
        var inner = map.Reader("write_disposition");
        var mode = ModeOf(inner.Need("disposition"));
        var strategy = inner.Node("strategy") is { } named ? StrategyOf(named) : MergeStrategy.Upsert;
        inner.Done();
        return (mode, strategy);
    }

    private static LoadMode ModeOf(YamlNode node) => node.AsText() switch
    {
        "replace" => LoadMode.Replace,
        "append" => LoadMode.Append,
        "merge" => LoadMode.Merge,
        var other => throw node.Error("projects.unknown-value", $"'write_disposition' cannot be '{other}'.", Projects.Nearest.Remedy(other, _modes, "It is one of replace, append, merge.")),
    };

    private static MergeStrategy StrategyOf(YamlNode node) => node.AsText() switch
    {
        "upsert" => MergeStrategy.Upsert,
        "delete-insert" => MergeStrategy.DeleteInsert,
        "insert-only" => MergeStrategy.InsertOnly,
        "scd2" => throw node.Error("collect.scd2", "Slowly changing history (scd2) is not made while collecting.", "Use write_disposition: merge here, and keep the history in a model."),
        var other => throw node.Error("projects.unknown-value", $"'strategy' cannot be '{other}'.", "It is one of upsert, delete-insert, insert-only."),
    };

    private static IReadOnlyList<string> Keys(YamlReader reader)
    {
        var keys = reader.Texts("primary_key");
        var merge = reader.Texts("merge_key");
        return keys.Count > 0 ? keys : merge;
    }

    private static DedupSort? DedupSortOf(YamlReader reader)
    {
        if (reader.Node("dedup_sort") is not { } node)
        {
            return null;
        }
        if (node is YamlMap { Entries: [var only] } && only.Value.AsText() is "asc" or "desc")
        {
            return new DedupSort(((YamlMap)node).Entries[0].Name, ((YamlMap)node).Entries[0].Value.AsText() == "desc");
        }
        throw node.WrongType("one column with its order, such as {updated_at: desc}");
    }

    private static Contract ContractOf(YamlReader reader)
    {
        if (reader.Node("contract") is not { } node)
        {
            return new Contract();
        }
        if (node is YamlScalar)
        {
            // One word for all three, as in dlt.
            var all = reader.Choice("contract", ContractMode.Evolve);
            return new Contract { Tables = all, Columns = all, DataType = all };
        }
        var inner = node.AsMap("a contract").Reader("a contract");
        var contract = new Contract
        {
            Tables = inner.Choice("tables", ContractMode.Evolve),
            Columns = inner.Choice("columns", ContractMode.Evolve),
            DataType = inner.Choice("data_type", ContractMode.Evolve),
        };
        inner.Done();
        return contract;
    }

    private static List<ColumnRule> ColumnsOf(YamlReader reader)
    {
        var rules = new List<ColumnRule>();
        foreach (var (key, value) in reader.Node("columns")?.AsMap("columns by name").Entries ?? [])
        {
            rules.Add(value is YamlScalar { IsNull: false } ? new ColumnRule { Name = key.Text, Type = SqlTypes.Parse(value) } : Rule(key, value));
        }
        return rules;
    }

    private static ColumnRule Rule(YamlScalar key, YamlNode value)
    {
        if (value.IsNull)
        {
            return new ColumnRule { Name = key.Text };
        }
        var inner = value.AsMap("a column").Reader("a column");
        var pattern = inner.TextOrNull("pattern");
        if (pattern is not null)
        {
            CheckPattern(inner.Need("pattern"), pattern);
        }
        var rule = new ColumnRule
        {
            Name = key.Text,
            Type = inner.Node("type") is { } type ? SqlTypes.Parse(type) : null,
            Format = inner.TextOrNull("format"),
            Language = inner.TextOrNull("language") switch { null or "en" => null, "fr" => "fr", _ => throw inner.Need("language").WrongType("en or fr") },
            Decimal = inner.TextOrNull("decimal") switch { null => null, "." => '.', "," => ',', _ => throw inner.Need("decimal").WrongType("'.' or ','") },
            Thousands = inner.TextOrNull("thousands"),
            Unit = inner.TextOrNull("unit"),
            NullValues = inner.Texts("null_values"),
            Description = inner.Text("description", ""),
            NotNull = inner.Bool("not_null", false),
            Unique = inner.Bool("unique", false),
            Accepted = inner.Texts("accepted"),
            Min = inner.TextOrNull("min"),
            Max = inner.TextOrNull("max"),
            Pattern = pattern,
        };
        inner.Done();
        return rule;
    }

    /// <summary>Refuses what a linear-time engine cannot run (S12).</summary>
    internal static void CheckPattern(YamlNode node, string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw node.Error("collect.pattern", $"'{pattern}' is not a pattern that can be used: {exception.Message}", "Use a regular expression without look-around and back-references.");
        }
    }

    private static FailureBudget Budget(YamlReader reader)
    {
        if (reader.Node("max_failed") is not { } node)
        {
            return FailureBudget.None;
        }
        var text = node.AsText();
        if (text.EndsWith('%') && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100)
        {
            return new FailureBudget(percent / 100, null);
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new FailureBudget(null, count)
            : throw node.WrongType("a number of rows or a percentage such as 5%");
    }

    private static T AtNode<T>(YamlNode node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EscaleException error)
        {
            throw error.At(node.Place);
        }
    }
}
