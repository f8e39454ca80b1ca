using Escale.Collect.Definitions;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;

namespace Escale.Collect.Loading;

/// <summary>Delimited files straight into the table's Parquet file: the reader checks the types and sets aside what does not fit.</summary>
internal sealed class StraightLoad(LakeEngine lake, ParseEngine parser, QuarantineWriter quarantine)
{
    /// <summary>Whether nothing but types is to be checked, and nothing merged.</summary>
    public static bool Fits(LoadJob job, IReadOnlyList<RawRelation> relations, IReadOnlyList<PlannedColumn> plan) =>
        !job.IsStaged && job.Table.Mode != LoadMode.Merge && !job.Table.Lineage && relations.All(relation => relation is CsvRelation)
        && plan.All(column => !column.IsRefused && column.Rule is not { HasChecks: true } && column.Rule is not { IsSpecial: true } && SqlTypes.IsScalar(column.Target))
        && !(job.Table.Contract.DataType is ContractMode.DiscardValue or ContractMode.Freeze && plan.Any(column => !column.IsInferred && column.Target != SqlTypes.Text));

    public async Task<LoadOutcome> RunAsync(LoadJob job, IReadOnlyList<CsvRelation> relations, IReadOnlyList<PlannedColumn> plan, CancellationToken cancellationToken)
    {
        using var lakeSession = lake.OpenSession();
        var types = relations.Select(relation => ReaderTypes(relation, plan)).ToList();
        var write = LoadWrite.Of(job, string.Join("\nUNION ALL\n", relations.Select((relation, i) => Select(relation, types[i], plan, $"rejects_{i}"))));
        var copy = lakeSession.PlanCopy(write with { Columns = await ColumnsAsync(lakeSession.Connection, plan) }, cancellationToken);
        await using var session = await parser.OpenAsync([.. relations.SelectMany(relation => relation.Paths)], [Path.GetDirectoryName(copy.Location)!], cancellationToken);
        var files = await CopyAndScanAsync(job, session, copy, relations, types, plan, cancellationToken);
        try
        {
            using var rejects = job.EarlyRejects();
            for (var i = 0; i < relations.Count; i++)
            {
                await relations[i].TakeRejectsAsync(session.StreamAsync(CsvRelation.RejectsSql($"rejects_{i}"), cancellationToken), rejects);
            }
            RefuseWrongGuesses(rejects, relations, plan);
            LoadWrite.CheckBudget(job, rejects.Count, files.Sum(file => file.RowCount), () => rejects);
            quarantine.Write(job, rejects, cancellationToken);
            Failpoint.Hit("collect.load.before-commit");
            var outcome = lakeSession.Commit(copy, files, cancellationToken);
            return new LoadOutcome(outcome.Version, outcome.Changed, outcome.RowsWritten, outcome.SizeBytes, rejects.Count);
        }
        catch (Exception exception) when (exception is EscaleException or TypesChanged)
        {
            Discard(files);
            throw;
        }
    }

    private async Task<IReadOnlyList<CopiedFile>> CopyAndScanAsync(
        LoadJob job, ParseSession session, CopyPlan copy, IReadOnlyList<CsvRelation> relations, List<List<string>> types, IReadOnlyList<PlannedColumn> plan, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copying = session.CopyAsync(copy.Sql, stop.Token);
        var scanning = Task.Run(() => Scan(relations, types, job.Limits.BrokenLines, stop.Token), stop.Token);
        try
        {
            if (await Task.WhenAny(copying, scanning) == scanning && (await scanning).Any(doubts => doubts.Count > 0))
            {
                await stop.CancelAsync();
            }
            var files = await copying;
            if ((await scanning).Any(doubts => doubts.Count > 0))
            {
                Discard(files);
                throw Replan(job, await scanning, relations, plan);
            }
            return files;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The sandbox is gone; what it had written of the file is not.
            File.Delete(copy.Location);
            throw Replan(job, await scanning, relations, plan);
        }
        catch (Exception exception) when (exception is EscaleException or TooManyBroken)
        {
            await stop.CancelAsync();
            await Task.WhenAny(Task.WhenAll(copying, scanning));
            File.Delete(copy.Location);
            throw;
        }
    }

