using System.Text;
using Escale.Engines.DuckDb;
using Escale.Explore.Sql;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Tables.Exports;

/// <summary>The forms in which a table leaves.</summary>
/// <param name="Extension">How an address ends that asks for it.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record ExportFormat(string Extension, string MediaType)
{
    public static readonly ExportFormat Json = new("json", "application/json; charset=utf-8");
    public static readonly ExportFormat Ndjson = new("ndjson", "application/x-ndjson; charset=utf-8");
    public static readonly ExportFormat Csv = new("csv", "text/csv; charset=utf-8");
    public static readonly ExportFormat Xlsx = new("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    public static readonly ExportFormat Parquet = new("parquet", "application/vnd.apache.parquet");

    /// <summary>All of them; the first is what is given when nothing is asked for.</summary>
    public static readonly IReadOnlyList<ExportFormat> All = [Json, Ndjson, Csv, Xlsx, Parquet];

    /// <summary>The format of a request: the address's ending, else <c>format</c>, else the media type that it accepts.</summary>
    /// <exception cref="EscaleException"><c>explore.unknown-format</c>.</exception>
    public static ExportFormat Of(HttpRequest request, string? extension)
    {
        if ((extension ?? (request.Query["format"].ToString() is { Length: > 0 } given ? given : null)) is { } wanted)
        {
            return All.FirstOrDefault(format => format.Extension.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                ?? throw new EscaleException("explore.unknown-format", $"A table cannot be given as '{wanted}'.", $"It is one of {string.Join(", ", All.Select(format => format.Extension))}.");
        }
        var accept = request.Headers.Accept.ToString();
        return All.FirstOrDefault(format => accept.Contains(format.MediaType.Split(';')[0], StringComparison.OrdinalIgnoreCase)) ?? Json;
    }
}

/// <summary>Sends a query's rows as they are read: a few thousand of them are in memory, whatever the table's size.</summary>
internal static class TableExport
{
    private const int SendAtBytes = 64 << 10;

    /// <summary>Sends them.</summary>
    /// <param name="context">The request; its answer has begun once the first rows were read without error.</param>
    /// <param name="lease">A session.</param>
    /// <param name="shape">The table.</param>
    /// <param name="query">The rows.</param>
    /// <param name="format">Any but Parquet.</param>
    /// <param name="spreadsheetSafe">CSV: whether text that looks like a formula gets an apostrophe.</param>
    public static async Task SendAsync(HttpContext context, ReadSessions.Lease lease, TableShape shape, RowQuery query, ExportFormat format, bool spreadsheetSafe)
    {
        var (sql, clauses) = RowSql.Whole(shape, query, shape.Scan(lease.Session.Catalog));
        using var statement = clauses.Prepare(lease.Session.Connection, sql);
        using var buffer = new MemoryStream();
        await using var text = new StreamWriter(buffer, new UTF8Encoding(false), 16 << 10, leaveOpen: true);
        RowWriter writer = format.Extension switch
        {
            "csv" => new CsvRows(text, spreadsheetSafe),
            "xlsx" => new XlsxRows(buffer, shape.Name.Name),
            "ndjson" => new JsonRows(buffer, lines: true),
            _ => new JsonRows(buffer, lines: false),
        };
        DuckResult? result = null;
        try
        {
            result = await lease.RunAsync((_, ct) => statement.Query(ct));
            writer.Begin(result.Columns);
            var (rows, more) = (0L, true);
            while (more)
            {
                (more, rows) = await lease.RunAsync((_, _) => Fill(result, writer, text, buffer, rows));
                await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
                buffer.SetLength(0);
            }
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.conversion" && query.Filters.Count > 0)
        {
            throw RowSql.Unfit(error);
        }
        finally
        {
            result?.Dispose();
        }
    }

    private static (bool More, long Rows) Fill(DuckResult result, RowWriter writer, TextWriter text, MemoryStream buffer, long rows)
    {
        while (buffer.Length < SendAtBytes)
        {
            if (!result.TryRead(out var chunk))
            {
                writer.End(rows, isCut: false);
                text.Flush();
                return (false, rows);
            }
            writer.Write(chunk, chunk.RowCount);
            text.Flush();
            rows += chunk.RowCount;
        }
        return (true, rows);
    }
}
