using System.Text.Json;
using Escale.Collect.Loading;
using Escale.Engines.Sandbox;

namespace Escale.Collect.Files;

/// <summary>A sheet of a spreadsheet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows are used.</param>
/// <param name="Columns">How many columns.</param>
internal sealed record SheetInfo(string Name, int Rows, int Columns);

/// <summary>Has the sheets of a spreadsheet told by <see cref="SheetParser"/>, in a confined process.</summary>
internal sealed class SheetList(ParseEngine engine)
{
    /// <summary>More sheets than this are not told.</summary>
    public const int Most = 1000;

    private const int LongestName = 255;

    /// <summary>The sheets, in their order.</summary>
    /// <exception cref="EscaleException"><c>collect.file-not-excel</c>, <c>collect.decompression-ratio</c>.</exception>
    public async Task<IReadOnlyList<SheetInfo>> ReadAsync(string path, string shown, CancellationToken cancellationToken)
    {
        await using var session = await engine.OpenAsync([path], [], cancellationToken);
        var answer = await session.ParseAsync(SheetParser.OwnName, JsonSerializer.Serialize(new RecordFile(path, shown, FileFormat.Excel), RecordParser.Json), cancellationToken);
        try
        {
            var sheets = JsonSerializer.Deserialize<List<SheetInfo>>(answer, RecordParser.Json) ?? [];
            return sheets.Count <= Most && sheets.TrueForAll(sheet => sheet is { Name.Length: <= LongestName, Rows: >= 0, Columns: >= 0 }) ? sheets : throw SandboxSession.Malformed("sheets that cannot be");
        }
        catch (JsonException)
        {
            throw SandboxSession.Malformed("sheets that cannot be read");
        }
    }

    /// <summary>The sheet that is read when nobody chooses: the first that holds a table, else the first.</summary>
    public static string? First(IReadOnlyList<SheetInfo> sheets) => (sheets.FirstOrDefault(sheet => sheet.Rows > 1) ?? sheets.FirstOrDefault(sheet => sheet.Rows > 0) ?? sheets.FirstOrDefault())?.Name;
}

/// <summary>Runs in the sandbox process: tells the sheets of a spreadsheet.</summary>
internal sealed class SheetParser : SandboxParser
{
    /// <summary>The name to ask for.</summary>
    public const string OwnName = "sheets";

    public override string Name => OwnName;

    public override string Parse(string request, CancellationToken cancellationToken)
    {
        var asked = JsonSerializer.Deserialize<RecordFile>(request, RecordParser.Json)!;
        return JsonSerializer.Serialize(ExcelFiles.Sheets(asked.Path, asked.Shown, cancellationToken), RecordParser.Json);
    }
}
