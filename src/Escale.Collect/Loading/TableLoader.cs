using Escale.Collect.Definitions;
using Escale.Engines.Tables;
using Escale.Lake;

namespace Escale.Collect.Loading;

/// <summary>
/// Brings a batch into its table. Two ways lead there. The straight one copies delimited files whose types the reader itself can check into
/// the table's Parquet file, in one pass. The staged one copies raw columns to a staging file first, judges every row against the contract,
/// and merges where that is asked for. Either way: what is rejected is committed to quarantine first, then rows and cursor in one commit.
/// Failpoints: <c>collect.quarantine.committed</c>, <c>collect.load.before-commit</c>, <c>collect.load.committed</c>.
/// </summary>
internal sealed class TableLoader(LakeEngine lake, ParseEngine parser, QuarantineWriter quarantine)
{
    private const int MaxPlans = 5;

    /// <exception cref="EscaleException">
    /// <c>collect.too-many-failed</c>, <c>collect.contract-*</c>, <c>collect.type-changed</c>; the table is then as it was.
    /// </exception>
    public async Task<LoadOutcome> LoadAsync(LoadJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(job, cancellationToken);
        }
        finally
        {
            job.Sieved?.Dispose();
        }
    }

    private async Task<LoadOutcome> TryAsync(LoadJob job, CancellationToken cancellationToken)
    {
        var relations = await RelationsAsync(job, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var current = lake.Catalog.Exists(job.Table.Table) ? lake.Catalog.Table(job.Table.Table).TryRead() : null;
            var plan = ColumnPlan.Make(job.Table, Incoming(relations), current?.Schema, job.Replaces);
            if (plan.All(column => column.IsRefused))
            {
                return Nothing(job, current);
            }
            try
            {
                var outcome = StraightLoad.Fits(job, relations, plan)
                    ? await new StraightLoad(lake, parser, quarantine).RunAsync(job, [.. relations.Cast<CsvRelation>()], plan, cancellationToken)
                    : await new StagedLoad(lake, parser, quarantine).RunAsync(job, relations, plan, current, cancellationToken);
                Failpoint.Hit("collect.load.committed");
                return outcome;
            }
            catch (TypesChanged) when (attempt < MaxPlans)
            {
                // The relations know better types now.
            }
            catch (Exception exception) when (job.Sieved is null && IsTooMuchBroken(exception) && relations.OfType<CsvRelation>().Any(relation => relation.CanBeSieved))
            {
                Sieve(job, relations, cancellationToken);
            }
        }
    }

    /// <summary>The reader keeps in memory what it sets aside, which may also be more than its process has.</summary>
    private static bool IsTooMuchBroken(Exception exception) =>
        exception is TooManyBroken or EscaleException { Code: "engines.sandbox.died" or "engines.duckdb.out-of-memory" };

    private static void Sieve(LoadJob job, IReadOnlyList<RawRelation> relations, CancellationToken cancellationToken)
    {
        job.Sieved = new RejectStore(job.Workspace, job.Limits, []);
        foreach (var relation in relations.OfType<CsvRelation>().Where(relation => relation.CanBeSieved))
        {
            relation.Sieve(job.Workspace, job.Sieved.Add, cancellationToken);
        }
    }

    /// <summary>A source without a single column: no table can be made of it.</summary>
    private static LoadOutcome Nothing(LoadJob job, Snapshot? current) => current is not null
        ? new LoadOutcome(current.DataVersion, Changed: false, 0, 0, 0)
        : throw new EscaleException(
            "collect.no-columns", $"The source of {job.Table.Table} gave no records yet, so its columns are not known.",
            "Declare them under 'columns:', then the table is made empty.", job.Table.Place);

    private async Task<IReadOnlyList<RawRelation>> RelationsAsync(LoadJob job, CancellationToken cancellationToken)
    {
        var relations = new List<RawRelation>();
        var csv = new List<List<CsvPart>>();
        foreach (var part in job.Intake.Parts)
        {
            switch (part)
            {
                case CsvPart { Dialect.Columns.Count: > 0 } delimited:
                    var alike = csv.Find(group => group[0].Dialect.ReadsLike(delimited.Dialect));
                    if (alike is null)
                    {
                        csv.Add(alike = []);
                    }
                    alike.Add(delimited);
                    break;
                case StagedPart staged when staged.Stage.Count > 0 || staged.Stage.Shape.Columns(NestedAs.Typed).Count > 0:
                    relations.Add(new StagedRelation(staged, job.Table.Nested));
                    break;
            }
        }
        relations.InsertRange(0, csv.Select(group => new CsvRelation(group)));
        var parquet = job.Intake.Parts.OfType<ParquetPart>().ToList();
        if (parquet.Count > 0)
        {
            await using var session = await parser.OpenAsync([.. parquet.Select(part => part.Path)], [], cancellationToken);
            var columns = await session.DescribeAsync($"SELECT * EXCLUDE (filename, file_row_number) FROM {ParquetRelation.ReadSql(parquet)}", cancellationToken);
            relations.Add(new ParquetRelation(parquet, columns));
        }
        return relations;
    }

    private static List<(string Name, string Type)> Incoming(IReadOnlyList<RawRelation> relations)
    {
        var columns = new List<(string Name, string Type)>();
        foreach (var (name, type) in relations.SelectMany(relation => relation.Columns))
        {
            var known = columns.FindIndex(column => ColumnPlan.Same(column.Name, name));
            if (known < 0)
            {
                columns.Add((name, type));
            }
            else
            {
                columns[known] = (columns[known].Name, SqlTypes.Widen(columns[known].Type, type) ?? SqlTypes.Text);
            }
        }
        return columns;
    }
}

/// <summary>What every load says to the lake.</summary>
internal static class LoadWrite
{
    public static TableWrite Of(LoadJob job, string sql) => new()
    {
        Table = job.Table.Table,
        Sql = sql,
        Mode = job.Replaces ? WriteMode.Overwrite : WriteMode.Append,
        SchemaChange = job.Replaces ? SchemaChange.Replace : SchemaChange.AddAndWiden,
        Operation = "COLLECT",
        Txn = job.Replay is { } replay ? (replay.AppId, replay.Number) : job.Intake.Position is { } position ? ($"stream.{((Streams.StreamSettings)job.Table.Settings).Stream}", position) : null,
        Properties = job.Properties,
        Comments = job.Table.Columns.Where(rule => rule.Description.Length > 0).ToDictionary(rule => rule.Name, rule => rule.Description),
        Description = job.Table.Description.Length > 0 ? job.Table.Description : null,
    };

    /// <summary>Refuses a load that lost more rows than its budget allows.</summary>
    public static void CheckBudget(LoadJob job, long failed, long good, Func<IEnumerable<RejectedRecord>> sample)
    {
        var budget = job.Table.MaxFailed;
        var empties = job.Replaces && good == 0 && failed > 0 && budget == FailureBudget.None;
        if (!empties && !budget.IsExceeded(failed, failed + good))
        {
            return;
        }
        var examples = sample().Take(3).Select(record => $"\n  {new Place(record.File, (int?)record.Line)}: {record.Reason} in {Shorten(record.Raw)}");
        throw new EscaleException(
            "collect.too-many-failed",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{failed:N0} of {failed + good:N0} rows of {job.Table.Table} cannot be taken in; {(empties ? "none is left" : $"its budget is {budget}")}.{string.Concat(examples)}"),
            $"Correct the source or the columns of the table; `escale quarantine show {job.Table.Quarantine.Name}` lists the rows.", job.Table.Place);
    }

    private static string Shorten(string raw) => raw.Length <= 120 ? raw : raw[..120] + "…";
}
