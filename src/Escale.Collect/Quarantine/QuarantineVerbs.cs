using System.CommandLine;
using System.Globalization;
using Escale.Collect.Steps;
using Escale.Engines.Tables;
using Escale.Projects;

namespace Escale.Collect.Quarantine;

/// <summary><c>escale quarantine ls|show|replay</c>.</summary>
internal static class QuarantineVerbs
{
    private const string Schema = "quarantine";

    public static void Add(Cli cli)
    {
        var group = cli.Group(Schema, "Records that could not be taken in: list, show and replay them");
        cli.Add(group, new Command("ls", "List the quarantine tables, with how many records broke which rule"), ListAsync, examples: ["escale quarantine ls", "escale quarantine ls --json"]);

        var table = new Argument<string>("table") { Description = "The table, such as vessels or bronze.vessels" };
        var limit = new Option<int>("--limit", "-n") { Description = "At most so many records", DefaultValueFactory = _ => 20 };
        var show = new Command("show", "Show records of a table with their place and what is wrong") { table, limit };
        cli.Add(group, show, (call, token) => ShowAsync(call, call.Value(table)!, call.Value(limit), token), examples: ["escale quarantine show vessels", "escale quarantine show vessels -n 5 --json"]);

        var replayed = new Argument<string>("table") { Description = "The table, such as vessels or bronze.vessels" };
        var replay = new Command("replay", "Read the records again under today's contract, and move those that pass into the table") { replayed };
        cli.Add(group, replay, (call, token) => ReplayAsync(call, call.Value(replayed)!, token), examples: ["escale quarantine replay vessels"]);
    }

    private static Task<int> ListAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var lake = call.Get<LakeEngine>();
        using var session = lake.OpenSession();
        var rows = new List<(string Table, string Rule, string Field, long Count, string Latest)>();
        foreach (var name in lake.Catalog.Tables().Where(name => name.Schema == Schema))
        {
            session.Mount(name);
            using var result = session.Connection.Query($"SELECT rule, coalesce(field, ''), count(*), strftime(max(\"at\"), '%Y-%m-%d %H:%M:%S') FROM {name.ToSql()} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2", cancellationToken);
            rows.AddRange(result.Rows().Select(row => (name.Name, (string)row[0]!, (string)row[1]!, Convert.ToInt64(row[2], CultureInfo.InvariantCulture), (string)row[3]!)));
        }
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(rows.Select(row => new { row.Table, row.Rule, row.Field, row.Count, row.Latest }));
        }
        else if (rows.Count == 0)
        {
            call.Output.Line("Nothing is in quarantine.");
        }
        else
        {
            call.Output.Table(["TABLE", "RULE", "FIELD", ">RECORDS", "LATEST"], rows.Select(row => (IReadOnlyList<string>)[row.Table, row.Rule, row.Field, row.Count.ToString("N0", CultureInfo.InvariantCulture), row.Latest]));
        }
        return Task.FromResult(ExitCode.Success);
    }

    private static Task<int> ShowAsync(VerbCall call, string table, int limit, CancellationToken cancellationToken)
    {
        var lake = call.Get<LakeEngine>();
        var name = Find(lake, table);
        using var session = lake.OpenSession();
        session.Mount(name);
        using var result = session.Connection.Query(
            $"SELECT coalesce(file, ''), line, rule, coalesce(field, ''), reason, raw, run, source FROM {name.ToSql()} ORDER BY \"at\" DESC, file, line LIMIT {limit.ToString(CultureInfo.InvariantCulture)}", cancellationToken);
        var rows = result.Rows().ToList();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(rows.Select(row => new { File = row[0], Line = row[1], Rule = row[2], Field = row[3], Reason = row[4], Raw = row[5], Run = row[6], Source = row[7] }));
            return Task.FromResult(ExitCode.Success);
        }
        foreach (var row in rows)
        {
            var place = row[1] is null ? (string)row[0]! : string.Create(CultureInfo.InvariantCulture, $"{row[0]}:{row[1]}");
            call.Output.Line($"{place}  {row[2]}: {row[4]}");
            call.Output.Line($"    {((string)row[5]!).ReplaceLineEndings("\n    ")}");
        }
        return Task.FromResult(ExitCode.Success);
    }

    private static async Task<int> ReplayAsync(VerbCall call, string table, CancellationToken cancellationToken)
    {
        var name = Find(call.Get<LakeEngine>(), table);
        var step = call.Get<Project>().Graph.Assets.Select(asset => asset.Definition).OfType<SourceStep>().FirstOrDefault(step => step.Table.Quarantine == name)
            ?? throw new EscaleException("collect.quarantine-not-found", $"No source of this project fills the table of {name} any more.", "`escale ls --resource-type source` lists the sources.");
        var run = RunId.New(call.Get<TimeProvider>(), SeededRandom.Unpredictable());
        var outcome = await call.Get<QuarantineReplay>().RunAsync(step, run, cancellationToken);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Table = step.Table.Table.ToString(), outcome.Moved, outcome.Left });
        }
        else
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{outcome.Moved:N0} records moved into {step.Table.Table}; {outcome.Left:N0} stay in {name}."));
        }
        return ExitCode.Success;
    }

    private static TableName Find(LakeEngine lake, string text)
    {
        var parts = text.Split('.');
        var name = parts is [var schema, var rest] && schema is not (Schema or "bronze") ? $"{schema}_{rest}" : parts[^1];
        var found = new TableName(Schema, name);
        return lake.Catalog.Exists(found) ? found : throw new EscaleException("collect.quarantine-not-found", $"Nothing of '{text}' is in quarantine.", "`escale quarantine ls` lists what is.");
    }
}
