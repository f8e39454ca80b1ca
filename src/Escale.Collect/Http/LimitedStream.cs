using System.Buffers;

namespace Escale.Collect.Http;

/// <summary>A read-only stream over another that counts what passes.</summary>
internal class CountingStream(Stream inner) : Stream
{
    /// <summary>The bytes read so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => Count; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Passed(await inner.ReadAsync(buffer, cancellationToken));

    public sealed override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

    public sealed override int Read(byte[] buffer, int offset, int count) => Passed(inner.Read(buffer, offset, count));

    public sealed override void Flush()
    {
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Counts bytes that were read, and may refuse them.</summary>
    protected virtual int Passed(int got)
    {
        Count += got;
        return got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>
/// A stream that refuses to give more than it may: a byte limit and a limit on how much decompression may multiply
/// (security requirement S10). Memory stays flat: nothing is read ahead.
/// </summary>
internal sealed class LimitedStream(Stream inner, Func<long> transferredBytes, long maxSizeBytes, int maxRatio, string shown, TimeSpan silence) : CountingStream(inner)
{
    private const long RatioFloorBytes = 1 << 20;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(silence);
        try
        {
            return await base.ReadAsync(buffer, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportFault($"{shown} went silent for {silence.TotalSeconds:0.#} s in the middle of its answer");
        }
        catch (InvalidDataException exception)
        {
            throw new TransportFault($"{shown} sent a body that does not decompress", exception);
        }
        catch (IOException exception)
        {
            throw new TransportFault($"{shown} closed the connection in the middle of its answer", exception);
        }
    }

    protected override int Passed(int got)
    {
        _ = base.Passed(got);
        if (Count > maxSizeBytes)
        {
            throw new EscaleException(
                "collect.too-large", $"{shown} is larger than the {Sizes.Show(maxSizeBytes)} allowed.",
                "Raise max_size in the source file if this is expected.", new Place(shown));
        }
        if (Count > RatioFloorBytes && Count > transferredBytes() * maxRatio)
        {
            throw new EscaleException(
                "collect.decompression-ratio", $"{shown} decompresses to more than {maxRatio} times its size: this looks like a decompression bomb.",
                "Ask the provider of the data, or collect it uncompressed.", new Place(shown));
        }
        return got;
    }
}

/// <summary>Sizes as people read and write them.</summary>
internal static class Sizes
{
    private static readonly (string Unit, long Bytes)[] _units = [("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10)];
    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789.");

    public static string Show(long bytes)
    {
        foreach (var (unit, size) in _units)
        {
            if (bytes >= size)
            {
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (double)size:0.##} {unit}");
            }
        }
        return $"{bytes} bytes";
    }

    /// <summary>Reads <c>512MB</c>, <c>4 GB</c>, <c>1000</c>; null when it is none of these.</summary>
    public static long? Parse(string text)
    {
        var trimmed = text.Trim();
        var split = trimmed.AsSpan().IndexOfAnyExcept(_digits);
        var number = split < 0 ? trimmed : trimmed[..split];
        var unit = split < 0 ? "" : trimmed[split..].Trim().ToUpperInvariant();
        var factor = unit switch { "" or "B" => 1L, "K" or "KB" or "KIB" => 1L << 10, "M" or "MB" or "MIB" => 1L << 20, "G" or "GB" or "GIB" => 1L << 30, "T" or "TB" or "TIB" => 1L << 40, _ => 0 };
        return factor > 0 && double.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1e12
            ? (long)(value * factor)
            : null;
    }
}