    private static List<Dictionary<int, string>> Scan(IReadOnlyList<CsvRelation> relations, List<List<string>> types, int maxBroken, CancellationToken cancellationToken)
    {
        var all = new List<Dictionary<int, string>>();
        for (var i = 0; i < relations.Count; i++)
        {
            var doubts = new Dictionary<int, string>();
            foreach (var part in relations[i].Parts)
            {
                foreach (var (column, type) in CsvScan.Run(part.Path, relations[i].Dialect, types[i], cancellationToken, relations[i].CanBeSieved ? maxBroken : int.MaxValue))
                {
                    doubts[column] = doubts.TryGetValue(column, out var other) ? SqlTypes.Widen(other, type) ?? SqlTypes.Text : type;
                }
            }
            all.Add(doubts);
        }
        return all;
    }

    /// <summary>Takes the wider types; when a declared type is in doubt, rows must be judged one by one.</summary>
    private static TypesChanged Replan(LoadJob job, List<Dictionary<int, string>> doubts, IReadOnlyList<CsvRelation> relations, IReadOnlyList<PlannedColumn> plan)
    {
        for (var i = 0; i < relations.Count; i++)
        {
            relations[i].Widen(doubts[i]);
            job.IsStaged |= doubts[i].Keys.Any(column => plan.Any(planned => ColumnPlan.Same(planned.Name, relations[i].Columns[column].Name) && !planned.IsInferred));
        }
        return new TypesChanged();
    }

    /// <summary>A value that does not fit a type that was only inferred is no fault of the row.</summary>
    private static void RefuseWrongGuesses(RejectStore rejects, IReadOnlyList<CsvRelation> relations, IReadOnlyList<PlannedColumn> plan)
    {
        var wrong = rejects.TypeFields
            .Where(field => plan.Any(column => column.IsInferred && ColumnPlan.Same(column.Name, field))).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (wrong.Count == 0)
        {
            return;
        }
        foreach (var relation in relations)
        {
            relation.Widen(relation.Columns.Select((column, i) => (column.Name, i)).Where(pair => wrong.Contains(pair.Name)).ToDictionary(pair => pair.i, _ => SqlTypes.Text));
        }
        throw new TypesChanged();
    }

    private static List<string> ReaderTypes(CsvRelation relation, IReadOnlyList<PlannedColumn> plan) => [.. relation.Columns.Select(column =>
    {
        var target = plan.FirstOrDefault(planned => ColumnPlan.Same(planned.Name, column.Name))?.Target ?? SqlTypes.Text;
        return target == SqlTypes.TimestampTz && column.Type is SqlTypes.Timestamp or SqlTypes.Date ? SqlTypes.Timestamp : target;
    })];

    private static string Select(CsvRelation relation, List<string> types, IReadOnlyList<PlannedColumn> plan, string rejects)
    {
        var columns = plan.Select(column =>
        {
            var index = relation.Columns.ToList().FindIndex(candidate => ColumnPlan.Same(candidate.Name, column.Name));
            var name = DuckSql.Name(column.Name);
            return index < 0 ? $"NULL::{column.Target} AS {name}"
                : types[index] == column.Target ? $"{DuckSql.Name(relation.Columns[index].Name)} AS {name}"
                : types[index] == SqlTypes.Timestamp && column.Target == SqlTypes.TimestampTz
                    // A time without a zone is read as UTC. The cast would ask the calendar of the session's zone for each row.
                    ? $"make_timestamptz(epoch_us({DuckSql.Name(relation.Columns[index].Name)})) AS {name}"
                : $"CAST({DuckSql.Name(relation.Columns[index].Name)} AS {column.Target}) AS {name}";
        });
        return $"SELECT {string.Join(", ", columns)} FROM {relation.ReadSql(types, rejects)}";
    }

    /// <summary>The columns of the SELECT, told by our own engine without reading anything of the files.</summary>
    internal static Task<IReadOnlyList<DuckColumn>> ColumnsAsync(DuckConnection connection, IReadOnlyList<PlannedColumn> plan)
    {
        using var result = connection.Query($"SELECT {string.Join(", ", plan.Select(column => $"NULL::{column.Target} AS {DuckSql.Name(column.Name)}"))} LIMIT 0");
        return Task.FromResult(result.Columns);
    }

    private static void Discard(IReadOnlyList<CopiedFile> files)
    {
        foreach (var file in files)
        {
            File.Delete(file.Location);
        }
    }
}
