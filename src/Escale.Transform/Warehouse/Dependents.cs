using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>
/// What others have built on published tables: views (and views on those), rights, foreign keys of tables that are not swapped. Read before
/// the swap and made again after it, in the same transaction.
/// </summary>
internal sealed record Dependents(IReadOnlyList<DependentView> Views, IReadOnlyList<string> Grants, IReadOnlyList<IncomingKey> Keys)
{
    private const string ViewsSql = """
        with recursive dependent(oid, depth) as (
          select distinct r.ev_class, 1 from pg_catalog.pg_depend d
          join pg_catalog.pg_rewrite r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = any($1) and r.ev_class <> d.refobjid
          union
          select r.ev_class, p.depth + 1 from dependent p
          join pg_catalog.pg_depend d on d.refobjid = p.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          join pg_catalog.pg_rewrite r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
          where r.ev_class <> d.refobjid)
        select format('%I.%I', n.nspname, c.relname), c.relkind = 'm', pg_catalog.pg_get_viewdef(c.oid),
          coalesce(array_to_string(c.reloptions, ', '), ''), pg_catalog.pg_get_userbyid(c.relowner),
          pg_catalog.pg_has_role(c.relowner, 'USAGE'),
          array(select pg_catalog.pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index i where i.indrelid = c.oid)
          || array(select format('comment on %s %I.%I%s is %L', case when o.objsubid > 0 then 'column' when c.relkind = 'm' then 'materialized view' else 'view' end,
              n.nspname, c.relname, case when o.objsubid > 0 then '.' || quote_ident(a.attname) else '' end, o.description)
            from pg_catalog.pg_description o left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = o.objsubid
            where o.objoid = c.oid and o.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass)
          || array(select format('grant %s on %I.%I to %s%s', g.privilege_type, n.nspname, c.relname,
              case g.grantee when 0 then 'public' else quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) end,
              case when g.is_grantable then ' with grant option' else '' end)
            from pg_catalog.aclexplode(c.relacl) g where g.grantee <> c.relowner)
        from (select oid, max(depth) as depth from dependent group by oid) v
        join pg_catalog.pg_class c on c.oid = v.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        order by v.depth, c.oid
        """;

    private const string GrantsSql = """
        select format('grant %s on %I.%I to %s%s', g.privilege_type, n.nspname, c.relname,
          case g.grantee when 0 then 'public' else quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) end,
          case when g.is_grantable then ' with grant option' else '' end)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) g
        where c.oid = any($1) and g.grantee <> c.relowner
        """;

    private const string KeysSql = """
        select c.conrelid::pg_catalog.regclass::text, quote_ident(c.conname), pg_catalog.pg_get_constraintdef(c.oid),
          c.confrelid::pg_catalog.regclass::text,
          case when cardinality(c.conkey) = 1 then (select quote_ident(attname) from pg_catalog.pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]) end,
          case when cardinality(c.conkey) = 1 then (select quote_ident(attname) from pg_catalog.pg_attribute where attrelid = c.confrelid and attnum = c.confkey[1]) end
        from pg_catalog.pg_constraint c
        where c.contype = 'f' and c.confrelid = any($1) and not c.conrelid = any($1) and c.conparentid = 0
        """;

    /// <summary>Reads what depends on these tables. The connection's search path must be empty, so that every name comes with its schema.</summary>
    public static async Task<Dependents> ReadAsync(NpgsqlConnection connection, uint[] tables, CancellationToken cancellationToken)
    {
        var views = await ReadAsync(
            connection, ViewsSql, tables,
            row => new DependentView(
                row.GetString(0), row.GetBoolean(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetFieldValue<string[]>(6)),
            cancellationToken);
        var grants = await ReadAsync(connection, GrantsSql, tables, row => row.GetString(0), cancellationToken);
        var keys = await ReadAsync(
            connection, KeysSql, tables,
            row => new IncomingKey(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5)),
            cancellationToken);
        if (views.FirstOrDefault(view => !view.IsOurs) is { } foreign)
        {
            throw new EscaleException(
                "warehouse.view-not-ours", $"The view {foreign.Name} of the role '{foreign.Owner}' reads a published table, and Escale may not make it again.",
                $"Let it: grant {foreign.Owner} to the role that Escale connects with; or drop the view.");
        }
        return new Dependents(views, grants, keys);
    }

