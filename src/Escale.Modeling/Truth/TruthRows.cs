using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Modeling.Truth;

/// <summary>Reads an upload as rows of texts, as it comes: CSV with a header, a JSON list of objects, or an object a line. Never more than a row is held, and there are bounds to all of it.</summary>
internal static class TruthRows
{
    /// <summary>The most rows of an upload.</summary>
    public const int MostRows = 2_000_000;

    /// <summary>The most bytes.</summary>
    public const long MostBytes = 512L << 20;

    private const int MostColumns = 1000;
    private const int MostField = 100_000;

    /// <summary>The rows; the first holds the names of the columns.</summary>
    /// <param name="body">The upload.</param>
    /// <param name="contentType">What it says to be; told by its first character when that says nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="EscaleException"><c>modeling.truth-unreadable</c>.</exception>
    public static async IAsyncEnumerable<string?[]> ReadAsync(Stream body, string? contentType, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = new PeekedText(new StreamReader(new BoundedStream(body, MostBytes), Encoding.UTF8));
        var isJson = contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true || await text.PeekAsync(cancellationToken) is '[' or '{';
        var count = 0;
        await foreach (var row in isJson ? JsonAsync(text, cancellationToken) : CsvAsync(text, cancellationToken))
        {
            if (++count > MostRows + 1)
            {
                throw Unreadable($"There are more than {MostRows} rows.", "Send them in several uploads.");
            }
            yield return row;
        }
    }

    private static async IAsyncEnumerable<string?[]> CsvAsync(PeekedText text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (field, row, isQuoted, wasQuoted, separator, line) = (new StringBuilder(), new List<string?>(), false, false, '\0', 1);
        int read;
        while ((read = await text.ReadAsync(cancellationToken)) >= 0)
        {
            var letter = (char)read;
            line += letter == '\n' ? 1 : 0;
            if (isQuoted && letter == '"' && await text.PeekAsync(cancellationToken) == '"')
            {
                field.Append((char)await text.ReadAsync(cancellationToken));
            }
            else if (letter == '"' && (isQuoted || field.Length == 0))
            {
                (isQuoted, wasQuoted) = (!isQuoted, true);
            }
            else if (!isQuoted && (letter is '\n' or '\r' || letter == separator || (separator == '\0' && letter is ',' or ';' or '\t')))
            {
                // The first separator that stands in the header is that of the file.
                separator = separator == '\0' && letter is ',' or ';' or '\t' ? letter : separator;
                Add();
                if (letter is '\n' or '\r')
                {
                    if (row.Count > 1 || row[0] is not null)
                    {
                        yield return [.. row];
                    }
                    row.Clear();
                }
            }
            else
            {
                field.Append(letter);
            }
            if (field.Length > MostField || row.Count > MostColumns)
            {
                throw Unreadable($"Line {line} holds too much for one row.", "Look for a quote that is not closed.");
            }
        }
        if (field.Length > 0 || row.Count > 0)
        {
            Add();
            yield return [.. row];
        }

        void Add()
        {
            row.Add(field.Length == 0 && !wasQuoted ? null : field.ToString());
            field.Clear();
            wasQuoted = false;
        }
    }

    // Objects one after the other, whether they stand in a list or on lines of their own.
    private static async IAsyncEnumerable<string?[]> JsonAsync(PeekedText text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[]? names = null;
        while (await ObjectAsync(text, cancellationToken) is { } found)
        {
            using var row = Parse(found);
            if (names is null)
            {
                names = [.. row.RootElement.EnumerateObject().Select(field => field.Name)];
                yield return names;
            }
            yield return [.. names.Select(name => row.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null)];
        }
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException error)
        {
            throw Unreadable($"A row is no JSON object: {error.Message}", "Send a list of objects, each with the fields of a row and its true value.");
        }
    }

    private static async Task<string?> ObjectAsync(PeekedText text, CancellationToken cancellationToken)
    {
        var (found, depth, isText) = (new StringBuilder(), 0, false);
        int read;
        while ((read = await text.ReadAsync(cancellationToken)) >= 0)
        {
            var letter = (char)read;
            if (depth == 0 && letter != '{')
            {
                if (!char.IsWhiteSpace(letter) && letter is not ('[' or ']' or ',' or '\uFEFF'))
                {
                    throw Unreadable($"A row begins with '{letter}'.", "Send a list of objects, each with the fields of a row and its true value.");
                }
                continue;
            }
            found.Append(letter);
            if (isText && letter == '\\')
            {
                found.Append((char)Math.Max(' ', await text.ReadAsync(cancellationToken)));
            }
            else if (letter == '"')
            {
                isText = !isText;
            }
            else if (!isText)
            {
                depth += letter switch { '{' => 1, '}' => -1, _ => 0 };
                if (depth == 0)
                {
                    return found.ToString();
                }
            }
            if (found.Length > MostField)
            {
                throw Unreadable("A row holds too much.", "Look for a quote or a brace that is not closed.");
            }
        }
        return depth == 0 ? null : throw Unreadable("The last row is cut.", "Send it again whole.");
    }

    private static EscaleException Unreadable(string message, string remedy) => new("modeling.truth-unreadable", message, remedy);

    /// <summary>Characters, the next of which can be looked at.</summary>
    private sealed class PeekedText(TextReader reader)
    {
        private readonly char[] _buffer = new char[16 << 10];
        private int _at;
        private int _count;

        public async ValueTask<int> PeekAsync(CancellationToken cancellationToken)
        {
            if (_at == _count)
            {
                (_at, _count) = (0, await reader.ReadAsync(_buffer, cancellationToken));
            }
            return _count == 0 ? -1 : _buffer[_at];
        }

        public async ValueTask<int> ReadAsync(CancellationToken cancellationToken)
        {
            var letter = await PeekAsync(cancellationToken);
            _at += letter < 0 ? 0 : 1;
            return letter;
        }
    }

    /// <summary>A stream that ends with an error when it is too long.</summary>
    private sealed class BoundedStream(Stream inner, long most) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            return (_read += count) <= most ? count : throw Unreadable($"The upload is larger than {most >> 20} MiB.", "Send it in several uploads.");
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
