using Escale.Engines.DuckDb;
using Escale.Engines.Postgres.Copy;
using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>
/// An incremental model's changes since what is published: the rows of the files that its lake table has gained, and the keys of those in the
/// files that it has lost. Files are replaced whole, so that some of the rows are unchanged; merging them changes nothing.
/// </summary>
internal static class MergeStage
{
    /// <summary>The name under which rows of files that were added are mounted in DuckDB.</summary>
    public static TableName Added(WarehouseTable table) => new(table.Source.Schema, Short(table.Source.Name, "__added"));

    /// <summary>The name under which rows of files that were removed are mounted in DuckDB.</summary>
    public static TableName Removed(WarehouseTable table) => new(table.Source.Schema, Short(table.Source.Name, "__removed"));

    /// <summary>The staged keys of rows that are gone.</summary>
    public static TableName Deleted(WarehouseTable table) => new(table.Stage.Schema, Short(table.Stage.Name, "__gone"));

    /// <summary>Stages the changes. In DuckDB, <see cref="Added"/> and <see cref="Removed"/> are mounted.</summary>
    public static async Task<PublishedRow> FillAsync(
        DuckConnection duck, NpgsqlConnection connection, WarehouseTable table, PublishedRow record, StepContext context, CancellationToken cancellationToken)
    {
        var added = table with { Source = Added(table), IsDimension = false };
        var query = Stage.Describe(duck, added);
        var keys = string.Join(", ", table.MergeKey.Select(key => CopyColumn.QuoteName(query.Find(key).Name)));
        var gone = new StageQuery(
            table with { Source = Removed(table), References = [], IsDimension = false },
            [.. table.MergeKey.Select(query.Find)]);
        await Stage.PrepareAsync(connection, table, cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Published.ExecuteAsync(
                connection,
                $"create table {table.Stage.ToSql()} (like {table.Target.ToSql()} including defaults); create table {Deleted(table).ToSql()} as select {keys} from {table.Target.ToSql()} limit 0",
                cancellationToken);
            long rowCount;
            using (var rows = duck.Query(query.Sql, cancellationToken))
            {
                rowCount = await CopyLoader.LoadAsync(rows, connection, table.Stage.ToSql(), isFresh: true, Stage.Report(context), cancellationToken);
            }
            using (var rows = duck.Query(
                $"SELECT {string.Join(", ", gone.Columns.Select(column => column.Expression))} FROM {Removed(table).ToSql()} ANTI JOIN {Added(table).ToSql()} USING ({keys})",
                cancellationToken))
            {
                await CopyLoader.LoadAsync(rows, connection, Deleted(table).ToSql(), isFresh: true, null, cancellationToken);
            }
            record = record with { RowCount = rowCount, IsMerge = true };
            await Published.WriteStagedAsync(connection, record, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await Published.ExecuteAsync(connection, $"analyze {table.Stage.ToSql()}, {Deleted(table).ToSql()}", cancellationToken);
            return record;
        }
        catch (PostgresException error)
        {
            throw WarehouseErrors.From(error, table);
        }
    }

    /// <summary>Merges what is staged. Part of the swap's transaction.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, WarehouseTable table, CancellationToken cancellationToken)
    {
        var columns = await ColumnsAsync(connection, table.Target, cancellationToken);
        var keys = table.MergeKey.Select(key => columns.First(column => string.Equals(column, key, StringComparison.OrdinalIgnoreCase))).ToList();
        var (target, stage) = (table.Target.ToSql(), table.Stage.ToSql());
        var names = string.Join(", ", columns.Select(CopyColumn.QuoteName));
        string On(string other) => string.Join(" and ", keys.Select(key => $"t.{CopyColumn.QuoteName(key)} = {other}.{CopyColumn.QuoteName(key)}"));
        var others = columns.Except(keys).Select(CopyColumn.QuoteName).ToList();
        var isChanged = string.Join(" or ", others.Select(column => $"t.{column} is distinct from s.{column}"));
        try
        {
            foreach (var reference in table.References.Where(reference => reference.MapsUnknown))
            {
                await UnknownMember.PointToAsync(
                    connection, stage, CopyColumn.QuoteName(reference.Columns[0]), reference.Target.ToSql(), CopyColumn.QuoteName(reference.TargetColumns[0]), cancellationToken);
            }
            await Published.ExecuteAsync(connection, $"delete from {target} t using {Deleted(table).ToSql()} d where {On("d")}", cancellationToken);
            if (others.Count > 0)
            {
                await Published.ExecuteAsync(
                    connection, $"update {target} t set {string.Join(", ", others.Select(column => $"{column} = s.{column}"))} from {stage} s where {On("s")} and ({isChanged})",
                    cancellationToken);
            }
            await Published.ExecuteAsync(
                connection, $"insert into {target} ({names}) select {names} from {stage} s where not exists (select from {target} t where {On("s")})", cancellationToken);
            await Published.ExecuteAsync(connection, $"drop table {stage}, {Deleted(table).ToSql()}", cancellationToken);
        }
        catch (PostgresException error)
        {
            throw WarehouseErrors.From(error, table);
        }
    }

    private static async Task<List<string>> ColumnsAsync(NpgsqlConnection connection, TableName table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select attname::text from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass($1) and attnum > 0 and not attisdropped order by attnum", connection)
        {
            Parameters = { new() { Value = table.ToSql() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            columns.Add(reader.GetString(0));
        }
        return columns;
    }

    private static string Short(string name, string suffix) => name[..Math.Min(name.Length, 63 - suffix.Length)] + suffix;
}
