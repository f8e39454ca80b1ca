using System.Text;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Sql;

/// <summary>The rows of a query as a file, without the row limit of pages.</summary>
internal static class SqlDownload
{
    public static async Task SendAsync(
        HttpContext context, SqlRunner runner, LakeQueries queries, ProjectRoot root, IReadOnlyList<SqlStatement> statements, SqlRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var last = statements[^1];
        if (string.Equals(request.Format, "csv", StringComparison.OrdinalIgnoreCase))
        {
            await CsvAsync(context, runner, statements, request, caller, cancellationToken);
        }
        else if (string.Equals(request.Format, "parquet", StringComparison.OrdinalIgnoreCase) && statements.Count == 1 && last.IsRead)
        {
            await ParquetAsync(context, queries, root, last, request, cancellationToken);
        }
        else
        {
            throw new EscaleException("explore.sql-format", $"'{request.Format}' cannot be had of this.", "Ask for csv, or for parquet of one SELECT.");
        }
    }

    private static async Task CsvAsync(HttpContext context, SqlRunner runner, IReadOnlyList<SqlStatement> statements, SqlRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var values = request.Values();
        using var limit = runner.Limit(null, cancellationToken);
        await using var lease = await runner.RentAsync(caller, limit.Token);
        foreach (var statement in statements.SkipLast(1))
        {
            await using var passed = await SqlRunner.BeginAsync(lease, statement, values, limit.Token);
        }
        await using var result = await SqlRunner.BeginAsync(lease, statements[^1], values, limit.Token);
        Name(context, "text/csv; charset=utf-8", "result.csv");
        // Into memory first: a StreamWriter over the response would write where waiting is not allowed.
        using var memory = new MemoryStream();
        await using var text = new StreamWriter(memory, new UTF8Encoding(false), 64 << 10, leaveOpen: true);
        var rows = new CsvRows(text, spreadsheetSafe: !request.RawText);
        rows.Begin(result.Columns);
        while (await result.ReadAsync(limit.Token))
        {
            rows.Write(result.Chunk, result.Chunk.RowCount);
            await DrainAsync(context, memory, text, cancellationToken);
        }
        await DrainAsync(context, memory, text, cancellationToken);
        lease.IsClean = statements.All(statement => statement.IsRead);
    }

    private static async Task DrainAsync(HttpContext context, MemoryStream memory, StreamWriter text, CancellationToken cancellationToken)
    {
        await text.FlushAsync(cancellationToken);
        await context.Response.Body.WriteAsync(memory.GetBuffer().AsMemory(0, (int)memory.Length), cancellationToken);
        memory.SetLength(0);
    }

    private static async Task ParquetAsync(HttpContext context, LakeQueries queries, ProjectRoot root, SqlStatement statement, SqlRequest request, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root.SpillFolder, "download-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            var values = request.Values().Where(entry => statement.Parameters.Contains(entry.Key)).ToDictionary();
            var file = await ParquetOutput.WriteAsync(queries, statement.Text, values, folder, cancellationToken);
            Name(context, "application/vnd.apache.parquet", "result.parquet");
            await context.Response.SendFileAsync(file, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Name(HttpContext context, string type, string name)
    {
        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
    }
}
