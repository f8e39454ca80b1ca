using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Collect.Definitions;
using Escale.Collect.Files;
using Escale.Collect.OpenFiles;
using Escale.Collect.Sniffing;
using Escale.Engines.Tables;

namespace Escale.Collect.Uploads;

/// <summary>What became of an upload.</summary>
/// <param name="Source">The source's file.</param>
/// <param name="Table">The table that it fills.</param>
/// <param name="Run">The run that loads it; null when none could be started now.</param>
/// <param name="Waiting">Why there is no run: the code of the error, or null.</param>
internal sealed record MadeSource(string Source, string Table, string? Run, string? Waiting);

/// <summary>
/// Makes a source of an upload: its file goes under <c>data/</c>, what was found out goes into <c>sources/NAME.yml</c>. Each step can be done again after a crash.
/// Failpoints: <c>collect.upload.named</c>, <c>collect.upload.moved</c>, <c>collect.upload.defined</c>.
/// </summary>
internal sealed class SourceMaker(UploadStore store, UploadReadings readings, SourceCatalog sources, LakeEngine lake, ProjectRoot root, DurableWriter writer, IRunStart? runs = null)
{
    /// <exception cref="EscaleException"><c>collect.source-name</c>, <c>collect.source-conflict</c>, <c>collect.upload-*</c>.</exception>
    public async Task<MadeSource> MakeAsync(Upload upload, string name, string description, CancellationToken cancellationToken)
    {
        if (upload.Source is { } before && before != name)
        {
            throw new EscaleException("collect.source-conflict", $"This upload is the source '{before}' already.", "Open its table.");
        }
        var yaml = $"sources/{name}.yml";
        if (upload.Source is null)
        {
            Refuse(name);
        }
        var (content, text) = await readings.ReadAsync(upload, cancellationToken);
        var definition = Write(name, description, content, text, TargetOf(name, content));
        if (upload.Source is null)
        {
            upload = upload with { Source = name, Target = TargetOf(name, content) };
            store.Save(upload);
            Failpoint.Hit("collect.upload.named");
        }
        Move(content.Path, Path.Combine(root.Folder, upload.Target!));
        Failpoint.Hit("collect.upload.moved");
        writer.WriteIfAbsent(Path.Combine(root.Folder, yaml), Encoding.UTF8.GetBytes(definition));
        Failpoint.Hit("collect.upload.defined");
        return await StartAsync(yaml, name, cancellationToken);
    }

    private void Refuse(string name)
    {
        if (!SourceNames.IsName(name))
        {
            throw new EscaleException("collect.source-name", $"'{name}' is not a name for a source.", "Use letters, digits and underscores.");
        }
        var table = new TableName("bronze", name);
        var known = sources.Read();
        if (known.Any(source => source.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || source.Tables.Any(other => other.Table == table)) || File.Exists(Path.Combine(root.Folder, "sources", name + ".yml")) || lake.Catalog.Exists(table))
        {
            throw new EscaleException("collect.source-conflict", $"There is a source or a table named '{name}' already.", "Choose another name.");
        }
    }

    /// <summary>Its place under <c>data/</c>, with an ending that says what it is.</summary>
    private static string TargetOf(string name, UploadContent content) => $"data/{name}" + content.Format switch
    {
        FileFormat.Tsv => ".tsv",
        FileFormat.Json => ".json",
        FileFormat.Ndjson => ".ndjson",
        FileFormat.Parquet => ".parquet",
        FileFormat.Excel => ".xlsx",
        _ => ".csv",
    };

    private void Move(string path, string target)
    {
        if (!File.Exists(path))
        {
            // It was moved before the program was stopped.
            return;
        }
        if (path == target)
        {
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        writer.Adopt([path]);
        if (!writer.Files.MoveIfAbsent(path, target) && new FileInfo(target).Length != new FileInfo(path).Length)
        {
            throw new EscaleException("collect.source-conflict", $"There is a file {root.Show(target)} already.", "Choose another name.");
        }
        writer.Files.SyncFolder(Path.GetDirectoryName(target)!);
    }

    private async Task<MadeSource> StartAsync(string yaml, string name, CancellationToken cancellationToken)
    {
        var table = $"bronze.{name}";
        if (runs is null)
        {
            return new MadeSource(yaml, table, null, null);
        }
        try
        {
            return new MadeSource(yaml, table, (await runs.StartAsync([$"source:{name}"], cancellationToken)).Value, null);
        }
        catch (EscaleException error)
        {
            // The source stands; the next run loads it.
            return new MadeSource(yaml, table, null, error.Code);
        }
    }

    /// <summary>The source file, with all that was found out: whoever runs it elsewhere gets the same table.</summary>
    private static string Write(string name, string description, UploadContent content, TextTable? text, string path)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"source: {name}\ntype: files\ntables:\n  - name: {name}\n    path: {path}\n");
        if (description.Length > 0)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    description: {Quoted(description)}\n");
        }
        if (content.Format == FileFormat.Excel)
        {
            yaml.Append("    format: excel\n");
            if (content.Sheets.Count > 1 && content.Sheet is { } sheet)
            {
                yaml.Append(CultureInfo.InvariantCulture, $"    sheet: {Quoted(sheet)}\n");
            }
        }
        if (text is not null)
        {
            Structure(yaml, text);
            yaml.Append("    columns:\n");
            foreach (var column in text.Columns)
            {
                yaml.Append(CultureInfo.InvariantCulture, $"      {Quoted(column.Name)}: {Column(column)}\n");
            }
        }
        return yaml.ToString();
    }

    private static void Structure(StringBuilder yaml, TextTable text)
    {
        var (reading, notes) = (text.Reading, text.Notes);
        yaml.Append(CultureInfo.InvariantCulture, $"    encoding: {reading.Encoding.Name}\n    delimiter: {Quoted(reading.Dialect.Dialect.Delimiter)}\n");
        if (reading.Dialect.Dialect.Quote is { } quote)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    quote: {Quoted(quote.ToString())}\n    escape: {Quoted((reading.Dialect.Dialect.Escape ?? quote).ToString())}\n");
        }
        yaml.Append(CultureInfo.InvariantCulture, $"    skip_rows: {reading.Layout.SkipRows}\n    header_rows: {reading.Layout.HeaderRows}\n");
        if (text.NeedsRewriting)
        {
            yaml.Append("    repair: true\n");
        }
    }

    private static string Column(ColumnReading column)
    {
        var type = SqlTypes.NameOf(column.Type);
        if (!column.IsSpecial)
        {
            return type;
        }
        var parts = new List<string> { $"type: {type}" };
        void Add(string key, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{key}: {Quoted(value)}");
            }
        }
        Add("format", column.Format);
        Add("language", column.Language);
        Add("decimal", column.Decimal?.ToString());
        Add("thousands", column.Thousands);
        Add("unit", column.Unit);
        if (column.NullValues.Count > 0)
        {
            parts.Add($"null_values: [{string.Join(", ", column.NullValues.Select(Quoted))}]");
        }
        return "{" + string.Join(", ", parts) + "}";
    }

    // A JSON text is a YAML text.
    private static string Quoted(string text) => JsonSerializer.Serialize(text, _json);

    private static readonly JsonSerializerOptions _json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
