using Escale.Explore.Storage;
using Escale.Kernel;
using Npgsql;

namespace Escale.Explore.Sql;

/// <summary>Something that a person ran.</summary>
/// <param name="Sql">The text.</param>
/// <param name="RanAt">When.</param>
/// <param name="ElapsedMs">How long it took.</param>
/// <param name="RowCount">Rows shown.</param>
/// <param name="ErrorCode">What went wrong, or null.</param>
internal sealed record RanSql(string Sql, DateTimeOffset RanAt, double ElapsedMs, long RowCount, string? ErrorCode);

/// <summary>What each person ran in the editor, for them alone: the last 500 of each. Thread-safe.</summary>
internal sealed class SqlHistory(ExploreDatabase database)
{
    private const string Insert = "insert into explore.sql_history (person_id, sql, elapsed_ms, row_count, error_code) values ($1, $2, $3, $4, $5)";

    private const string Forget = """
        delete from explore.sql_history where person_id = $1 and id <= (select id from explore.sql_history where person_id = $1 order by id desc offset 500 limit 1)
        """;

    // The same text again moves up instead of standing twice.
    private const string Last = """
        select sql, ran_at, elapsed_ms, row_count, error_code from (
          select distinct on (sql) id, sql, ran_at, elapsed_ms, row_count, error_code from explore.sql_history
          where person_id = $1 and ($2 = '' or sql ilike '%' || replace(replace(replace($2, '\', '\\'), '%', '\%'), '_', '\_') || '%') order by sql, id desc) runs
        order by id desc limit 100
        """;

    private const int MostCharacters = 100_000;

    /// <summary>Notes a run. When the database is away the run is not remembered, and that is all.</summary>
    public async Task AddAsync(Caller caller, string sql, TimeSpan elapsed, long rowCount, string? errorCode)
    {
        try
        {
            await InsertAsync(caller, sql, elapsed, rowCount, errorCode);
        }
        catch (Exception error) when (error is EscaleException or NpgsqlException)
        {
            // The person has their rows.
        }
    }

    /// <summary>The last runs of a person, newest first.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="search">Words of the text, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<RanSql>> OfAsync(Caller caller, string? search, CancellationToken cancellationToken)
    {
        await using var command = (await database.OpenAsync(cancellationToken)).CreateCommand(Last);
        command.Parameters.Add(new NpgsqlParameter { Value = caller.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = search ?? "" });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<RanSql>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(new RanSql(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetDouble(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }
        return runs;
    }

    private async Task InsertAsync(Caller caller, string sql, TimeSpan elapsed, long rowCount, string? errorCode)
    {
        if (sql.Length > MostCharacters || sql.Contains('\0', StringComparison.Ordinal))
        {
            return;
        }
        await using var connection = await (await database.OpenAsync(CancellationToken.None)).OpenConnectionAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert) { Parameters = { new() { Value = caller.Id }, new() { Value = sql }, new() { Value = elapsed.TotalMilliseconds }, new() { Value = rowCount }, new() { Value = (object?)errorCode ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Forget) { Parameters = { new() { Value = caller.Id } } });
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
