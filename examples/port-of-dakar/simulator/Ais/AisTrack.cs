using PortOfDakar.Traffic;

namespace PortOfDakar.Ais;

/// <summary>One position report. Latitude and longitude in 1/100,000 degree, speed and course in tenths (knots, degrees).</summary>
internal readonly record struct AisPosition(int Mmsi, long Second, int Latitude, int Longitude, int Speed, int Course, int NavigationStatus);

/// <summary>
/// What a ship's transponder says during one call, in order of time: approach, waiting at anchor, shifting to the berth, moored, leaving.
/// Under way it reports every four minutes, lying still every eighteen.
/// </summary>
internal sealed class AisTrack
{
    private const double MilesPerDegree = 60;
    private const double ApproachMiles = 40;
    private const double DepartureMiles = 25;
    private const int ShiftMinutes = 40;
    private const int UnderWaySeconds = 240;
    private const int AtRestSeconds = 1_080;

    private readonly PortCall _call;
    private readonly Dice _dice;
    private readonly (double Latitude, double Longitude) _anchorage;
    private readonly double _bearing;
    private readonly double _speed;
    private long _next;

    public AisTrack(long seed, PortCall call)
    {
        _call = call;
        _dice = Dice.For(seed, "track", call.Number);
        _anchorage = (14.640 + _dice.Between(-0.02, 0.02), -17.395 + _dice.Between(-0.02, 0.02));
        _bearing = _dice.Between(175, 235) * Math.PI / 180;
        _speed = call.Vessel.Class.SpeedKnots * _dice.Between(0.85, 1.1);
        Begins = call.Anchored.AddHours(-ApproachMiles / _speed);
        _next = Seconds(Begins) + _dice.Below(UnderWaySeconds);
    }

    public DateTime Begins { get; }

    /// <summary>The time of the position that <see cref="TryNext"/> gives next.</summary>
    public long NextSecond => _next;

    /// <summary>The next position, or false when the ship has gone.</summary>
    public bool TryNext(out AisPosition position)
    {
        position = At(_next, out var interval);
        _next += interval + _dice.Below(interval / 8);
        return interval > 0;
    }

    private AisPosition At(long second, out int interval)
    {
        var time = DateTime.UnixEpoch.AddSeconds(second);
        interval = UnderWaySeconds;
        if (time < _call.Anchored)
        {
            var miles = (_call.Anchored - time).TotalHours * _speed;
            var slow = miles < 4 ? 0.6 : 1;
            return Report(second, Out(_anchorage, miles), _speed * slow, _bearing + Math.PI, 0);
        }

        if (time < _call.Berthed.AddMinutes(-ShiftMinutes))
        {
            interval = AtRestSeconds;
            return Report(second, _anchorage, _dice.Between(0, 0.3), _dice.Between(0, 6.28), 1);
        }

        if (time < _call.Berthed)
        {
            var done = 1 - ((_call.Berthed - time).TotalMinutes / ShiftMinutes);
            return Report(second, Between(_anchorage, (_call.Berth.Latitude, _call.Berth.Longitude), Math.Max(0, done)), 5.5 * (1.1 - done), 5.6, 0);
        }

        if (time < _call.Sailed)
        {
            interval = AtRestSeconds;
            return Report(second, (_call.Berth.Latitude, _call.Berth.Longitude), 0, 1.2, 5);
        }

        var gone = (time - _call.Sailed).TotalHours * _speed;
        interval = gone < DepartureMiles ? UnderWaySeconds : 0;
        return Report(second, Out((_call.Berth.Latitude, _call.Berth.Longitude), gone), _speed, _bearing, 0);
    }

    private AisPosition Report(long second, (double Latitude, double Longitude) at, double speed, double course, int status) => new(
        _call.Vessel.Mmsi, second, Hundredthousandths(at.Latitude + _dice.Between(-0.0002, 0.0002)),
        Hundredthousandths(at.Longitude + _dice.Between(-0.0002, 0.0002)), (int)Math.Round((speed + _dice.Between(0, 0.4)) * 10),
        (int)Math.Round(course * 1_800 / Math.PI) % 3_600, status);

    private (double Latitude, double Longitude) Out((double Latitude, double Longitude) from, double miles) => (
        from.Latitude + (Math.Cos(_bearing) * miles / MilesPerDegree),
        from.Longitude + (Math.Sin(_bearing) * miles / MilesPerDegree / Math.Cos(from.Latitude * Math.PI / 180)));

    private static (double Latitude, double Longitude) Between((double Latitude, double Longitude) a, (double Latitude, double Longitude) b, double share) =>
        (a.Latitude + ((b.Latitude - a.Latitude) * share), a.Longitude + ((b.Longitude - a.Longitude) * share));

    private static int Hundredthousandths(double degrees) => (int)Math.Round(degrees * 100_000);

    private static long Seconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
