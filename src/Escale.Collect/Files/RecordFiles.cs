using System.Text.Json;
using Escale.Collect.Loading;
using Escale.Engines.Sandbox;

namespace Escale.Collect.Files;

/// <summary>
/// Has the records of JSON files and spreadsheets brought into a stage by <see cref="RecordParser"/>, in a confined process: the host opens
/// none of them. What the process wrote is looked at as if the file's author had written it.
/// </summary>
internal sealed class RecordFiles(ParseEngine engine)
{
    private const long MaxReportBytes = 1L << 30;

    /// <summary>The records of all files, in their order.</summary>
    /// <param name="files">The files, plain.</param>
    /// <param name="settings">How they are written.</param>
    /// <param name="shown">What they are for, as people know it.</param>
    /// <param name="workspace">Where the stage may be.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    public async Task<RecordStage> ReadAsync(IReadOnlyList<RecordFile> files, FilesSettings settings, string shown, string workspace, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(workspace, "records-" + Guid.NewGuid().ToString("N"))).FullName;
        if (files.Count == 0)
        {
            return new RecordStage(Path.Combine(folder, RecordParser.RecordsFile), shown);
        }
        var names = files.Select(file => file.Shown).ToHashSet(StringComparer.Ordinal);
        try
        {
            // The process has ended before its files are looked at: it cannot change them meanwhile.
            // What is only for fetching, keys among it, stays here.
            var request = new RecordRequest(folder, shown, files, settings with { Paths = [], Headers = new Dictionary<string, string>() });
            await using (var session = await engine.OpenAsync([.. files.Select(file => file.Path)], [folder], cancellationToken))
            {
                await session.ParseAsync(RecordParser.OwnName, JsonSerializer.Serialize(request, RecordParser.Json), cancellationToken);
            }
            return await AdoptAsync(folder, shown, names, cancellationToken);
        }
        catch (EscaleException error) when (error.Place?.File is null || !names.Contains(error.Place.File))
        {
            var place = new Place(files.Count == 1 ? files[0].Shown : null, Table: shown);
            throw new EscaleException(error.Code, error.Message, error.Remedy, place, error);
        }
    }

    /// <summary>Takes over what the process left in its folder.</summary>
    /// <exception cref="EscaleException"><c>engines.sandbox.protocol</c>: it cannot be what was asked for.</exception>
    internal static async Task<RecordStage> AdoptAsync(string folder, string shown, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var records = Plain(folder, RecordParser.RecordsFile, long.MaxValue);
        var file = Plain(folder, RecordParser.ReportFile, MaxReportBytes);
        StageReport? report;
        try
        {
            await using var stream = file.OpenRead();
            report = await JsonSerializer.DeserializeAsync<StageReport>(stream, RecordParser.Json, cancellationToken);
        }
        catch (JsonException)
        {
            report = null;
        }
        file.Delete();
        return RecordStage.Adopt(records.FullName, shown, report ?? throw SandboxSession.Malformed("a report that cannot be read"), names);
    }

    /// <summary>A file as it should be: no link to another, and no larger than it may be.</summary>
    private static FileInfo Plain(string folder, string name, long maxSizeBytes)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        return file.Exists && file.LinkTarget is null && (file.Attributes & (FileAttributes.Directory | FileAttributes.Device)) == 0 && file.Length <= maxSizeBytes
            ? file
            : throw SandboxSession.Malformed("something else than the records");
    }
}
