using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace PortOfDakar.Ais;

/// <summary>One day of the receiver's messages, as NDJSON. The body is valid until the next batch is asked for.</summary>
internal readonly record struct AisBatch(string Id, DateTime Day, ReadOnlyMemory<byte> Body);

/// <summary>
/// Merges the tracks of all calls into what a shore receiver hears, day by day and in order of time: only the ships near the port are
/// held in memory. Some messages arrive days late, twice, cut short, without a number or with the "not available" position of a silent GPS.
/// </summary>
internal sealed class AisFeed(SimulatorOptions options, IReadOnlyList<PortCall> calls, Faults faults)
{
    private const int LateSeconds = 2 * 86_400;
    private const int RepeatSeconds = 3_600;
    private const int LatitudeNotAvailable = 91 * 100_000;
    private const int LongitudeNotAvailable = 181 * 100_000;

    private const int CutShortBytes = 30;

    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 19);
    private readonly byte[] _line = new byte[160];

    /// <summary>What has been said so far, for the truth file.</summary>
    public AisTally Tally { get; private set; } = new();

    public static string BatchId(long seed, DateTime day) => string.Create(CultureInfo.InvariantCulture, $"dakar-{seed}-{day:yyyy-MM-dd}");

    /// <summary>Every day's batch. Starting again gives the same batches.</summary>
    public IEnumerable<AisBatch> Batches()
    {
        Tally = new AisTally();
        var waiting = new Queue<AisTrack>(calls.Select(c => new AisTrack(options.Seed, c)).Where(t => t.Begins < options.Now).OrderBy(t => t.Begins));
        var active = new PriorityQueue<AisTrack, long>();
        var held = new PriorityQueue<AisPosition, long>();
        for (var day = SimulatorOptions.Start; day < options.Now; day = day.AddDays(1))
        {
            _buffer.ResetWrittenCount();
            Fill(new DateTimeOffset(day).ToUnixTimeSeconds(), waiting, active, held);
            yield return new AisBatch(BatchId(options.Seed, day), day, _buffer.WrittenMemory);
        }
    }

    private void Fill(long dayStart, Queue<AisTrack> waiting, PriorityQueue<AisTrack, long> active, PriorityQueue<AisPosition, long> held)
    {
        var dayEnd = dayStart + 86_400;
        while (waiting.TryPeek(out var starting) && starting.NextSecond < dayEnd)
        {
            active.Enqueue(waiting.Dequeue(), starting.NextSecond);
        }

        while (active.TryPeek(out var track, out var second) && second < dayEnd)
        {
            if (!track.TryNext(out var position))
            {
                active.Dequeue();
                continue;
            }

            active.DequeueEnqueue(track, track.NextSecond);
            if (position.Second >= dayStart)
            {
                Deliver(held, position.Second);
                Say(position, held);
            }
        }

        Deliver(held, dayEnd);
    }

    private void Deliver(PriorityQueue<AisPosition, long> held, long until)
    {
        while (held.TryPeek(out var position, out var due) && due < until)
        {
            held.Dequeue();
            var repeated = due - position.Second == RepeatSeconds;
            Tally.Delivered(position, repeated ? AisFault.Repeated : AisFault.Late);
            Write(position);
        }
    }

    private void Say(AisPosition position, PriorityQueue<AisPosition, long> held)
    {
        var fault = faults.OfMessage(position.Mmsi, position.Second);
        switch (fault)
        {
            case AisFault.Late:
                held.Enqueue(position, position.Second + LateSeconds);
                return;
            case AisFault.Repeated:
                held.Enqueue(position, position.Second + RepeatSeconds);
                fault = AisFault.None;
                break;
        }

        Tally.Delivered(position, fault);
        switch (fault)
        {
            case AisFault.Malformed:
                WriteCutShort(position);
                break;
            case AisFault.ImpossiblePosition:
                Write(position with { Latitude = LatitudeNotAvailable, Longitude = LongitudeNotAvailable });
                break;
            case AisFault.MissingMmsi:
                Write(position with { Mmsi = 0 });
                break;
            default:
                Write(position);
                break;
        }
    }

    private void WriteCutShort(AisPosition position)
    {
        Format(_line, position);
        _buffer.Write(_line.AsSpan(0, CutShortBytes));
        _buffer.Write("\n"u8);
    }

    private void Write(AisPosition position) => _buffer.Advance(Format(_buffer.GetSpan(_line.Length), position));

    // {"mmsi":663001007,"ts":1704067200,"lat":14.61234,"lon":-17.48123,"sog":11.2,"cog":45.1,"nav":0}
    private static int Format(Span<byte> line, AisPosition position)
    {
        var length = Put(line, 0, "{\"mmsi\":"u8);
        length = position.Mmsi == 0 ? Put(line, length, "null"u8) : Number(line, length, position.Mmsi);
        length = Number(line, Put(line, length, ",\"ts\":"u8), position.Second);
        length = Fixed(line, Put(line, length, ",\"lat\":"u8), position.Latitude, 5);
        length = Fixed(line, Put(line, length, ",\"lon\":"u8), position.Longitude, 5);
        length = Fixed(line, Put(line, length, ",\"sog\":"u8), position.Speed, 1);
        length = Fixed(line, Put(line, length, ",\"cog\":"u8), position.Course, 1);
        length = Number(line, Put(line, length, ",\"nav\":"u8), position.NavigationStatus);
        return Put(line, length, "}\n"u8);
    }

    private static int Put(Span<byte> line, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(line[at..]);
        return at + text.Length;
    }

    private static int Number(Span<byte> line, int at, long value)
    {
        Utf8Formatter.TryFormat(value, line[at..], out var written);
        return at + written;
    }

    private static int Fixed(Span<byte> line, int at, int value, int decimals)
    {
        if (value < 0)
        {
            line[at++] = (byte)'-';
            value = -value;
        }

        var unit = decimals == 5 ? 100_000 : 10;
        at = Number(line, at, value / unit);
        line[at++] = (byte)'.';
        Utf8Formatter.TryFormat(value % unit, line[at..], out _, new StandardFormat('D', (byte)decimals));
        return at + decimals;
    }
}

/// <summary>Counts of what the receiver said, by fault.</summary>
internal sealed class AisTally
{
    private readonly List<(AisFault Fault, string Id)> _spoiled = [];

    public long Lines { get; private set; }

    public IReadOnlyList<(AisFault Fault, string Id)> Spoiled => _spoiled;

    public void Delivered(AisPosition position, AisFault fault)
    {
        Lines++;
        if (fault != AisFault.None)
        {
            _spoiled.Add((fault, string.Create(CultureInfo.InvariantCulture, $"{position.Mmsi}/{position.Second}")));
        }
    }
}
