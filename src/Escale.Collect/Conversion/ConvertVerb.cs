using System.CommandLine;
using System.Globalization;

namespace Escale.Collect.Conversion;

/// <summary><c>escale convert</c>.</summary>
internal static class ConvertVerb
{
    public static void Add(Cli cli)
    {
        var source = new Argument<string>("source") { Description = "A file, or a folder of files: CSV and its kin, JSON, Excel, Parquet, compressed or not" };
        var to = new Option<string>("--to") { Description = "The folder to write to", HelpName = "DIR", Required = true };
        var suffix = new Option<string?>("--suffix") { Description = "What to add to each file's name; default: .csv where the name does not end so" };
        var sheet = new Option<string?>("--sheet") { Description = "Of spreadsheets, the sheet: its name, or its number from 1; default: the first that holds a table" };
        var command = new Command("convert", "Load any files, finding out how they are written, and write them as clean CSV") { source, to, suffix, sheet };
        cli.Add(
            cli.Root, command, (call, token) => RunAsync(call, call.Value(source)!, call.Value(to)!, call.Value(suffix), call.Value(sheet), token), opening: Opening.Folder,
            examples: ["escale convert exports/ --to clean/", "escale convert report.xlsx --to . --suffix .csv --json"]);
    }

    private static async Task<int> RunAsync(VerbCall call, string source, string to, string? suffix, string? sheet, CancellationToken cancellationToken)
    {
        var (from, target) = (Path.GetFullPath(source), Path.GetFullPath(to));
        var converter = call.Get<FileConverter>();
        var results = new List<ConvertedFile>();
        foreach (var (path, shown) in Files(from))
        {
            var goal = Path.Combine(target, shown + (suffix ?? (shown.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? "" : ".csv")));
            results.Add(goal == path
                ? new ConvertedFile(shown, goal) { Error = new EscaleException("collect.convert-onto-itself", $"{shown} would be written over itself.", "Give another folder with --to, or a --suffix.") }
                : await converter.ConvertAsync(path, shown, goal, sheet, cancellationToken));
        }
        call.Project.TidyUp();
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(results.Select(Json));
        }
        else
        {
            Show(call.Output, results);
        }
        return results.Exists(result => result.Error is not null) ? ExitCode.Failure : ExitCode.Success;
    }

    private static List<(string Path, string Shown)> Files(string from)
    {
        if (File.Exists(from))
        {
            return [(from, Path.GetFileName(from))];
        }
        return Directory.Exists(from)
            ? [.. Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => (path, Path.GetRelativePath(from, path)))]
            : throw new EscaleException("collect.file-not-found", $"There is no file or folder {from}.", "Check its name.");
    }

    private static void Show(CliOutput output, List<ConvertedFile> results)
    {
        output.Table(["FILE", ">ROWS", "WRITTEN AS", "NOTES"], results.Select(result => (IReadOnlyList<string>)
        [
            result.File, result.Error is null ? result.Rows.ToString("N0", CultureInfo.InvariantCulture) : "", Written(result), result.Error is { } error ? $"{error.Code}: {error.Message}" : string.Join("; ", Notes(result)),
        ]));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"{results.Count(result => result.Error is null):N0} of {results.Count:N0} files were converted."));
    }

    private static string Written(ConvertedFile result) => result.Reading is not { } reading ? result.Format
        : $"{reading.Encoding.Name}, '{Visible(reading.Dialect.Dialect.Delimiter)}', " + (reading.Layout.HeaderRows switch { 0 => "no header", 1 => "header", var rows => string.Create(CultureInfo.InvariantCulture, $"{rows} header rows") });

    private static string Visible(string delimiter) => delimiter.Replace("\t", "\\t", StringComparison.Ordinal);

    private static IEnumerable<string> Notes(ConvertedFile result)
    {
        if (result.Reading is not { } reading || result.Notes is not { } notes)
        {
            yield break;
        }
        static string Say(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}");
        if (reading.Layout.SkipRows > 0)
        {
            yield return Say(reading.Layout.SkipRows, "lines before the table left out");
        }
        if (notes.MendedCount > 0)
        {
            yield return Say(notes.MendedCount, "rows mended" + (notes.Mended.Count > 0 ? $" (first: line {notes.Mended[0].Line}, {notes.Mended[0].What})" : ""));
        }
        if (notes.DoubtfulCount > 0)
        {
            yield return Say(notes.DoubtfulCount, "of them in doubt");
        }
        if (notes.Footer.Count > 0)
        {
            yield return Say(notes.Footer.Count, $"lines after the table left out (from line {notes.Footer[0].Line})");
        }
        if (notes.RepeatedHeaders.Count > 0)
        {
            yield return Say(notes.RepeatedHeaders.Count, $"repeated headers left out (first: line {notes.RepeatedHeaders[0]})");
        }
        if (notes.NextTable is { } line)
        {
            yield return $"another table begins at line {line}: left out";
        }
        if (notes.MixedLines > 0)
        {
            yield return Say(notes.MixedLines, "lines in another encoding (windows-1252)");
        }
        if (notes.ZeroBytes > 0)
        {
            yield return Say(notes.ZeroBytes, "zero bytes left out");
        }
    }

    private static object Json(ConvertedFile result) => new
    {
        result.File,
        result.Target,
        Converted = result.Error is null,
        Error = result.Error is { } error ? new { error.Code, error.Message, error.Remedy } : null,
        result.Format,
        result.Rows,
        Reading = result.Reading is { } reading ? new
        {
            Encoding = reading.Encoding.Name,
            reading.Dialect.Dialect.Delimiter,
            Quote = reading.Dialect.Dialect.Quote?.ToString(),
            Escape = reading.Dialect.Dialect.Escape?.ToString(),
            reading.Layout.SkipRows,
            reading.Layout.HeaderRows,
            Columns = reading.Layout.Header,
            Confidence = Math.Round(reading.Dialect.Confidence, 2),
        } : null,
        Mended = result.Notes?.Mended.Select(row => new { row.Line, row.What }),
        MendedCount = result.Notes?.MendedCount,
        Footer = result.Notes?.Footer.Select(row => new { row.Line, row.Text }),
        result.Notes?.RepeatedHeaders,
        result.Notes?.NextTable,
        Notes = Notes(result),
    };
}