    /// <summary>Takes away what would hold the old tables.</summary>
    public async Task DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var view in Views.Reverse())
        {
            await Published.ExecuteAsync(connection, $"drop {view.Kind} {view.Name}", cancellationToken);
        }
        foreach (var key in Keys)
        {
            await Published.ExecuteAsync(connection, $"alter table {key.Table} drop constraint {key.Name}", cancellationToken);
        }
    }

    /// <summary>Makes it all again over the new tables.</summary>
    public async Task RestoreAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var grant in Grants)
        {
            await Published.ExecuteAsync(connection, grant, cancellationToken);
        }
        foreach (var key in Keys)
        {
            await RestoreAsync(connection, key, cancellationToken);
        }
        foreach (var view in Views)
        {
            await RestoreAsync(connection, view, cancellationToken);
        }
    }

    private static async Task RestoreAsync(NpgsqlConnection connection, IncomingKey key, CancellationToken cancellationToken)
    {
        if (key is { Column: not null, TargetColumn: not null })
        {
            await UnknownMember.PointToAsync(connection, key.Table, key.Column, key.Target, key.TargetColumn, cancellationToken);
        }
        try
        {
            await Published.ExecuteAsync(connection, $"alter table {key.Table} add constraint {key.Name} {key.Definition}", cancellationToken);
        }
        catch (PostgresException error)
        {
            throw new EscaleException(
                "warehouse.foreign-key", $"The key {key.Name} of {key.Table} does not hold with the new content of {key.Target}: {error.MessageText}.",
                "Publish both tables in one run, or drop the key.", new Place(null, Table: key.Table), error);
        }
    }

    private static async Task RestoreAsync(NpgsqlConnection connection, DependentView view, CancellationToken cancellationToken)
    {
        try
        {
            var options = view.Options.Length > 0 ? $" with ({view.Options})" : "";
            await Published.ExecuteAsync(connection, $"create {view.Kind} {view.Name}{options} as {view.Definition}", cancellationToken);
        }
        catch (PostgresException error)
        {
            throw new EscaleException(
                "warehouse.view-breaks", $"The view {view.Name} does not fit the new content of a table it reads: {error.MessageText}.",
                "Drop or change the view, or keep the column in the model; until then the old content stands.", new Place(null, Table: view.Name), error);
        }
        await Published.ExecuteAsync(connection, $"alter {view.Kind} {view.Name} owner to {Engines.Postgres.Copy.CopyColumn.QuoteName(view.Owner)}", cancellationToken);
        foreach (var statement in view.After)
        {
            await Published.ExecuteAsync(connection, statement, cancellationToken);
        }
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, uint[] tables, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = tables, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }
        return rows;
    }
}

/// <summary>A view over a published table. <c>After</c>: statements for its indexes, comments and rights.</summary>
internal sealed record DependentView(string Name, bool IsMaterialized, string Definition, string Options, string Owner, bool IsOurs, string[] After)
{
    public string Kind => IsMaterialized ? "materialized view" : "view";
}

/// <summary>A foreign key of a table that is not swapped to one that is. Names are quoted; the columns are null when it has several.</summary>
internal sealed record IncomingKey(string Table, string Name, string Definition, string Target, string? Column, string? TargetColumn);

/// <summary>The row of a dimension that stands for "not known".</summary>
internal static class UnknownMember
{
    /// <summary>Points rows without a match to the unknown member, when the target has one. All names are quoted already.</summary>
    public static async Task<int> PointToAsync(
        NpgsqlConnection connection, string table, string column, string target, string targetColumn, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand($"select exists (select from {target} where {targetColumn}::text = $1)", connection)
        {
            Parameters = { new() { Value = StageQuery.UnknownKey } },
        };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return 0;
        }
        return await Published.ExecuteAsync(
            connection,
            $"update {table} f set {column} = {StageQuery.UnknownKey} where not exists (select from {target} d where d.{targetColumn} = f.{column})",
            cancellationToken);
    }
}
