using System.Globalization;

using Escale.Collect.Definitions;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Lake;

namespace Escale.Collect.Loading;

/// <summary>Raw rows to a staging file, then judged row by row, then written as the load mode says.</summary>
internal sealed class StagedLoad(LakeEngine lake, ParseEngine parser, QuarantineWriter quarantine)
{
    private const string Batch = "temp.main.escale_batch";

    public async Task<LoadOutcome> RunAsync(LoadJob job, IReadOnlyList<RawRelation> relations, IReadOnlyList<PlannedColumn> plan, Snapshot? current, CancellationToken cancellationToken)
    {
        using var rejects = job.EarlyRejects();
        var stages = new List<string>();
        for (var i = 0; i < relations.Count; i++)
        {
            stages.Add(await StageAsync(job, relations[i], i, rejects, cancellationToken));
        }
        var kept = plan.Where(column => !column.IsRefused).ToList();
        var judge = new RowJudge(job, relations, stages, plan, current);
        using var session = lake.OpenSession();
        return await Task.Run(() => Write(job, session, judge, kept, rejects, cancellationToken), cancellationToken);
    }

    private async Task<string> StageAsync(LoadJob job, RawRelation relation, int index, RejectStore rejects, CancellationToken cancellationToken)
    {
        var target = Path.Combine(job.Workspace, string.Create(CultureInfo.InvariantCulture, $"raw-{index}-{Directory.GetFiles(job.Workspace).Length}.parquet"));
        var table = string.Create(CultureInfo.InvariantCulture, $"staged_{index}");
        await using var session = await parser.OpenAsync(relation.Paths, [job.Workspace], cancellationToken);
        await session.RowsAsync($"COPY ({relation.StageSql(table)}) TO {Sql.Text(target)} (FORMAT parquet, COMPRESSION snappy)", cancellationToken);
        if (relation is CsvRelation csv)
        {
            await csv.TakeRejectsAsync(session.StreamAsync(CsvRelation.RejectsSql(table), cancellationToken), rejects);
        }
        else if (relation is StagedRelation staged && job.Table.Lineage)
        {
            staged.WriteOrigins(RowJudge.OriginsOf(target));
        }
        return target;
    }

    private LoadOutcome Write(LoadJob job, LakeSession session, RowJudge judge, List<PlannedColumn> kept, RejectStore rejects, CancellationToken cancellationToken)
    {
        if (judge.NeedsTable)
        {
            session.Mount(job.Table.Table);
        }
        long good = 0, bad = 0;
        if (judge.Checks.Count > 0)
        {
            (good, bad) = judge.Count(session.Connection, cancellationToken);
            judge.RefuseFatal(session.Connection, cancellationToken);
        }
        else
        {
            good = session.Connection.Scalar<long>($"SELECT count(*) FROM ({judge.Sql})", cancellationToken);
        }
        IEnumerable<RejectedRecord> All() => rejects.Concat(bad == 0 ? [] : judge.Bad(session.Connection, rejects, cancellationToken));
        if (job.Replay is { } replay)
        {
            replay.Judged(bad == 0 ? [] : judge.BadRows(session.Connection, cancellationToken));
        }
        else
        {
            LoadWrite.CheckBudget(job, rejects.Count + bad, good, All);
            quarantine.Write(job, All(), cancellationToken);
        }
        Failpoint.Hit("collect.load.before-commit");
        var columns = kept.Select(column => DuckSql.Name(column.Name)).ToList();
        if (job.Table.Lineage)
        {
            columns.Add($"{Sql.Text(job.Run.Value)} AS _escale_run");
            columns.Add("__shown AS _escale_file");
        }
        var select = $"SELECT {string.Join(", ", columns)} FROM ({judge.Sql}) WHERE __rule = 0";
        var outcome = job.Table.Mode == LoadMode.Merge
            ? Merge(job, session, select, judge, columns, cancellationToken)
            : session.Write(LoadWrite.Of(job, select), cancellationToken);
        return new LoadOutcome(outcome.Version, outcome.Changed, outcome.RowsWritten, outcome.SizeBytes, rejects.Count + bad);
    }

    /// <summary>One row for each key (the last, or the one that dedup_sort puts first), then upsert, insert or delete.</summary>
    private static WriteOutcome Merge(LoadJob job, LakeSession session, string select, RowJudge judge, List<string> columns, CancellationToken cancellationToken)
    {
        var table = job.Table;
        var keys = table.Keys.Select(key => DuckSql.Name(Known(job, columns, key))).ToList();
        var list = string.Join(", ", keys);
        var order = table.DedupSort is { } sort ? $"{DuckSql.Name(Known(job, columns, sort.Column))} {(sort.Descending ? "DESC" : "ASC")} NULLS LAST, __part DESC, __row DESC" : "__part DESC, __row DESC";
        var unique = table.Strategy == MergeStrategy.DeleteInsert && table.HardDelete is null
            ? select
            : $"{select} QUALIFY row_number() OVER (PARTITION BY {list} ORDER BY {order}) = 1";
        var head = judge.Current is null || job.FullRefresh;
        var write = LoadWrite.Of(job, unique);
        if (table.HardDelete is { } flag)
        {
            var column = DuckSql.Name(Known(job, columns, flag));
            var isBoolean = judge.TypeOf(flag) == SqlTypes.Boolean;
            var deleted = isBoolean ? $"{column} IS TRUE" : $"{column} IS NOT NULL";
            session.Connection.Execute($"CREATE OR REPLACE TEMP TABLE escale_batch AS {unique}", cancellationToken);
            var living = $"SELECT * FROM {Batch} WHERE NOT ({deleted})";
            return session.Write(head ? write with { Sql = living } : write with { Sql = living, Mode = WriteMode.ReplaceWhere, Predicate = $"({list}) IN (SELECT {(keys.Count > 1 ? $"({list})" : list)} FROM {Batch})" }, cancellationToken);
        }
        if (head)
        {
            return session.Write(write, cancellationToken);
        }
        return table.Strategy switch
        {
            MergeStrategy.InsertOnly => session.Write(write with { Sql = $"SELECT n.* FROM ({unique}) n WHERE NOT EXISTS (SELECT 1 FROM {table.Table.ToSql()} o WHERE {string.Join(" AND ", keys.Select(key => $"o.{key} = n.{key}"))})" }, cancellationToken),
            MergeStrategy.DeleteInsert => session.Write(write with { Mode = WriteMode.DeleteInsert, Keys = table.Keys }, cancellationToken),
            _ => session.Write(write with { Mode = WriteMode.Merge, Keys = table.Keys }, cancellationToken),
        };
    }

    private static string Known(LoadJob job, List<string> columns, string name)
    {
        var found = columns.Find(column => ColumnPlan.Same(column, DuckSql.Name(name)));
        return found is not null ? found[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : throw new EscaleException(
            "collect.key-missing", $"The source of {job.Table.Table} has no column '{name}', which its primary_key, dedup_sort or hard_delete names.",
            "It has " + string.Join(", ", columns.Take(20)) + ".", job.Table.Place with { Field = name });
    }
}
