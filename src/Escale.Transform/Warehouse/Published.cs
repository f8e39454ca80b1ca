using Escale.Engines.Postgres;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>A line of <c>escale.published</c> or <c>escale.staged</c>: what stands, or waits, for a warehouse asset.</summary>
/// <param name="AssetId">The asset.</param>
/// <param name="Version">Changes when the content does.</param>
/// <param name="Fingerprint">What it was made with.</param>
/// <param name="LakeVersion">The lake table's data version that it is; null for a view.</param>
/// <param name="Shape">Hash of columns, types and constraints: a merge needs the same.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="RunId">The run that made it.</param>
/// <param name="IsMerge">Staged only: rows to merge, not the whole content.</param>
internal sealed record PublishedRow(
    string AssetId, string Version, string Fingerprint, long? LakeVersion, string Shape, long RowCount, string RunId, bool IsMerge = false);

/// <summary>The warehouse's own record, in PostgreSQL beside the tables: written in the transaction that swaps them.</summary>
internal static class Published
{
    public const string Schema = "escale";

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new("001-published", """
            create table published (
              asset_id text primary key, version text not null, fingerprint text not null, lake_version bigint, shape text not null,
              row_count bigint not null, run_id text not null, published_at timestamptz not null default now());
            comment on table published is 'What Escale published, and from what: one line per table, written with its content.';
            create table staged (
              asset_id text primary key, version text not null, fingerprint text not null, lake_version bigint, shape text not null,
              row_count bigint not null, run_id text not null, is_merge boolean not null, staged_at timestamptz not null default now());
            """),
    ];

    private const string Columns = "asset_id, version, fingerprint, lake_version, shape, row_count, run_id";

    /// <summary>What is published for an asset, or null; also null when somebody dropped the table.</summary>
    public static async Task<PublishedRow?> ReadAsync(NpgsqlConnection connection, WarehouseTable table, CancellationToken cancellationToken)
    {
        await using (var exists = new NpgsqlCommand("select to_regclass('escale.published') is not null and to_regclass($1) is not null", connection)
        {
            Parameters = { new() { Value = table.Target.ToSql() } },
        })
        {
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return null;
            }
        }
        await using var command = new NpgsqlCommand($"select {Columns}, false from escale.published where asset_id = $1", connection)
        {
            Parameters = { new() { Value = table.AssetId } },
        };
        return await ReadOneAsync(command, cancellationToken);
    }

    /// <summary>What waits for an asset, or null.</summary>
    public static async Task<PublishedRow?> ReadStagedAsync(NpgsqlConnection connection, string assetId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns}, is_merge from escale.staged where asset_id = $1", connection)
        {
            Parameters = { new() { Value = assetId } },
        };
        return await ReadOneAsync(command, cancellationToken);
    }

    public static Task WriteAsync(NpgsqlConnection connection, PublishedRow row, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        $"""
        insert into escale.published ({Columns}) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (asset_id) do update set version = excluded.version, fingerprint = excluded.fingerprint, lake_version = excluded.lake_version,
          shape = excluded.shape, row_count = excluded.row_count, run_id = excluded.run_id, published_at = now()
        """,
        cancellationToken, Values(row));

    public static Task WriteStagedAsync(NpgsqlConnection connection, PublishedRow row, CancellationToken cancellationToken) => ExecuteAsync(
        connection, $"insert into escale.staged ({Columns}, is_merge) values ($1, $2, $3, $4, $5, $6, $7, $8)", cancellationToken, [.. Values(row), row.IsMerge]);

    public static Task ForgetStagedAsync(NpgsqlConnection connection, string assetId, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "delete from escale.staged where asset_id = $1", cancellationToken, assetId);

    /// <summary>Runs a statement or, without values, a script.</summary>
    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static object[] Values(PublishedRow row) =>
        [row.AssetId, row.Version, row.Fingerprint, (object?)row.LakeVersion ?? DBNull.Value, row.Shape, row.RowCount, row.RunId];

    private static async Task<PublishedRow?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PublishedRow(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3), reader.GetString(4),
                reader.GetInt64(5), reader.GetString(6), reader.GetBoolean(7))
            : null;
    }
}
