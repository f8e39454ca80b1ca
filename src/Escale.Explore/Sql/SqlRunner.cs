using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Sql;

/// <summary>
/// Runs SQL of people in the sandbox, with the limits of the settings. What only reads is answered from what was answered before when nothing that
/// it reads has changed. Thread-safe.
/// </summary>
internal sealed class SqlRunner(QuerySessions sessions, LakeStates states, ResultCache cache, Project project)
{
    /// <summary>Rows of a statement when nobody says how many.</summary>
    public const int DefaultRows = 10_000;

    /// <summary>The rows of one reading statement, kept for the next who asks.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>, <c>explore.sql-*</c>.</exception>
    public async Task<SqlResult> AskAsync(SqlStatement statement, IReadOnlyDictionary<string, object?> values, int? rowLimit, TimeSpan? timeout, Caller caller, CancellationToken cancellationToken)
    {
        var rows = RowsOf(rowLimit);
        if (!statement.IsRead)
        {
            return (await RunAsync([statement], values, rows, timeout, caller, cancellationToken))[0];
        }
        var bound = Bind(statement, values);
        // Rights are the role's: whoever may read tables reads all of them.
        var key = Key(statement.Normal(), JsonSerializer.Serialize(bound), rows.ToString(System.Globalization.CultureInfo.InvariantCulture), states.Current().KeyOf(statement.Text), caller.Role.ToString());
        return await cache.GetAsync(key, statement.IsVolatile, async stop => (await RunAsync([statement], values, rows, timeout, caller, stop))[0], cancellationToken);
    }

    /// <summary>The rows of every statement, in one session: what one makes the next may use.</summary>
    public async Task<IReadOnlyList<SqlResult>> RunAsync(
        IReadOnlyList<SqlStatement> statements, IReadOnlyDictionary<string, object?> values, int rowLimit, TimeSpan? timeout, Caller caller, CancellationToken cancellationToken)
    {
        using var limit = Limit(timeout, cancellationToken);
        await using var lease = await sessions.RentAsync(caller.Id, limit.Token);
        var results = new List<SqlResult>();
        try
        {
            foreach (var statement in statements)
            {
                results.Add(await ReadAsync(lease, statement, values, rowLimit, limit.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(timeout);
        }
        lease.IsClean = statements.All(statement => statement.IsRead);
        return results;
    }

    /// <summary>Begins a statement: its columns are known, its rows come as they are read.</summary>
    public static async Task<SandboxResult> BeginAsync(QueryLease lease, SqlStatement statement, IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.Session.QueryAsync(statement.Text, Bind(statement, values), cancellationToken);
        }
        catch (EscaleException error)
        {
            lease.IsClean = lease.Session.IsAlive && statement.IsRead;
            throw error.Code == "engines.duckdb.catalog" && lease.State.FailureOf(statement.Text) is { } damaged ? damaged : error;
        }
    }

    /// <summary>A session for a person, for whoever streams.</summary>
    public Task<QueryLease> RentAsync(Caller caller, CancellationToken cancellationToken) => sessions.RentAsync(caller.Id, cancellationToken);

    /// <summary>How many rows may be asked for.</summary>
    public int RowsOf(int? asked) => Math.Clamp(asked ?? DefaultRows, 0, project.Settings.Sql.MaxRows);

    /// <summary>Ends when the caller no longer waits, or when the time is over.</summary>
    public CancellationTokenSource Limit(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeOf(timeout));
        return limit;
    }

    /// <summary>The error of a query that took too long.</summary>
    public EscaleException TimedOut(TimeSpan? timeout) => new(
        "explore.sql-timeout", $"The query took longer than {TimeOf(timeout).TotalSeconds:0.#} seconds and was stopped.", "Select less, or raise sql.timeout in escale.yml.");

    private TimeSpan TimeOf(TimeSpan? asked) => asked is { } time && time > TimeSpan.Zero && time < project.Settings.Sql.Timeout ? time : project.Settings.Sql.Timeout;

    private static async Task<SqlResult> ReadAsync(QueryLease lease, SqlStatement statement, IReadOnlyDictionary<string, object?> values, int rowLimit, CancellationToken cancellationToken)
    {
        await using var result = await BeginAsync(lease, statement, values, cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(4096);
        await using var json = new Utf8JsonWriter(buffer, ResultJson.Options);
        json.WriteStartObject();
        ResultJson.Columns(json, result.Columns);
        json.WriteStartArray("rows"u8);
        var (written, isCut) = (0, false);
        while (!isCut && await result.ReadAsync(cancellationToken))
        {
            var count = Math.Min(result.Chunk.RowCount, rowLimit - written);
            isCut = count < result.Chunk.RowCount;
            ResultJson.Rows(json, result.Chunk, count);
            written += count;
        }
        json.WriteEndArray();
        json.WriteNumber("row_count"u8, written);
        json.WriteBoolean("truncated"u8, isCut);
        json.WriteNumber("engine_ms"u8, Math.Round(result.EngineTime.TotalMilliseconds, 3));
        ResultJson.Tables(json, lease.State.Named(statement.Text));
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return new SqlResult(buffer.WrittenMemory, written, isCut, result.EngineTime);
    }

    /// <summary>The values that a statement asks for.</summary>
    /// <exception cref="EscaleException"><c>explore.sql-parameter</c> when one is missing.</exception>
    private static SortedDictionary<string, object?> Bind(SqlStatement statement, IReadOnlyDictionary<string, object?> values)
    {
        var bound = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in statement.Parameters)
        {
            bound[name] = values.TryGetValue(name, out var value)
                ? value
                : throw new EscaleException("explore.sql-parameter", $"The parameter {name} has no value.", $"Give a value for :{name}; null is one.");
        }
        return bound;
    }

    private static string Key(params ReadOnlySpan<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
