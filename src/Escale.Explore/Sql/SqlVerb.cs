using System.CommandLine;
using System.Text;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary><c>escale sql</c>: a query over the lake, as a table for people or in a form for programs.</summary>
internal static class SqlVerb
{
    private const int DefaultTableLimit = 1000;
    private const int WidestCell = 60;

    private static readonly Argument<string?> _sql = new("SQL") { Description = "The query, in DuckDB's SQL; - reads it from standard input", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> _file = new("--file", "-f") { Description = "Read the query from a file", HelpName = "FILE" };
    private static readonly Option<ResultFormat?> _format = new("--format") { Description = "The form of the result (default: table)" };
    private static readonly Option<string?> _output = new("--output", "-o") { Description = "Write the result to a file; its ending gives the form", HelpName = "FILE" };
    private static readonly Option<long?> _limit = new("--limit") { Description = $"At most so many rows; 0 = all (default: {DefaultTableLimit} in a table, else all)", HelpName = "N" };

    private static readonly Option<string?> _at = new("--at")
    {
        Description = "See the tables as they were: a moment such as 2026-11-01T12:00:00Z, a tag, or a version", HelpName = "WHEN",
    };

    private static readonly Option<bool> _spreadsheetSafe = new("--spreadsheet-safe")
    {
        Description = "In CSV, put ' before text that a spreadsheet would run as a formula (changes the data)",
    };

    public static void Add(Cli cli)
    {
        var command = new Command("sql", "Query the tables of the lake") { _sql, _file, _format, _output, _limit, _at, _spreadsheetSafe };
        cli.Add(cli.Root, command, RunAsync, examples:
        [
            "escale sql \"from silver.vessels limit 10\"",
            "escale sql \"show all tables\" --project examples/port-of-dakar",
            "escale sql --file report.sql --output report.parquet",
            "escale sql \"select * from gold.dim_vessel\" --format csv --spreadsheet-safe > vessels.csv",
            "escale sql \"select count(*) from bronze.calls\" --at 2026-11-01",
        ]);
    }

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var (sql, file) = await SqlTextAsync(call, cancellationToken);
        var format = FormatOf(call);
        var queries = call.Get<LakeQueries>();
        try
        {
            if (format == ResultFormat.Parquet)
            {
                await ParquetOutput.WriteAsync(queries, sql, call.Value(_at), LimitOf(call, format), OutputFile(call), call.Output, cancellationToken);
                return ExitCode.Success;
            }
            await using var stream = await queries.StartAsync(sql, call.Value(_at), null, cancellationToken);
            await WriteAsync(call, stream, format, cancellationToken);
            return ExitCode.Success;
        }
        catch (EscaleException error) when (file is not null && error.Place is { File: null } place)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, place with { File = file }, error);
        }
    }

    private static async Task<(string Sql, string? File)> SqlTextAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var (sql, file) = (call.Value(_sql), call.Value(_file));
        if (sql is not null && file is not null)
        {
            throw new EscaleException("explore.sql-twice", "The query is given twice: as text and as a file.", "Give one of them.");
        }
        if (file is not null)
        {
            return File.Exists(file)
                ? (await File.ReadAllTextAsync(file, cancellationToken), file)
                : throw new EscaleException("explore.sql-file-not-found", $"There is no file {file}.", "Check the path.");
        }
        if (sql is "-" || (sql is null && Console.IsInputRedirected))
        {
            return (await Console.In.ReadToEndAsync(cancellationToken), null);
        }
        return sql is null
            ? throw new EscaleException("explore.sql-missing", "There is no query.", "Write it after `escale sql`, in quotes, or name a file with --file.")
            : (sql, null);
    }

    private static ResultFormat FormatOf(VerbCall call)
    {
        if (call.Value(_format) is { } given)
        {
            return given;
        }
        return Path.GetExtension(call.Value(_output) ?? "").ToLowerInvariant() switch
        {
            ".csv" => ResultFormat.Csv,
            ".json" => ResultFormat.Json,
            ".ndjson" or ".jsonl" => ResultFormat.Ndjson,
            ".parquet" => ResultFormat.Parquet,
            _ => call.Output.IsJson ? ResultFormat.Json : ResultFormat.Table,
        };
    }

    private static long LimitOf(VerbCall call, ResultFormat format) =>
        (call.Value(_limit) ?? (format == ResultFormat.Table ? DefaultTableLimit : 0)) is > 0 and var limit ? limit : long.MaxValue;

    private static string OutputFile(VerbCall call) => call.Value(_output) is { Length: > 0 } file
        ? Path.GetFullPath(file)
        : throw new EscaleException("explore.output-missing", "A Parquet file cannot be written to the terminal.", "Name a file: --output result.parquet.");

    private static async Task WriteAsync(VerbCall call, QueryStream stream, ResultFormat format, CancellationToken cancellationToken)
    {
        var target = call.Value(_output) is { Length: > 0 } file ? Path.GetFullPath(file) : null;
        var partial = target is null ? null : target + DurableWriter.TemporaryPrefix + Environment.ProcessId;
        var limit = LimitOf(call, format);
        try
        {
            await using (var bytes = partial is null ? Console.OpenStandardOutput() : Create(partial))
            await using (var text = new StreamWriter(bytes, new UTF8Encoding(false), 64 << 10))
            {
                await CopyAsync(stream, WriterFor(format, bytes, text, call.Value(_spreadsheetSafe)), limit, cancellationToken);
            }
            if (partial is not null)
            {
                File.Move(partial, target!, overwrite: true);
            }
        }
        catch when (partial is not null)
        {
            File.Delete(partial); // a half-written result is none
            throw;
        }
        catch (IOException) when (target is null)
        {
            // The reader of the pipe has seen enough (`| head`).
        }
    }

    private static FileStream Create(string file)
    {
        try
        {
            return File.Create(file);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new EscaleException("explore.output-failed", $"Cannot write to the folder of the output: {error.Message}", "Choose a folder that exists and that you may write to.", inner: error);
        }
    }

    private static RowWriter WriterFor(ResultFormat format, Stream bytes, TextWriter text, bool spreadsheetSafe) => format switch
    {
        ResultFormat.Csv => new CsvRows(text, spreadsheetSafe),
        ResultFormat.Json => new JsonRows(new BufferedStream(bytes, 64 << 10), lines: false),
        ResultFormat.Ndjson => new JsonRows(new BufferedStream(bytes, 64 << 10), lines: true),
        _ => new PrettyRows(text, WidestCell),
    };

    internal static async Task CopyAsync(QueryStream stream, RowWriter writer, long limit, CancellationToken cancellationToken)
    {
        writer.Begin(stream.Columns);
        var written = 0L;
        var isCut = false;
        while (!isCut && await stream.ReadAsync(cancellationToken))
        {
            var available = stream.Chunk.RowCount;
            var count = (int)Math.Min(available, limit - written);
            isCut = count < available;
            if (count > 0)
            {
                writer.Write(stream.Chunk, count);
                written += count;
            }
        }
        writer.End(written, isCut);
    }
}
