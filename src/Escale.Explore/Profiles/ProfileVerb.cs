using System.CommandLine;
using Escale.Engines.Tables;
using Escale.Explore.Profiles.Reports;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Profiles;

/// <summary><c>escale profile</c>: what is in a file or table, at one look.</summary>
internal static class ProfileVerb
{
    private const int MostAlerts = 25;
    private const int MostColumns = 200;
    private static readonly Argument<string> _what = new("FILE|TABLE") { Description = "A file (CSV, Excel, JSON, Parquet), or a table as schema.name" };
    private static readonly Option<string?> _html = new("--html") { Description = "Write a report to share, in English and French", HelpName = "OUT" };
    private static readonly Option<bool> _sample = new("--sample") { Description = "Look at a sample only: quick, however large the file is" };
    private static readonly Option<string?> _at = new("--at") { Description = "A version of the table: a number, a tag, or a time", HelpName = "VERSION" };

    private static readonly Option<string?> _sheet = new("--sheet") { Description = "Of a spreadsheet, the sheet: its name, or its number from 1; default: the first that holds a table" };

    public static void Add(Cli cli) => cli.Add(cli.Root, new Command("profile", "Show what is in a file or table: meaning, spread and faults of each column") { _what, _html, _sample, _at, _sheet }, RunAsync, opening: Opening.Folder, examples:
    [
        "escale profile customers.csv",
        "escale profile silver.calls --html calls.html",
        "escale profile big.csv --sample --json",
    ]);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var reader = new Reader(Language.English);
        var profile = await ProfileAsync(call, call.Value(_what)!, cancellationToken);
        if (call.Value(_html) is { Length: > 0 } target)
        {
            await WriteAsync(call, profile, Path.GetFullPath(target), cancellationToken);
        }
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(ProfileEndpoints.Told(profile, reader));
        }
        else if (call.Value(_html) is null)
        {
            Show(call.Output, ProfileEndpoints.Told(profile, reader), reader);
        }
        return ExitCode.Success;
    }

    private static async Task<TableProfile> ProfileAsync(VerbCall call, string what, CancellationToken cancellationToken)
    {
        var progress = call.Output is { IsTerminal: true, IsJson: false } ? new Shown(call.Output) : null;
        try
        {
            if (TableName.IsMeant(what))
            {
                var name = TableName.Parse(what);
                using var session = call.Get<LakeEngine>().OpenSession();
                return await ProfileRunner.TableAsync(session, TableShape.Open(session, name, call.Value(_at)), !call.Value(_sample), progress, cancellationToken);
            }
            await using var file = await call.Get<IFileTables>().OpenAsync(what, call.Value(_sheet), cancellationToken);
            return await call.Get<ProfileRunner>().FileAsync(file, "", !call.Value(_sample), progress, cancellationToken);
        }
        finally
        {
            call.Project.TidyUp();
            progress?.Clear();
        }
    }

    private static async Task WriteAsync(VerbCall call, TableProfile profile, string target, CancellationToken cancellationToken)
    {
        var html = await ProfileReport.RenderAsync(profile, call.Get<TimeProvider>().GetUtcNow());
        var partial = target + DurableWriter.TemporaryPrefix + Environment.ProcessId;
        try
        {
            await File.WriteAllTextAsync(partial, html, cancellationToken);
            File.Move(partial, target, overwrite: true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new EscaleException("explore.output-failed", $"Cannot write to the folder of the output: {error.Message}", "Choose a folder that exists and that you may write to.", inner: error);
        }
        finally
        {
            File.Delete(partial);
        }
        call.Output.Message($"Report: {target}");
    }

    private static void Show(CliOutput output, TableProfile profile, Reader reader)
    {
        output.Line($"{profile.Name}: {reader.Count(Words.RowCount, profile.Rows)}, {profile.Columns.Count} columns, {reader.Percent(profile.MissingShare)} of cells missing{(profile.Repeated.Exact > 0 ? $", {(profile.Repeated.IsEstimate ? "about " : "")}{reader.Number(profile.Repeated.Exact)} repeated" : "")}");
        output.Line(Basis(profile, reader));
        output.Line();
        output.Table(["column", "type", "meaning", ">missing", ">different", "values"], profile.Columns.Take(MostColumns).Select(column => (string[])
        [
            Cut(column.Name, 32), Cut(column.Type.ToLowerInvariant(), 16), reader[Words.MeaningOf(column.Meaning.Name)], column.Missing == 0 ? "" : reader.Percent(column.MissingShare),
            column.Distinct is { } distinct ? (profile.Basis.Distinct == "exact" ? "" : "≈") + reader.Number(distinct) : "", Cut(Values(column, reader), 60),
        ]));
        if (profile.Alerts.Count > 0)
        {
            output.Line();
        }
        foreach (var alert in profile.Alerts.Take(MostAlerts))
        {
            output.Line($"{(alert.Severity switch { "bad" => "!!", "warn" => "! ", _ => "  " })} {alert.Title}{(alert.Step is { } step ? $"  [{step["type"]}]" : "")}");
        }
        if (profile.Alerts.Count > MostAlerts)
        {
            output.Line($"   and {profile.Alerts.Count - MostAlerts} more: see --json or --html");
        }
    }

    /// <summary>What the figures were taken from, in words.</summary>
    internal static string Basis(TableProfile profile, Reader reader) => profile.Basis switch
    {
        { IsExact: true } => reader[Words.Exact],
        { IsWhole: true, SampleRows: { } rows } => reader[Words.Refined, reader.Number(rows)],
        _ => reader[Words.OnlySample, reader.Number(profile.Rows)],
    };

    private static string Values(ColumnProfile column, Reader reader) => column switch
    {
        { Numbers: { Quantiles.Count: 7 } numbers } when column.Meaning.Name is not "identifier" => $"{column.Min} … {reader.Number(numbers.Quantiles[3], 3)} … {column.Max}",
        { Kind: "time" } => $"{column.Min} … {column.Max}",
        _ => string.Join(", ", column.Top.Take(3).Select(value => value.Value)),
    };

    private static string Cut(string text, int most)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length > most ? line[..(most - 1)] + "…" : line;
    }

    private sealed class Shown(CliOutput output) : IProgress<ProfileProgress>
    {
        public void Report(ProfileProgress value) => output.Messages.Write(FormattableString.Invariant($"\r{value.Share:P0} "));

        public void Clear() => output.Messages.Write("\r        \r");
    }
}
