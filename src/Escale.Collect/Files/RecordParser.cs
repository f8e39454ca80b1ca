using System.Text.Json;
using Escale.Collect.Loading;
using Escale.Engines.Sandbox;

namespace Escale.Collect.Files;

/// <summary>What the host asks of <see cref="RecordParser"/>.</summary>
/// <param name="Folder">Where it writes the stage (<c>records.ndjson</c>) and its report (<c>report.json</c>).</param>
/// <param name="Shown">What the stage is for, as people know it.</param>
/// <param name="Files">The files, in order.</param>
/// <param name="Settings">How they are written.</param>
internal sealed record RecordRequest(string Folder, string Shown, IReadOnlyList<RecordFile> Files, FilesSettings Settings);

/// <summary>A plain file of records.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Shown">The file as people know it.</param>
/// <param name="Format">JSON, NDJSON or Excel.</param>
internal sealed record RecordFile(string Path, string Shown, FileFormat Format);

/// <summary>Runs in the sandbox process: brings the records of JSON files and spreadsheets into one stage.</summary>
internal sealed class RecordParser : SandboxParser
{
    /// <summary>The name to ask for.</summary>
    public const string OwnName = "records";

    /// <summary>The stage's file in the folder that was given.</summary>
    public const string RecordsFile = "records.ndjson";

    /// <summary>The report beside it.</summary>
    public const string ReportFile = "report.json";

    /// <summary>How requests and reports are written. A shape of 16 levels is deeper as JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new() { MaxDepth = 128, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public override string Name => OwnName;

    public override string Parse(string request, CancellationToken cancellationToken)
    {
        var asked = JsonSerializer.Deserialize<RecordRequest>(request, Json)!;
        using var stage = new RecordStage(Path.Combine(asked.Folder, RecordsFile), asked.Shown);
        foreach (var file in asked.Files)
        {
            Read(file, asked.Settings, stage, cancellationToken);
        }
        stage.Finish();
        using var report = File.Create(Path.Combine(asked.Folder, ReportFile));
        JsonSerializer.Serialize(report, stage.Report(), Json);
        return "";
    }

    private static void Read(RecordFile file, FilesSettings settings, RecordStage stage, CancellationToken cancellationToken)
    {
        if (file.Format == FileFormat.Excel)
        {
            ExcelFiles.Read(file.Path, file.Shown, settings, stage, cancellationToken);
        }
        else if (file.Format == FileFormat.Ndjson || (settings.DataSelector is null && JsonFiles.IsLines(file.Path)))
        {
            JsonFiles.ReadLines(file.Path, file.Shown, stage, cancellationToken);
        }
        else
        {
            JsonFiles.ReadDocument(file.Path, file.Shown, settings.DataSelector, stage, cancellationToken);
        }
    }
}
