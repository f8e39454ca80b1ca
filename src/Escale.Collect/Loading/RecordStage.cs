using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Escale.Collect.Loading;

/// <summary>
/// Writes JSON records, from whatever connector, into one file of newline-delimited objects that the engine can read without surprises:
/// every record is validated here, its shape is added to the batch's, and broken ones are set aside with their place. Not thread-safe.
/// </summary>
internal sealed partial class RecordStage : IDisposable
{
    /// <summary>The column that numbers the staged records from 1.</summary>
    public const string RowColumn = "_escale_row";

    private const int MaxDepth = 64;
    private readonly FileStream? _file;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);
    private readonly List<StageSection> _sections = [];
    private readonly List<RejectedRecord> _rejects = [];
    private readonly JsonKeys _keys = new();

    public RecordStage(string path, string shown)
    {
        Path = path;
        Shown = shown;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1);
    }

    public string Path { get; }

    public string Shown { get; }

    public long Count { get; private set; }

    /// <summary>The length of the longest record as written.</summary>
    public long LongestBytes { get; private set; }

    public JsonShape Shape { get; } = new();

    public IReadOnlyList<RejectedRecord> Rejects => _rejects;

    /// <summary>From which staged record on they came from which file.</summary>
    public IEnumerable<(long FirstRow, string File)> Files => _sections.Select(section => (section.FirstRow, section.File));

    /// <summary>Adds a record.</summary>
    /// <param name="json">The text of one JSON value.</param>
    /// <param name="file">Where it came from.</param>
    /// <param name="line">Its line or number there.</param>
    /// <returns>False when it was set aside.</returns>
    public bool Add(ReadOnlySpan<byte> json, string file, long line)
    {
        if (!TryAddShape(json, out var problem))
        {
            Reject(json, problem, file, line);
            return false;
        }
        Count++;
        if (_sections.Count == 0 || _sections[^1] is var last && (last.File != file || last.FirstLine + (Count - last.FirstRow) != line))
        {
            _sections.Add(new StageSection(Count, file, line));
        }
        Write(json);
        return true;
    }

    /// <summary>Sets a record aside.</summary>
    public void Reject(ReadOnlySpan<byte> raw, string reason, string file, long line) =>
        _rejects.Add(new RejectedRecord(Encoding.UTF8.GetString(raw), reason, "parse", null, file, line));

    /// <summary>Where the record of this number came from.</summary>
    public (string File, long Line) Origin(long row)
    {
        var low = 0;
        var high = _sections.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _sections[middle].FirstRow <= row ? (middle, high) : (low, middle - 1);
        }
        var section = _sections[low];
        return (section.File, section.FirstLine + (row - section.FirstRow));
    }

    /// <summary>Ends the writing; the file can then be read.</summary>
    public StagedPart Finish()
    {
        if (_file is not null)
        {
            Flush();
            _file.Dispose();
        }
        return new StagedPart(this);
    }

    /// <summary>The raw records of these numbers (ascending), as they were added.</summary>
    public IEnumerable<(long Row, string Raw)> RawOf(IEnumerable<long> rows)
    {
        using var wanted = rows.GetEnumerator();
        if (!wanted.MoveNext())
        {
            yield break;
        }
        long row = 0;
        foreach (var line in Lines())
        {
            if (++row == wanted.Current)
            {
                yield return (row, WithoutRow(Encoding.UTF8.GetString(line.Span)));
                if (!wanted.MoveNext())
                {
                    yield break;
                }
            }
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Takes the number back out of <c>{"_escale_row":12,"a":1}</c>.</summary>
    private static string WithoutRow(string line)
    {
        var end = line.AsSpan().IndexOfAny(',', '}');
        return end >= 0 && line[end] == ',' ? "{" + line[(end + 1)..] : "{}";
    }

    private bool TryAddShape(ReadOnlySpan<byte> json, out string problem)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                problem = "the record is not a JSON object";
                return false;
            }
            // A record is judged whole before any of it counts for the shape.
            _keys.Check(json, MaxDepth);
            Shape.AddRecord(ref reader);
            if (reader.Read())
            {
                problem = "something follows the JSON object";
                return false;
            }
            problem = "";
            return true;
        }
        catch (JsonKeyFault fault)
        {
            problem = fault.Message;
            return false;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            problem = "not valid JSON: " + exception.Message.Split(" LineNumber")[0].TrimEnd('.');
            return false;
        }
    }

    private void Write(ReadOnlySpan<byte> json)
    {
        var body = json[(json.IndexOf((byte)'{') + 1)..];
        body = body[..body.LastIndexOf((byte)'}')].Trim(" \t\r\n"u8);
        var target = _buffer.GetSpan(body.Length + 40);
        "{\"_escale_row\":"u8.CopyTo(target);
        var at = 15;
        Count.TryFormat(target[at..], out var digits, default, CultureInfo.InvariantCulture);
        at += digits;
        if (body.Length > 0)
        {
            target[at++] = (byte)',';
            body.CopyTo(target[at..]);
            // A line break can only stand between the tokens of valid JSON.
            target.Slice(at, body.Length).Replace((byte)'\n', (byte)' ');
            target.Slice(at, body.Length).Replace((byte)'\r', (byte)' ');
            at += body.Length;
        }
        target[at++] = (byte)'}';
        target[at++] = (byte)'\n';
        _buffer.Advance(at);
        LongestBytes = Math.Max(LongestBytes, at);
        if (_buffer.WrittenCount > 1 << 20)
        {
            Flush();
        }
    }

    private void Flush()
    {
        _file!.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
