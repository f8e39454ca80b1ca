using Escale.Engines.Postgres.Copy;
using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>
/// Puts everything that a run staged in the place of what stood, in one transaction: readers see all of the old or all of the new. A new
/// table takes the old one's name; views, rights and keys that others built on it are made again over the new one. Everything slow (rows,
/// indexes, keys between the new tables) was done before any lock is taken: readers wait for milliseconds.
/// </summary>
/// <remarks>
/// All locks are taken at once and given back when one does not come in time, so that a reader who holds one table and wants another is
/// never part of a deadlock. Failpoints: <c>warehouse.before-swap</c>, <c>warehouse.after-swap</c>.
/// </remarks>
internal sealed class Swap(NpgsqlConnection connection, IReadOnlyList<(WarehouseTable Table, PublishedRow Row)> staged, TimeProvider clock)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private readonly List<WarehouseTable> _replaced = [.. staged.Where(entry => !entry.Row.IsMerge).Select(entry => entry.Table)];

    /// <summary>Does it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("select set_config('search_path', '', true); select pg_advisory_xact_lock(hashtextextended('escale swap', 0))", cancellationToken);
        foreach (var schema in staged.Select(entry => entry.Table.Target.Schema).Distinct())
        {
            await ExecuteAsync($"create schema if not exists {CopyColumn.QuoteName(schema)}", cancellationToken);
            await ForReaderAsync($"grant usage on schema {CopyColumn.QuoteName(schema)} to escale_reader", cancellationToken);
        }
        foreach (var table in _replaced)
        {
            await AddKeysAsync(table, cancellationToken);
        }
        var old = await OldTablesAsync(cancellationToken);
        var dependents = await Dependents.ReadAsync(connection, [.. old.Values], cancellationToken);
        await LockAsync([.. dependents.Views.Where(view => !view.IsMaterialized).Select(view => view.Name), .. old.Keys.Select(table => table.Target.ToSql())], cancellationToken);
        await dependents.DropAsync(connection, cancellationToken);
        await ExchangeAsync(old, cancellationToken);
        foreach (var (table, row) in staged.Where(entry => entry.Row.IsMerge))
        {
            await MergeStage.ApplyAsync(connection, table, cancellationToken);
        }
        await dependents.RestoreAsync(connection, cancellationToken);
        foreach (var (table, row) in staged)
        {
            await Published.WriteAsync(connection, row with { RowCount = row.IsMerge ? await CountAsync(table, cancellationToken) : row.RowCount }, cancellationToken);
            await Published.ForgetStagedAsync(connection, table.AssetId, cancellationToken);
        }
        Failpoint.Hit("warehouse.before-swap");
        await transaction.CommitAsync(cancellationToken);
        Failpoint.Hit("warehouse.after-swap");
    }

    /// <summary>Foreign keys of a new table: to the new table where the target is swapped too, else to what stands.</summary>
    private async Task AddKeysAsync(WarehouseTable table, CancellationToken cancellationToken)
    {
        foreach (var reference in table.References)
        {
            var isSwapped = _replaced.Any(other => other.Target == reference.Target);
            var target = isSwapped ? new TableName($"{reference.Target.Schema}_stage", reference.Target.Name) : reference.Target;
            if (!isSwapped && !await ExistsAsync(target, cancellationToken))
            {
                continue; // Not published yet: the key comes when this table is published after it.
            }
            var columns = await NamesAsync(table.Stage, reference.Columns, cancellationToken);
            var targetColumns = await NamesAsync(target, reference.TargetColumns, cancellationToken);
            if (!isSwapped && reference.MapsUnknown)
            {
                // What stands may be another version than the one that the rows were matched with.
                await UnknownMember.PointToAsync(connection, table.Stage.ToSql(), columns[0], target.ToSql(), targetColumns[0], cancellationToken);
            }
            var name = reference.Name is null ? "" : $"constraint {CopyColumn.QuoteName(reference.Name)} ";
            try
            {
                await ExecuteAsync(
                    $"alter table {table.Stage.ToSql()} add {name}foreign key ({string.Join(", ", columns)}) references {target.ToSql()} ({string.Join(", ", targetColumns)})",
                    cancellationToken);
            }
            catch (PostgresException error)
            {
                throw WarehouseErrors.From(error, table);
            }
        }
    }

    private async Task<Dictionary<WarehouseTable, uint>> OldTablesAsync(CancellationToken cancellationToken)
    {
        var old = new Dictionary<WarehouseTable, uint>();
        foreach (var table in _replaced)
        {
            await using var command = new NpgsqlCommand(
                """
                select c.oid, exists (select from escale.published where asset_id = $2)
                from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass($1)
                """,
                connection)
            {
                Parameters = { new() { Value = table.Target.ToSql() }, new() { Value = table.AssetId } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                continue;
            }
            old[table] = reader.GetBoolean(1) ? reader.GetFieldValue<uint>(0) : throw new EscaleException(
                "warehouse.table-exists", $"{table.Target} exists in PostgreSQL and was not published by this project.",
                "Rename or drop it, or publish to another schema (warehouse: schema: in escale.yml).", table.Place);
        }
        return old;
    }

    private async Task LockAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return;
        }
        var start = clock.GetTimestamp();
        // Always below PostgreSQL's deadlock_timeout of a second: in a deadlock it is we who give way.
        for (var timeoutMs = 50; ; timeoutMs = Math.Min(timeoutMs * 2, 800))
        {
            try
            {
                await ExecuteAsync(
                    FormattableString.Invariant($"savepoint locking; set local lock_timeout = {timeoutMs}; lock table {string.Join(", ", names)} in access exclusive mode"),
                    cancellationToken);
                await ExecuteAsync("set local lock_timeout = 0", cancellationToken);
                return;
            }
            catch (PostgresException error) when (error.SqlState is "55P03" or "40P01" && clock.GetElapsedTime(start) < _patience)
            {
                await ExecuteAsync("rollback to savepoint locking", cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(timeoutMs / 2), clock, cancellationToken);
            }
            catch (PostgresException error) when (error.SqlState is "55P03" or "40P01")
            {
                throw new EscaleException(
                    "warehouse.busy", $"Somebody has been reading the published tables without a pause for {_patience.TotalMinutes:0} minutes.",
                    "Find the long query in pg_stat_activity, end it, and run again; what was staged is made anew.", inner: error);
            }
        }
    }

    private async Task ExchangeAsync(Dictionary<WarehouseTable, uint> old, CancellationToken cancellationToken)
    {
        if (old.Count > 0)
        {
            try
            {
                await ExecuteAsync($"drop table {string.Join(", ", old.Keys.Select(table => table.Target.ToSql()))}", cancellationToken);
            }
            catch (PostgresException error) when (error.SqlState == "2BP01")
            {
                throw new EscaleException(
                    "warehouse.dependents", $"Something in PostgreSQL holds on to a published table: {error.Detail ?? error.MessageText}.",
                    "Drop it (a function with a table's row type, a rule); views and foreign keys are kept.", inner: error);
            }
        }
        foreach (var table in _replaced)
        {
            await ExecuteAsync($"alter table {table.Stage.ToSql()} set schema {CopyColumn.QuoteName(table.Target.Schema)}", cancellationToken);
            await ForReaderAsync($"grant select on {table.Target.ToSql()} to escale_reader", cancellationToken);
        }
    }

    private Task ForReaderAsync(string grant, CancellationToken cancellationToken) => ExecuteAsync(
        $"do $do$ begin if exists (select from pg_catalog.pg_roles where rolname = 'escale_reader') then {grant}; end if; end $do$", cancellationToken);

    private async Task<bool> ExistsAsync(TableName table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_catalog.to_regclass($1) is not null", connection) { Parameters = { new() { Value = table.ToSql() } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<long> CountAsync(WarehouseTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select count(*) from {table.Target.ToSql()}", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The columns' names as the table has them, quoted: a property file may write them in another case.</summary>
    private async Task<string[]> NamesAsync(TableName table, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(quote_ident(a.attname), quote_ident(w.name)) from unnest($2) with ordinality w(name, n)
            left join pg_catalog.pg_attribute a on a.attrelid = pg_catalog.to_regclass($1) and lower(a.attname) = lower(w.name) and a.attnum > 0
            order by w.n
            """,
            connection)
        {
            Parameters = { new() { Value = table.ToSql() }, new() { Value = columns.ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }
        return [.. names];
    }

    private Task ExecuteAsync(string sql, CancellationToken cancellationToken) => Published.ExecuteAsync(connection, sql, cancellationToken);
}
