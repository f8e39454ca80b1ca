using System.Globalization;
using System.Text.Json;
using Escale.Engines.DuckDb;

namespace Escale.Engines.Tests.Tables;

/// <summary>
/// The rules of the Delta protocol that a writer must keep, checked against a table's folder with nothing of Escale.Lake: only JSON and
/// DuckDB's Parquet reader. What it accepts, a reader that follows the specification reads.
/// </summary>
internal static class DeltaSpecification
{
    /// <summary>What is wrong with the table, or null.</summary>
    public static string? Check(string folder)
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
        using var duck = database.Connect();
        var live = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var transactions = new Dictionary<string, long>(StringComparer.Ordinal);
        JsonElement? metadata = null;
        var log = Path.Combine(folder, "_delta_log");
        var versions = Directory.GetFiles(log, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal).ToList();
        for (var version = 0; version < versions.Count; version++)
        {
            if (versions[version] != version.ToString("D20", CultureInfo.InvariantCulture))
            {
                return $"version {version} is called {versions[version]}";
            }
            var actions = File.ReadAllLines(Path.Combine(log, versions[version] + ".json")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
            if (Commit(actions, version, live, transactions, ref metadata) is { } problem)
            {
                return $"version {version}: {problem}";
            }
            var checkpoint = Path.Combine(log, versions[version] + ".checkpoint.parquet");
            if (File.Exists(checkpoint) && Checkpoint(duck, checkpoint, live, transactions, metadata!.Value) is { } wrong)
            {
                return $"checkpoint {version}: {wrong}";
            }
        }
        return live.Values.Select(add => DataFile(duck, folder, add, metadata!.Value)).FirstOrDefault(problem => problem is not null) ?? Pointer(log);
    }

    private static string? Commit(List<JsonElement> actions, int version, Dictionary<string, JsonElement> live, Dictionary<string, long> transactions, ref JsonElement? metadata)
    {
        if (actions.Exists(action => action.EnumerateObject().Count() != 1))
        {
            return "a line is not one action";
        }
        var byName = actions.Select(action => action.EnumerateObject().Single()).ToLookup(action => action.Name, action => action.Value);
        if (byName["metaData"].Count() > 1 || byName["protocol"].Count() > 1 || byName["commitInfo"].Count() != 1)
        {
            return "more than one metaData or protocol, or not one commitInfo";
        }
        if (version == 0 && (!byName["metaData"].Any() || !byName["protocol"].Any()))
        {
            return "the first version has no metaData or protocol";
        }
        foreach (var protocol in byName["protocol"])
        {
            if (protocol.GetProperty("minReaderVersion").GetInt32() != 1 || protocol.GetProperty("minWriterVersion").GetInt32() != 2)
            {
                return "the protocol is not (1, 2)";
            }
        }
        foreach (var changed in byName["metaData"])
        {
            metadata = changed;
            if (Metadata(changed) is { } problem)
            {
                return problem;
            }
        }
        var info = byName["commitInfo"].Single();
        if (info.GetProperty("timestamp").ValueKind != JsonValueKind.Number || info.GetProperty("operationParameters").EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            return "commitInfo has wrong types";
        }
        if (byName["txn"].GroupBy(txn => txn.GetProperty("appId").GetString()).Any(group => group.Count() > 1))
        {
            return "two txn of one application";
        }
        foreach (var txn in byName["txn"])
        {
            transactions[txn.GetProperty("appId").GetString()!] = txn.GetProperty("version").GetInt64();
        }
        return Files(byName, live, metadata!.Value);
    }

