using System.Security.Cryptography;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Engines.Postgres.Copy;
using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>
/// Fills a table beside the published one: columns, rows, keys, indexes, comments and statistics, so that the swap has nothing left to do but
/// exchange them. Rows are written frozen: whoever can see the table sees all of them, whatever the age of his snapshot, so that a reader's
/// long transaction never finds a half-visible table after the swap.
/// </summary>
/// <remarks>Failpoint: <c>warehouse.copy.mid</c>, after the first rows were sent.</remarks>
internal static class Stage
{
    /// <summary>Stages the whole content.</summary>
    /// <param name="duck">Where the model's lake table, and those that it references, are mounted.</param>
    /// <param name="connection">A connection as owner.</param>
    /// <param name="table">The definition.</param>
    /// <param name="record">What to record; its row count is filled in here.</param>
    /// <param name="context">Whom to tell of progress.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    public static async Task<PublishedRow> FillAsync(
        DuckConnection duck, NpgsqlConnection connection, WarehouseTable table, PublishedRow record, StepContext context, CancellationToken cancellationToken)
    {
        var query = Describe(duck, table);
        await PrepareAsync(connection, table, cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Published.ExecuteAsync(connection, CreateSql(table, query), cancellationToken);
            long rowCount;
            using (var rows = duck.Query(query.Sql, cancellationToken))
            {
                rowCount = await CopyLoader.LoadAsync(rows, connection, table.Stage.ToSql(), isFresh: true, Report(context), cancellationToken);
            }
            await Published.ExecuteAsync(connection, ConstraintSql(table, query), cancellationToken);
            record = record with { RowCount = rowCount };
            await Published.WriteStagedAsync(connection, record, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await Published.ExecuteAsync(connection, $"analyze {table.Stage.ToSql()}", cancellationToken);
            return record;
        }
        catch (PostgresException error)
        {
            throw WarehouseErrors.From(error, table);
        }
    }

    /// <summary>The rows that have no match for a foreign key and will point to the unknown member, by column; those with none left out.</summary>
    public static IReadOnlyList<(string Column, long RowCount)> CountUnmatched(DuckConnection duck, WarehouseTable table, CancellationToken cancellationToken)
    {
        var query = Describe(duck, table);
        if (query.CountSql is not { } sql)
        {
            return [];
        }
        using var counts = duck.Query(sql, cancellationToken);
        var row = counts.Rows().Single();
        return [.. query.MappedColumns.Select((column, index) => (Column: column, RowCount: (long)row[index]!))
            .Where(pair => pair.RowCount > 0)];
    }

    /// <summary>What a merge must find unchanged: columns, constraints, and the versions of the tables that keys are matched with, as one hash.</summary>
    public static string Shape(DuckConnection duck, WarehouseTable table, IEnumerable<string> otherVersions) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Shape(table, Describe(duck, table))} {string.Join(' ', otherVersions)}")).AsSpan(0, 16));

    /// <summary>Removes what waits for an asset, from whatever run.</summary>
    public static async Task DropAsync(NpgsqlConnection connection, WarehouseTable table, CancellationToken cancellationToken)
    {
        await Published.ExecuteAsync(connection, $"drop table if exists {table.Stage.ToSql()}, {MergeStage.Deleted(table).ToSql()} cascade", cancellationToken);
        await Published.ForgetStagedAsync(connection, table.AssetId, cancellationToken);
    }

    /// <summary>Makes the schema, empty of this asset's earlier attempts.</summary>
    public static async Task PrepareAsync(NpgsqlConnection connection, WarehouseTable table, CancellationToken cancellationToken)
    {
        // Steps of one run make the same schema at the same time, and "if not exists" is no protection against that.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Published.ExecuteAsync(connection, "select pg_advisory_xact_lock(hashtextextended('escale stage', 0))", cancellationToken);
        await Published.ExecuteAsync(connection, $"create schema if not exists {CopyColumn.QuoteName(table.Stage.Schema)}", cancellationToken);
        await DropAsync(connection, table, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public static StageQuery Describe(DuckConnection duck, WarehouseTable table)
    {
        using var shape = duck.Query($"SELECT * FROM {table.Source.ToSql()} LIMIT 0");
        foreach (var column in shape.Columns)
        {
            if (Encoding.UTF8.GetByteCount(column.Name) > 63)
            {
                throw new EscaleException(
                    "warehouse.name-too-long", $"The column '{column.Name}' of {table.Target} has a name of more than 63 bytes, PostgreSQL's limit.",
                    "Give it a shorter alias in the model.", table.Place);
            }
        }
        return new StageQuery(table, shape.Columns);
    }

    public static Action<long> Report(StepContext context)
    {
        var hasBegun = false;
        return rowCount =>
        {
            if (!hasBegun)
            {
                hasBegun = true;
                Failpoint.Hit("warehouse.copy.mid");
            }
            context.Progress?.Report(new StepProgress(RowCount: rowCount, Doing: "publishing"));
        };
    }

    private static string CreateSql(WarehouseTable table, StageQuery query)
    {
        var notNull = table.NotNull.Concat(table.PrimaryKey).Select(name => query.Find(name).Name).ToHashSet(StringComparer.Ordinal);
        var columns = query.Columns.Select(column =>
            $"{CopyColumn.QuoteName(column.Name)} {column.PostgresType}{(notNull.Contains(column.Name) ? " not null" : "")}");
        return $"create table {table.Stage.ToSql()} ({string.Join(", ", columns)})";
    }

    private static string ConstraintSql(WarehouseTable table, StageQuery query)
    {
        var sql = new StringBuilder();
        var name = table.Stage.ToSql();
        string Names(IEnumerable<string> columns) => string.Join(", ", columns.Select(column => CopyColumn.QuoteName(query.Find(column).Name)));
        static string Called(string? constraint) => constraint is null ? "" : $"constraint {CopyColumn.QuoteName(constraint)} ";
        if (table.PrimaryKey.Count > 0)
        {
            sql.AppendLine($"alter table {name} add primary key ({Names(table.PrimaryKey)});");
        }
        foreach (var unique in table.Unique)
        {
            sql.AppendLine($"alter table {name} add {Called(unique.Name)}unique ({Names(unique.Columns)});");
        }
        foreach (var check in table.Checks)
        {
            sql.AppendLine($"alter table {name} add {Called(check.Name)}check ({check.Expression}\n);");
        }
        foreach (var index in table.Indexes)
        {
            sql.AppendLine($"create {(index.IsUnique ? "unique " : "")}index on {name} using {index.Method} ({Names(index.Columns)});");
        }
        if (table.Description.Length > 0)
        {
            sql.AppendLine($"comment on table {name} is {Literal(table.Description)};");
        }
        foreach (var (column, description) in table.ColumnDescriptions.Where(pair => pair.Value.Length > 0))
        {
            sql.AppendLine($"comment on column {name}.{CopyColumn.QuoteName(query.Find(column).Name)} is {Literal(description)};");
        }
        return sql.Length == 0 ? "select 1" : sql.ToString();
    }

    // COMMENT takes no parameters; with backslashes and quotes escaped, an E'' string is safe whatever standard_conforming_strings says.
    private static string Literal(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)}'";

    private static string Shape(WarehouseTable table, StageQuery query) => CreateSql(table, query) + ConstraintSql(table, query)
        + string.Join(';', table.References.Select(reference => $"{string.Join(',', reference.Columns)}>{reference.Target}({string.Join(',', reference.TargetColumns)})"));
}
