using System.Globalization;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Dbt;
using Escale.Transform.SqlModels;

namespace Escale.Transform.Seeds;

/// <summary>Loads seeds: CSV files of the project, small and part of its code, into lake tables. Types are inferred from all rows unless declared.</summary>
/// <param name="engine">The lake.</param>
public sealed partial class SeedRunner(LakeEngine engine) : IStepRunner
{
    /// <inheritdoc/>
    public string Kind => "seed";

    /// <inheritdoc/>
    public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken) =>
        ValueTask.FromResult(asset.Table is { } table ? LakeState.Of(engine.Catalog, table) : null);

    /// <inheritdoc/>
    public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Run(() => Run(context, (Seed)context.Asset.Definition!, cancellationToken), cancellationToken);

    private StepResult Run(StepContext context, Seed seed, CancellationToken cancellationToken)
    {
        if (LakeState.IsDone(engine.Catalog, context, seed.Table, out var done))
        {
            return new StepResult { Changed = false, Version = done!.Version, Summary = "already there" };
        }
        using var session = engine.OpenSession();
        try
        {
            var outcome = session.Write(
                new TableWrite
                {
                    Table = seed.Table,
                    Sql = $"SELECT * FROM {ReadCsv(seed, TypesOf(session, seed, cancellationToken))}",
                    Mode = WriteMode.Overwrite,
                    SchemaChange = SchemaChange.Replace,
                    Properties = LakeState.Properties(context),
                    Description = context.Asset.Description,
                    Comments = seed.Columns.Where(column => column.Description.Length > 0).DistinctBy(column => column.Name, StringComparer.OrdinalIgnoreCase)
                        .ToDictionary(column => column.Name, column => column.Description),
                }, cancellationToken);
            return new StepResult
            {
                Changed = outcome.Changed,
                Version = engine.Catalog.Table(seed.Table).Read().DataVersion.ToString(CultureInfo.InvariantCulture),
                RowCount = outcome.RowsWritten,
                SizeBytes = outcome.SizeBytes,
                Summary = "seed",
            };
        }
        catch (EscaleException error) when (error.Code.StartsWith("engines.duckdb.", StringComparison.Ordinal))
        {
            throw Explain(seed, error);
        }
    }

    private static string ReadCsv(Seed seed, string options) =>
        $"read_csv({DuckSql.Literal(seed.FilePath)}, header = true, delim = {DuckSql.Literal(seed.Delimiter)}, sample_size = -1{options})";

    /// <summary>The declared types with the names as the file spells them.</summary>
    private static string TypesOf(LakeSession session, Seed seed, CancellationToken cancellationToken)
    {
        if (seed.ColumnTypes.Count == 0)
        {
            return "";
        }
        using var result = session.Connection.Query($"SELECT * FROM {ReadCsv(seed, ", all_varchar = true")} LIMIT 0", cancellationToken);
        var names = result.Columns.Select(column => column.Name).ToList();
        var types = seed.ColumnTypes.Select(pair => names.Find(name => name.Equals(pair.Key, StringComparison.OrdinalIgnoreCase)) is { } name
            ? $"{DuckSql.Literal(name)}: {DuckSql.Literal(pair.Value)}"
            : throw new EscaleException(
                "transform.seed-column", $"The seed '{seed.Name}' has no column '{pair.Key}' to give a type.",
                Nearest.Remedy(pair.Key, names, $"Its columns are {string.Join(", ", names)}."),
                (seed.Config.PlaceOf("column_types") ?? new Place(seed.Path)) with { Field = pair.Key }));
        return $", types = {{{string.Join(", ", types)}}}";
    }

    private static EscaleException Explain(Seed seed, EscaleException error)
    {
        var line = LineOf().Match(error.Message) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : (int?)null;
        var first = error.Message.Split('\n').FirstOrDefault(text => text.Length > 0) ?? error.Message;
        return new EscaleException(
            "transform.seed-unreadable", $"The seed '{seed.Name}' cannot be read: {first}", "Correct the file, or declare the column's type with column_types.",
            new Place(seed.Path, line, Table: seed.Table.ToString()), error);
    }

    [GeneratedRegex(@"\b[Ll]ine:? (\d+)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex LineOf();
}
