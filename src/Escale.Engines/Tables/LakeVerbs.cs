using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary><c>escale lake …</c>: the tables of the lake, their versions, and their upkeep.</summary>
internal static partial class LakeVerbs
{
    private static readonly Argument<string> _table = new("table") { Description = "The table, as schema.name" };
    private static readonly Argument<string?> _anyTable = new("table") { Description = "The table, as schema.name (default: all)", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<string?> _at = new("--at") { Description = "A version: a number, a tag, or a time (UTC)", HelpName = "VERSION" };

    public static void Add(Cli cli)
    {
        var group = cli.Group("lake", "Look at the lake's tables and their versions, and keep them in order");
        AddList(cli, group);
        AddHistory(cli, group);
        AddDiff(cli, group);
        AddRestore(cli, group);
        AddTag(cli, group);
        AddUpkeep(cli, group);
    }

    private static void AddList(Cli cli, Command group)
    {
        var verb = new Command("ls", "List the tables, or the columns of one") { _anyTable, _at };
        cli.Add(group, verb, (call, _) =>
        {
            var catalog = call.Get<LakeCatalog>();
            if (call.Value(_anyTable) is { } name)
            {
                ShowTable(call, At(catalog.Table(TableName.Parse(name)), call.Value(_at)));
            }
            else
            {
                ShowTables(call, catalog);
            }
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake ls", "escale lake ls silver.vessels --at 2026-03-01"]);
    }

    private static void ShowTables(VerbCall call, LakeCatalog catalog)
    {
        var (snapshots, damaged) = Snapshots(catalog);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new
            {
                tables = snapshots.Select(Describe),
                damaged = damaged.Select(one => new { name = one.Name.ToString(), code = one.Error.Code, message = one.Error.Message }),
                views = catalog.Views().Select(view => new { name = view.Name.ToString(), sql = view.Sql, reads = view.Reads.Select(read => read.ToString()) }),
            });
            return;
        }
        var rows = snapshots.Select(snapshot => (string[])
            [$"{snapshot.Table}", "table", Text(snapshot.Version), snapshot.RowCount is { } count ? Text(count) : "?", Text(snapshot.Files.Count), Size(snapshot.SizeBytes), Time(snapshot.Timestamp)])
            .Concat(damaged.Select(one => (string[])[$"{one.Name}", one.Error.Code, "", "", "", "", ""]))
            .Concat(catalog.Views().Select(view => (string[])[$"{view.Name}", "view", "", "", "", "", ""]))
            .OrderBy(row => row[0], StringComparer.Ordinal).ToList();
        if (rows.Count == 0)
        {
            call.Output.Message("The lake is empty. 'escale run' fills it.");
            return;
        }
        call.Output.Table(["name", "kind", ">version", ">rows", ">files", ">size", "changed"], rows);
    }

    // One table that cannot be read must not hide the others.
    private static (List<Snapshot> Whole, List<(TableName Name, EscaleException Error)> Damaged) Snapshots(LakeCatalog catalog)
    {
        var (whole, damaged) = (new List<Snapshot>(), new List<(TableName, EscaleException)>());
        foreach (var name in catalog.Tables())
        {
            try
            {
                if (catalog.Table(name).TryRead() is { } snapshot)
                {
                    whole.Add(snapshot);
                }
            }
            catch (EscaleException exception)
            {
                damaged.Add((name, exception));
            }
        }
        return (whole, damaged);
    }

    private static void ShowTable(VerbCall call, Snapshot snapshot)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(Describe(snapshot));
            return;
        }
        call.Output.Line($"{snapshot.Table}  version {snapshot.Version}, {(snapshot.RowCount is { } rows ? Count(rows, "row") : "? rows")}, {Count(snapshot.Files.Count, "file")}, {Size(snapshot.SizeBytes)}, {Time(snapshot.Timestamp)}");
        call.Output.Table(["column", "type", "comment"], snapshot.Schema.Columns.Select(column => (string[])
            [column.Name, column.Type + (snapshot.PartitionColumns.Contains(column.Name) ? " (partition)" : ""), column.Comment ?? ""]));
    }

    private static object Describe(Snapshot snapshot) => new
    {
        name = snapshot.Table.ToString(),
        version = snapshot.Version,
        data_version = snapshot.DataVersion,
        rows = snapshot.RowCount,
        files = snapshot.Files.Count,
        size_bytes = snapshot.SizeBytes,
        changed = snapshot.Timestamp,
        partition_columns = snapshot.PartitionColumns,
        columns = snapshot.Schema.Columns.Select(column => new { name = column.Name, type = column.Type.ToString(), comment = column.Comment }),
    };

    private static void AddHistory(Cli cli, Command group)
    {
        var limit = new Option<int>("--limit") { Description = "At most so many versions", DefaultValueFactory = _ => 20 };
        var verb = new Command("history", "List the versions of a table, newest first") { _table, limit };
        cli.Add(group, verb, (call, _) =>
        {
            var table = Open(call, call.Value(_table)!);
            var tags = table.Tags().ToLookup(tag => tag.Version, tag => tag.Name);
            var commits = table.History(call.Value(limit));
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(commits.Select(commit => new
                {
                    version = commit.Version, timestamp = commit.Timestamp, operation = commit.Operation, parameters = commit.Parameters, metrics = commit.Metrics,
                    properties = commit.Properties, engine = commit.Engine, tags = tags[commit.Version],
                }));
                return Task.FromResult(ExitCode.Success);
            }
            call.Output.Table([">version", "time", "operation", ">rows +", ">rows -", ">files +", "run", "tags"], commits.Select(commit => (string[])
            [
                Text(commit.Version), Time(commit.Timestamp), commit.Operation, Metric(commit, "numOutputRows"), Metric(commit, "numDeletedRows"),
                Metric(commit, commit.Operation == "OPTIMIZE" ? "numAddedFiles" : "numFiles"), commit.Properties.GetValueOrDefault("escale.run", ""), string.Join(' ', tags[commit.Version]),
            ]));
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake history silver.vessels"]);
    }

    private static void AddRestore(Cli cli, Command group)
    {
        var version = new Argument<string>("version") { Description = "A number, a tag, or a time (UTC)" };
        var verb = new Command("restore", "Make an earlier version the newest again, as a new version") { _table, version };
        cli.Add(group, verb, (call, cancellationToken) =>
        {
            var table = Open(call, call.Value(_table)!);
            var target = table.Read(call.Value(version)!);
            var result = table.Restore(target, cancellationToken);
            Say(call, new { table = table.Name.ToString(), version = result.Version, restored = target.Version }, $"{table.Name} is as it was at version {target.Version}; that is now version {result.Version}.");
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake restore silver.vessels 12", "escale lake restore silver.vessels audited"]);
    }

    private static void AddTag(Cli cli, Command group)
    {
        var name = new Argument<string?>("tag") { Description = "The tag (default: list the tags)", Arity = ArgumentArity.ZeroOrOne };
        var delete = new Option<bool>("--delete") { Description = "Take the tag away" };
        var verb = new Command("tag", "Name a version, which vacuum then keeps; or list the tags") { _table, name, _at, delete };
        cli.Add(group, verb, (call, _) =>
        {
            var table = Open(call, call.Value(_table)!);
            if (call.Value(name) is not { } tag)
            {
                ShowTags(call, table);
            }
            else if (call.Value(delete))
            {
                var gone = table.Untag(tag);
                Say(call, new { table = table.Name.ToString(), tag, deleted = gone }, gone ? $"{table.Name} no longer has the tag '{tag}'." : $"{table.Name} has no tag '{tag}'.");
                return Task.FromResult(gone ? ExitCode.Success : ExitCode.Failure);
            }
            else
            {
                var made = table.Tag(tag, At(table, call.Value(_at)).Version);
                Say(call, new { table = table.Name.ToString(), tag, version = made.Version }, $"Version {made.Version} of {table.Name} is '{tag}'.");
            }
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake tag silver.vessels audited", "escale lake tag silver.vessels audited --at 12", "escale lake tag silver.vessels audited --delete"]);
    }

    private static void ShowTags(VerbCall call, DeltaTable table)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(table.Tags());
            return;
        }
        call.Output.Table(["tag", ">version", "made"], table.Tags().Select(tag => (string[])[tag.Name, Text(tag.Version), Time(tag.Created)]));
    }

    private static DeltaTable Open(VerbCall call, string name)
    {
        var table = call.Get<LakeCatalog>().Table(TableName.Parse(name));
        table.Read();
        return table;
    }

    private static Snapshot At(DeltaTable table, string? at) => at is null ? table.Read() : table.Read(at);

    private static List<DeltaTable> Tables(VerbCall call) => call.Value(_anyTable) is { } name ? [Open(call, name)]
        : [.. call.Get<LakeCatalog>().Tables().Select(call.Get<LakeCatalog>().Table)];

    private static void Say(VerbCall call, object json, string text)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(json);
        }
        else
        {
            call.Output.Line(text);
        }
    }

    private static string Metric(CommitInfo commit, string name) => commit.Metrics.TryGetValue(name, out var value) ? Text(value) : "";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Count(long count, string what) => count == 1 ? "1 " + what : $"{Text(count)} {what}s";

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Size(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double size = bytes;
        var unit = 0;
        for (; size >= 1000 && unit < units.Length - 1; unit++)
        {
            size /= 1000;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(size, unit > 0 && size < 10 ? 1 : 0)} {units[unit]}");
    }
}
