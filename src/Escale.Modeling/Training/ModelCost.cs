using System.Diagnostics;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Training;

/// <summary>What it costs to keep and to ask a model of the leaderboard.</summary>
internal static class ModelCost
{
    private const int MostRows = 200;

    private static readonly TimeSpan _most = TimeSpan.FromMilliseconds(30);

    /// <summary>A row with its size and the time of one prediction.</summary>
    public static LeaderboardRow Of(LeaderboardRow row, AutoMlResult result)
    {
        Model model;
        try
        {
            model = result.ModelOf(row.Name);
        }
        catch (ArgumentException)
        {
            return row; // It was not kept.
        }
        using var file = new Counting();
        model.Save(file);
        return row with { SizeBytes = file.Bytes, RowMicroseconds = Time(model) };
    }

    // The fastest of some rows without values: what the machine does beside it makes none of them faster.
    private static double Time(Model model)
    {
        var (row, outputs, started, best) = (model.NewRow(), new double[model.OutputCount], Stopwatch.GetTimestamp(), double.MaxValue);
        for (var at = 0; at < MostRows && (at < 3 || Stopwatch.GetElapsedTime(started) < _most); at++)
        {
            var before = Stopwatch.GetTimestamp();
            model.Predict(row, outputs);
            best = Math.Min(best, Stopwatch.GetElapsedTime(before).TotalMicroseconds);
        }
        return best;
    }

    /// <summary>Counts what is written.</summary>
    private sealed class Counting : Stream
    {
        public long Bytes { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position { get => Bytes; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => Bytes += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => Bytes += count;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
