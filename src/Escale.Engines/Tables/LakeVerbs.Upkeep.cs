using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

internal static partial class LakeVerbs
{
    private static void AddDiff(Cli cli, Command group)
    {
        var from = new Option<string?>("--from") { Description = "The older version: a number, a tag, or a time (default: the one before --to)", HelpName = "VERSION" };
        var to = new Option<string?>("--to") { Description = "The newer version (default: the newest)", HelpName = "VERSION" };
        var keys = new Option<string[]>("--key") { Description = "Columns by which rows are the same row", AllowMultipleArgumentsPerToken = true };
        var limit = new Option<int>("--limit") { Description = "Rows to show", DefaultValueFactory = _ => 20 };
        var verb = new Command("diff", "Show the rows in which two versions of a table differ") { _table, from, to, keys, limit };
        cli.Add(group, verb, (call, cancellationToken) =>
        {
            var table = Open(call, call.Value(_table)!);
            var newer = At(table, call.Value(to));
            var older = call.Value(from) is { } at ? table.Read(at) : newer.Version > 0 ? table.Read(newer.Version - 1)
                : throw new EscaleException("lake.version-not-found", $"There is no version before version 0 of {table.Name}.", "Give --from and --to.");
            ShowDiff(call, older, newer, call.Value(keys) ?? [], call.Value(limit), cancellationToken);
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake diff silver.vessels", "escale lake diff silver.vessels --from 3 --to audited --key imo"]);
    }

    private static void ShowDiff(VerbCall call, Snapshot older, Snapshot newer, string[] keys, int limit, CancellationToken cancellationToken)
    {
        if (keys.FirstOrDefault(key => newer.Schema.Find(key) is null || older.Schema.Find(key) is null) is { } absent)
        {
            throw new EscaleException("tables.no-such-key", $"{newer.Table} has no column '{absent}' in both versions.", "Name a column with --key.", new Place(null, Table: newer.Table.ToString(), Field: absent));
        }
        using var session = call.Get<LakeEngine>().OpenSession();
        var counts = session.CountDifferences(older, newer, keys, cancellationToken);
        using var rows = session.Diff(older, newer, keys, limit, cancellationToken);
        var names = rows.Columns.Select(column => column.Name).ToList();
        var shown = new List<string[]>();
        while (rows.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var cells = new string[names.Count];
                for (var column = 0; column < cells.Length; column++)
                {
                    cells[column] = chunk[column].Text(row);
                }
                shown.Add(cells);
            }
        }
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { table = newer.Table.ToString(), from = older.Version, to = newer.Version, counts, columns = names, rows = shown });
            return;
        }
        call.Output.Line($"{newer.Table} from version {older.Version} to {newer.Version}: {counts.Added} added, {counts.Removed} removed, {counts.Changed} changed");
        if (shown.Count > 0)
        {
            call.Output.Table(names, shown);
        }
    }

    private static void AddUpkeep(Cli cli, Command group)
    {
        AddCompact(cli, group);
        AddVacuum(cli, group);
        AddVerify(cli, group);
        cli.Add(group, new Command("checkpoint", "Write a checkpoint, after which a table opens without its older log entries") { _anyTable }, (call, _) =>
        {
            var done = Tables(call).Select(table => new { table = table.Name.ToString(), version = table.Checkpoint() }).ToList();
            Say(call, done, string.Join('\n', done.Select(one => $"{one.table}  checkpoint at version {one.version}")));
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake checkpoint silver.vessels"]);
    }

    private static void AddCompact(Cli cli, Command group)
    {
        var size = new Option<int>("--file-size") { Description = "Size of the files to make, in MB", DefaultValueFactory = _ => 128, HelpName = "MB" };
        var verb = new Command("compact", "Put small files together; the rows stay the same") { _anyTable, size };
        cli.Add(group, verb, (call, cancellationToken) =>
        {
            using var session = call.Get<LakeEngine>().OpenSession();
            var done = Tables(call).Select(table => (table.Name, Outcome: session.Compact(table.Name, Math.Max(1, call.Value(size)) * 1_000_000L, cancellationToken))).ToList();
            Say(call, done.Select(one => new { table = one.Name.ToString(), outcome = one.Outcome }), string.Join('\n', done.Select(one => one.Outcome.FilesBefore == 0
                ? $"{one.Name}  nothing to do" : $"{one.Name}  {Count(one.Outcome.FilesBefore, "file")} became {one.Outcome.FilesAfter} ({Size(one.Outcome.SizeBytes)}), version {one.Outcome.Version}")));
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake compact", "escale lake compact bronze.ais --file-size 256"]);
    }

    private static void AddVacuum(Cli cli, Command group)
    {
        var retain = new Option<double?>("--retain") { Description = "Hours for which files that left the table are kept (default: the table's, else 168)", HelpName = "HOURS" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be deleted" };
        var force = new Option<bool>("--force") { Description = "Allow fewer hours than the table's retention" };
        var verb = new Command("vacuum", "Delete the files that no kept version needs") { _anyTable, retain, dryRun, force };
        cli.Add(group, verb, (call, cancellationToken) =>
        {
            TimeSpan? retention = call.Value(retain) is { } hours ? TimeSpan.FromHours(hours) : null;
            var done = Tables(call).Select(table => (table.Name, Result: table.Vacuum(retention, call.Value(dryRun), call.Value(force), cancellationToken))).ToList();
            Say(call, done.Select(one => new { table = one.Name.ToString(), result = one.Result }), string.Join('\n', done.Select(one => string.Create(CultureInfo.InvariantCulture,
                $"{one.Name}  {(one.Result.DryRun ? "would delete" : "deleted")} {Count(one.Result.Files.Count, "file")} ({Size(one.Result.SizeBytes)}) and {Count(one.Result.LogEntries, "log file")}"))));
            return Task.FromResult(ExitCode.Success);
        }, examples: ["escale lake vacuum --dry-run", "escale lake vacuum bronze.ais --retain 336"]);
    }

    private static void AddVerify(Cli cli, Command group)
    {
        var verb = new Command("verify", "Compare every log entry and data file with its checksum; exits 1 when one is damaged") { _anyTable };
        cli.Add(group, verb, (call, cancellationToken) =>
        {
            var catalog = call.Get<LakeCatalog>();
            var names = call.Value(_anyTable) is { } name ? [TableName.Parse(name)] : catalog.Tables();
            var done = names.Select(table => (Name: table, Result: catalog.Exists(table) ? catalog.Table(table).Verify(cancellationToken) : throw NoTable(table))).ToList();
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(done.Select(one => new { table = one.Name.ToString(), result = one.Result }));
            }
            foreach (var (table, result) in call.Output.IsJson ? [] : done)
            {
                call.Output.Line($"{table}  {Count(result.FilesChecked, "data file")}, {Count(result.EntriesChecked, "log file")}: {(result.Problems.Count == 0 ? "whole" : $"{result.Problems.Count} damaged")}"
                    + (result.FilesWithoutChecksum > 0 ? $" ({result.FilesWithoutChecksum} files of another program compared by size only)" : ""));
                foreach (var problem in result.Problems)
                {
                    call.Output.Line($"  {problem.File}  {problem.What}");
                }
            }
            return Task.FromResult(done.Exists(one => one.Result.Problems.Count > 0) ? ExitCode.Failure : ExitCode.Success);
        }, examples: ["escale lake verify", "escale lake verify gold.fact_port_call --json"]);
    }

    private static EscaleException NoTable(TableName name) => new(
        "lake.table-not-found", $"There is no table {name} in the lake.", "See 'escale lake ls' for the tables there are.", new Place(null, Table: name.ToString()));
}
