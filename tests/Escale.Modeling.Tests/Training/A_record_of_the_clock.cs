using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Training;

public sealed class A_record_of_the_clock
{
    [Fact]
    public void Gives_every_reading_again_to_who_took_it()
    {
        var recording = new RecordingClock(TimeProvider.System);
        var first = recording.GetTimestamp();
        var parts = Enumerable.Range(0, 3).Select(part => (Part: part, Reading: recording.Part(part).GetTimestamp())).ToList();
        var last = recording.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var replaying = new ReplayingClock(ClockRecord.FromBytes(recording.End().ToBytes()), recording.TimestampFrequency, stop);
        Assert.Equal(first, replaying.GetTimestamp());
        Assert.Equal(parts.AsEnumerable().Reverse(), parts.AsEnumerable().Reverse().Select(part => (part.Part, replaying.Part(part.Part).GetTimestamp()))); // in any order
        Assert.Equal(last, replaying.GetTimestamp());
        Assert.False(stop.IsCancellationRequested);
    }

    [Fact]
    public void Lets_time_limits_come_after_the_same_reading()
    {
        var recording = new RecordingClock(TimeProvider.System);
        using var asked = new CancellationTokenSource();
        recording.GetTimestamp();
        recording.Stop(asked);
        recording.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var replaying = new ReplayingClock(ClockRecord.FromBytes(recording.End().ToBytes()), recording.TimestampFrequency, stop);
        Assert.False(stop.IsCancellationRequested);
        replaying.GetTimestamp();
        Assert.True(stop.IsCancellationRequested);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0105")]
    [InlineData("010101FFFFFFFFFFFF")]
    public void That_is_damaged_is_refused(string bytes) => Assert.Throws<InvalidDataException>(() => ClockRecord.FromBytes(Convert.FromHexString(bytes)));
}