    private static string? Metadata(JsonElement metadata)
    {
        var format = metadata.GetProperty("format");
        if (!Guid.TryParse(metadata.GetProperty("id").GetString(), out _) || format.GetProperty("provider").GetString() != "parquet" || format.GetProperty("options").ValueKind != JsonValueKind.Object
            || metadata.GetProperty("configuration").EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            return "metaData has wrong types";
        }
        using var schema = JsonDocument.Parse(metadata.GetProperty("schemaString").GetString()!);
        var names = schema.RootElement.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("name").GetString()!).ToList();
        return schema.RootElement.GetProperty("type").GetString() != "struct" || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count
            || metadata.GetProperty("partitionColumns").EnumerateArray().Any(column => !names.Contains(column.GetString()!)) ? "the schema is wrong" : null;
    }

    private static string? Files(ILookup<string, JsonElement> actions, Dictionary<string, JsonElement> live, JsonElement metadata)
    {
        var (adds, removes) = (actions["add"].ToList(), actions["remove"].ToList());
        var paths = adds.Concat(removes).Select(action => action.GetProperty("path").GetString()!).ToList();
        if (paths.Distinct().Count() != paths.Count)
        {
            return "a path is added or removed twice in one commit";
        }
        foreach (var remove in removes)
        {
            if (!live.Remove(remove.GetProperty("path").GetString()!) || remove.GetProperty("deletionTimestamp").ValueKind != JsonValueKind.Number
                || remove.GetProperty("dataChange").ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                return $"{remove} removes what is not there";
            }
        }
        var columns = metadata.GetProperty("partitionColumns").EnumerateArray().Select(column => column.GetString()!).Order().ToList();
        foreach (var add in adds)
        {
            var values = add.GetProperty("partitionValues").EnumerateObject().ToList();
            if (!live.TryAdd(add.GetProperty("path").GetString()!, add) || add.GetProperty("modificationTime").GetInt64() <= 0
                || !values.Select(pair => pair.Name).Order().SequenceEqual(columns) || values.Exists(pair => pair.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null) || pair.Value.ToString() == "" && pair.Value.ValueKind == JsonValueKind.String)
                || add.GetProperty("dataChange").ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                return $"{add} is not a right add";
            }
        }
        return null;
    }

    private static string? DataFile(DuckConnection duck, string folder, JsonElement add, JsonElement metadata)
    {
        var path = Path.Combine(folder, Uri.UnescapeDataString(add.GetProperty("path").GetString()!));
        if (!File.Exists(path) || new FileInfo(path).Length != add.GetProperty("size").GetInt64())
        {
            return $"{path} is missing or has another size";
        }
        var file = DuckSql.Literals([path.Replace("[", "[[]").Replace("*", "[*]").Replace("?", "[?]")]);
        using var stats = JsonDocument.Parse(add.GetProperty("stats").GetString()!);
        var rows = duck.Scalar<long>($"SELECT count(*) FROM read_parquet({file}, hive_partitioning = false)");
        if (rows != stats.RootElement.GetProperty("numRecords").GetInt64())
        {
            return $"{path} has {rows} rows, numRecords says otherwise";
        }
        using var schema = JsonDocument.Parse(metadata.GetProperty("schemaString").GetString()!);
        var columns = schema.RootElement.GetProperty("fields").EnumerateArray().ToDictionary(field => field.GetProperty("name").GetString()!, field => field.GetProperty("type"));
        var partitions = metadata.GetProperty("partitionColumns").EnumerateArray().Select(column => column.GetString()!).ToHashSet();
        using var described = duck.Query($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({file}, hive_partitioning = false))");
        foreach (var row in described.Rows())
        {
            var (name, type) = ((string)row[0]!, (string)row[1]!);
            if (partitions.Contains(name) || !columns.TryGetValue(name, out var expected) || (expected.ValueKind == JsonValueKind.String && !Matches(expected.GetString()!, type)))
            {
                return $"{path} holds the column {name} {type}, which the schema does not have so";
            }
        }
        return Bounds(duck, path, file, stats.RootElement, columns);
    }

    private static string? Bounds(DuckConnection duck, string path, string file, JsonElement stats, Dictionary<string, JsonElement> columns)
    {
        foreach (var (part, comparison) in new[] { ("minValues", "<"), ("maxValues", ">") })
        {
            foreach (var bound in stats.GetProperty(part).EnumerateObject().Where(bound => bound.Value.ValueKind != JsonValueKind.Object))
            {
                var literal = bound.Value.ValueKind == JsonValueKind.String ? DuckSql.Literal(bound.Value.GetString()!) : bound.Value.GetRawText();
                var type = columns[bound.Name].GetString()! switch { "timestamp" => "::TIMESTAMPTZ", "date" => "::DATE", _ => "" };
                if (duck.Scalar<long>($"SELECT count(*) FROM read_parquet({file}, hive_partitioning = false) WHERE {DuckSql.Name(bound.Name)} {comparison} {literal}{type}") > 0)
                {
                    return $"{path} has values of {bound.Name} beyond its {part}";
                }
            }
        }
        foreach (var count in stats.GetProperty("nullCount").EnumerateObject().Where(count => count.Value.ValueKind == JsonValueKind.Number))
        {
            if (duck.Scalar<long>($"SELECT count(*) FROM read_parquet({file}, hive_partitioning = false) WHERE {DuckSql.Name(count.Name)} IS NULL") != count.Value.GetInt64())
            {
                return $"{path} has another nullCount of {count.Name}";
            }
        }
        return null;
    }

    private static bool Matches(string delta, string duck) => duck == delta switch
    {
        "byte" => "TINYINT",
        "short" => "SMALLINT",
        "integer" => "INTEGER",
        "long" => "BIGINT",
        "string" => "VARCHAR",
        "binary" => "BLOB",
        "timestamp" => "TIMESTAMP WITH TIME ZONE",
        var other => other.ToUpperInvariant(),
    };

    private static string? Checkpoint(DuckConnection duck, string path, Dictionary<string, JsonElement> live, Dictionary<string, long> transactions, JsonElement metadata)
    {
        var file = DuckSql.Literal(path);
        List<string> Texts(string sql)
        {
            using var result = duck.Query(sql);
            return [.. result.Rows().Select(row => string.Join('|', row))];
        }
        var adds = Texts($"SELECT add.path, add.size, add.dataChange, add.stats FROM read_parquet({file}) WHERE add IS NOT NULL").Order(StringComparer.Ordinal);
        var expected = live.Values.Select(add => string.Join('|', add.GetProperty("path").GetString(), add.GetProperty("size").GetInt64(), false, add.GetProperty("stats").GetString())).Order(StringComparer.Ordinal);
        if (!adds.SequenceEqual(expected))
        {
            return "it has other add actions than the log";
        }
        if (!Texts($"SELECT txn.appId, txn.version FROM read_parquet({file}) WHERE txn IS NOT NULL ORDER BY 1").SequenceEqual(transactions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}|{pair.Value}")))
        {
            return "it has other txn actions than the log";
        }
        return Texts($"SELECT metaData.schemaString, metaData.format.provider FROM read_parquet({file}) WHERE metaData IS NOT NULL") is [var one] && one == metadata.GetProperty("schemaString").GetString() + "|parquet"
            && Texts($"SELECT protocol.minReaderVersion, protocol.minWriterVersion FROM read_parquet({file}) WHERE protocol IS NOT NULL") is ["1|2"]
            && Texts($"SELECT count(*) FROM read_parquet({file}) WHERE (add IS NOT NULL)::INT + (remove IS NOT NULL)::INT + (txn IS NOT NULL)::INT + (metaData IS NOT NULL)::INT + (protocol IS NOT NULL)::INT <> 1") is ["0"]
            ? null : "its metaData, protocol or rows are wrong";
    }

    private static string? Pointer(string log)
    {
        var path = Path.Combine(log, "_last_checkpoint");
        if (!File.Exists(path))
        {
            return null;
        }
        using var pointer = JsonDocument.Parse(File.ReadAllText(path));
        var version = pointer.RootElement.GetProperty("version").GetInt64();
        return File.Exists(Path.Combine(log, version.ToString("D20", CultureInfo.InvariantCulture) + ".checkpoint.parquet")) && pointer.RootElement.GetProperty("size").GetInt64() > 0
            ? null : "_last_checkpoint points nowhere";
    }
}
