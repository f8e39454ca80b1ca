using System.Threading.Channels;
using Escale.Engines.DuckDb;
using Npgsql;

namespace Escale.Engines.Postgres.Copy;

/// <summary>
/// Streams a DuckDB result into a PostgreSQL table by binary COPY. DuckDB's vectors are written straight into the bytes that go over the
/// wire: no object and no copy per value. One task encodes while another sends, four buffers between them, so memory does not grow with the table.
/// </summary>
public static class CopyLoader
{
    private const int BufferCount = 4;
    private const int BufferSizeBytes = 256 * 1024;

    /// <summary>Loads all rows and returns their number. The columns of the result and of the table are the same, in order.</summary>
    /// <param name="result">The rows, in types that <see cref="CopyColumn"/> made sendable.</param>
    /// <param name="connection">Open; in a transaction if the load is to be undone with it.</param>
    /// <param name="table">The table, quoted, with its columns if not all: <c>"s"."t" ("a", "b")</c>.</param>
    /// <param name="isFresh">
    /// Whether the table was created or truncated in the open transaction: then rows are written frozen, with nothing left for vacuum to do.
    /// </param>
    /// <param name="progress">Told the number of rows so far, or null.</param>
    /// <param name="cancellationToken">Ends the load; nothing of it stays.</param>
    /// <exception cref="PostgresException">PostgreSQL refuses a value; its <c>Where</c> names line and column.</exception>
    public static async Task<long> LoadAsync(
        DuckResult result, NpgsqlConnection connection, string table, bool isFresh, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var free = Channel.CreateBounded<byte[]>(BufferCount);
        var full = Channel.CreateBounded<(byte[] Buffer, int Length, long RowCount)>(BufferCount);
        for (var index = 0; index < BufferCount; index++)
        {
            free.Writer.TryWrite(new byte[BufferSizeBytes]);
        }
        var encoding = Task.Run(() => EncodeAsync(result, free.Reader, full.Writer, stop.Token), CancellationToken.None);
        try
        {
            var rowCount = await SendAsync(connection, $"copy {table} from stdin (format binary{(isFresh ? ", freeze" : "")})", free.Writer, full.Reader, progress, cancellationToken);
            await encoding;
            return rowCount;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(encoding); // The result must not be in use when the caller disposes it.
        }
    }

    private static async Task EncodeAsync(
        DuckResult result, ChannelReader<byte[]> free, ChannelWriter<(byte[] Buffer, int Length, long RowCount)> full, CancellationToken cancellationToken)
    {
        try
        {
            var encoder = new RowEncoder(result);
            while (true)
            {
                var buffer = await free.ReadAsync(cancellationToken);
                var length = encoder.Fill(ref buffer);
                if (length == 0)
                {
                    break;
                }
                await full.WriteAsync((buffer, length, encoder.RowCount), cancellationToken);
            }
            full.Complete();
        }
        catch (Exception exception)
        {
            full.Complete(exception); // The sender throws it.
        }
    }

    private static async Task<long> SendAsync(
        NpgsqlConnection connection, string command, ChannelWriter<byte[]> free, ChannelReader<(byte[] Buffer, int Length, long RowCount)> full,
        Action<long>? progress, CancellationToken cancellationToken)
    {
        var rowCount = 0L;
        var stream = await connection.BeginRawBinaryCopyAsync(command, cancellationToken);
        var isComplete = false;
        try
        {
            await foreach (var (buffer, length, rowsSoFar) in full.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
                rowCount = rowsSoFar;
                progress?.Invoke(rowCount);
                free.TryWrite(buffer);
            }
            isComplete = true;
        }
        finally
        {
            if (!isComplete)
            {
                await CancelAsync(stream);
            }
        }
        await stream.DisposeAsync();
        return rowCount;
    }

    private static async Task CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is broken already; what broke it is what the caller is told.
        }
    }
}
