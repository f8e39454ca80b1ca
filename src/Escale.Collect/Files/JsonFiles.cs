using System.Runtime.InteropServices;
using System.Text.Json;
using Escale.Collect.Loading;
using Escale.Collect.Rest;

namespace Escale.Collect.Files;

/// <summary>Brings the records of JSON files (a list, an object, one record a line) into a stage.</summary>
internal static class JsonFiles
{
    private const long MaxDocumentBytes = 1L << 30;

    /// <summary>One record a line: a broken line is set aside, the others stay.</summary>
    public static void ReadLines(string path, string shown, RecordStage stage, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        foreach (var (span, bytes) in CsvRecords.Read(file, quote: null, maxRecordBytes: 64 << 20))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var line = bytes.Span.Trim(" \t"u8);
            if (line.Length > 0)
            {
                stage.Add(line, shown, span.Line);
            }
        }
    }

    /// <summary>A whole document: broken JSON is an error of the file, with its line.</summary>
    public static void ReadDocument(string path, string shown, string? selector, RecordStage stage, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        try
        {
            if (selector is null && FirstByte(file) == '[')
            {
                long item = 0;
                using var stream = new CompletedReads(file);
                var items = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, JsonSerializerOptions.Default, cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (items.MoveNextAsync().AsTask().GetAwaiter().GetResult())
                {
                    Add(items.Current, shown, ++item, stage);
                }
                return;
            }
            if (file.Length > MaxDocumentBytes)
            {
                throw new EscaleException("collect.too-large", $"{shown} is one JSON document of more than {Http.Sizes.Show(MaxDocumentBytes)}.", "Write it as a list or as one record a line.", new Place(shown));
            }
            using var document = JsonDocument.Parse(file);
            var roots = selector is null ? [RecordSelector.Guess(document.RootElement)] : JsonPath.Parse(selector).Find(document.RootElement);
            long count = 0;
            foreach (var element in roots.SelectMany(RecordSelector.Expand))
            {
                Add(element, shown, ++count, stage);
            }
        }
        catch (JsonException exception)
        {
            throw new EscaleException(
                "collect.file-not-json", $"{shown} is not valid JSON: {exception.Message.Split(" Path:")[0].Split(" LineNumber")[0].TrimEnd('.')}.", "Correct the file, or set format: ndjson if it holds one record a line.",
                new Place(shown, (int?)(exception.LineNumber + 1), (int?)(exception.BytePositionInLine + 1)), exception);
        }
    }

    /// <summary>Whether a <c>.json</c> file holds one record a line: its first line is a whole object and another follows.</summary>
    public static bool IsLines(string path)
    {
        using var file = File.OpenRead(path);
        var lines = CsvRecords.Read(file, quote: null, maxRecordBytes: 8 << 20).Select(record => record.Bytes.ToArray()).Where(line => line.AsSpan().Trim(" \t"u8).Length > 0).Take(2).ToList();
        return lines.Count == 2 && lines.TrueForAll(line => line.AsSpan().TrimStart(" \t"u8)[0] == '{') && IsWhole(lines[0]);
    }

    private static bool IsWhole(byte[] line)
    {
        try
        {
            using var _ = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int FirstByte(FileStream file)
    {
        int letter;
        do
        {
            letter = file.ReadByte();
        }
        while (letter is ' ' or '\t' or '\r' or '\n');
        file.Position = 0;
        return letter;
    }

    private static void Add(JsonElement element, string shown, long number, RecordStage stage)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            stage.Add(JsonMarshal.GetRawUtf8Value(element), shown, number);
        }
        else
        {
            stage.Add(JsonSerializer.SerializeToUtf8Bytes(new { value = element }), shown, number);
        }
    }

    /// <summary>
    /// Answers each read at once, so that what is awaited on it never leaves this thread: only it sees the files of a sandbox, and is confined.
    /// </summary>
    private sealed class CompletedReads(FileStream file) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position { get => file.Position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(file.Read(buffer.Span));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
