using System.Buffers;
using Escale.Engines.Sandbox;

namespace Escale.Collect.Loading;

/// <summary>What is known of a stage besides its file: so a parser in the sandbox hands it to the host.</summary>
/// <param name="Count">How many records it holds.</param>
/// <param name="LongestBytes">The length of the longest, as written.</param>
/// <param name="Shape">The shape of all records.</param>
/// <param name="Sections">Where they came from.</param>
/// <param name="Rejects">The records set aside.</param>
internal sealed record StageReport(long Count, long LongestBytes, ShapeNode Shape, IReadOnlyList<StageSection> Sections, IReadOnlyList<RejectedRecord> Rejects);

/// <summary>Records that follow each other in one file.</summary>
/// <param name="FirstRow">The number of the first in the stage, from 1.</param>
/// <param name="File">The file as people know it.</param>
/// <param name="FirstLine">The line or number of the first in its file.</param>
internal sealed record StageSection(long FirstRow, string File, long FirstLine);

/// <content>Handing over a stage that another process wrote.</content>
internal sealed partial class RecordStage
{
    private const long MaxRecordBytes = 256 << 20;

    private RecordStage(string path, string shown, StageReport report)
    {
        Path = path;
        Shown = shown;
        Count = report.Count;
        LongestBytes = report.LongestBytes;
        Shape = JsonShape.From(report.Shape);
        _sections.AddRange(report.Sections);
        _rejects.AddRange(report.Rejects);
    }

    /// <summary>What to tell the process that takes the stage over.</summary>
    public StageReport Report() => new(Count, LongestBytes, Shape.Save(), _sections, _rejects);

    /// <summary>Takes over a stage that a process wrote which is not trusted.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="shown">What it is for, as people know it.</param>
    /// <param name="report">What the process says of it.</param>
    /// <param name="files">The files that its records can have come from.</param>
    /// <exception cref="EscaleException"><c>engines.sandbox.protocol</c>: what it says cannot be.</exception>
    public static RecordStage Adopt(string path, string shown, StageReport report, IReadOnlySet<string> files)
    {
        var length = new FileInfo(path).Length;
        var isTrue = report.Count >= 0 && report.Count <= length
            && report.LongestBytes >= 0 && report.LongestBytes <= Math.Min(length, MaxRecordBytes)
            && (report.Count == 0) == (report.Sections.Count == 0)
            && IsInOrder(report)
            && report.Sections.All(section => files.Contains(section.File) && section.FirstLine > 0)
            && report.Rejects.All(reject => reject.File is not null && files.Contains(reject.File));
        return isTrue ? new RecordStage(path, shown, report) : throw SandboxSession.Malformed("a report of records that cannot be");
    }

    private static bool IsInOrder(StageReport report)
    {
        long last = 0;
        foreach (var section in report.Sections)
        {
            if (section.FirstRow <= last || section.FirstRow > report.Count || (last == 0 && section.FirstRow != 1))
            {
                return false;
            }
            last = section.FirstRow;
        }
        return true;
    }

    /// <summary>The lines of the file, none longer than the longest is said to be; each is valid until the next.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Lines()
    {
        using var file = File.OpenRead(Path);
        var chunk = new byte[1 << 16];
        var line = new ArrayBufferWriter<byte>();
        for (var got = file.Read(chunk); got > 0; got = file.Read(chunk))
        {
            for (var start = 0; start < got;)
            {
                var end = Array.IndexOf(chunk, (byte)'\n', start, got - start);
                line.Write(chunk.AsSpan(start, (end < 0 ? got : end) - start));
                if (line.WrittenCount > LongestBytes)
                {
                    throw SandboxSession.Malformed("a record longer than it said");
                }
                start = end < 0 ? got : end + 1;
                if (end >= 0)
                {
                    yield return line.WrittenMemory;
                    line.ResetWrittenCount();
                }
            }
        }
    }
}
