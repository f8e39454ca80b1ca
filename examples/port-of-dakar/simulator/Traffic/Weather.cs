namespace PortOfDakar.Traffic;

/// <summary>One hour at sea off Dakar, in Open-Meteo's units.</summary>
internal readonly record struct WeatherHour(
    double WaveHeightM, double WavePeriodS, int WaveDirectionDeg, double SwellWaveHeightM, double WindWaveHeightM, double WindSpeedKmH,
    int WindDirectionDeg, double TemperatureC, double PrecipitationMm, int VisibilityM);

/// <summary>
/// Hourly marine weather: north-westerly swell and trade winds from November to May, squalls and rain from July to October, dust in
/// the dry season. Each hour follows from the one before, so a longer simulation begins with the same hours.
/// </summary>
internal sealed class Weather
{
    private const double MaxWaveHeightM = 2.1;
    private const double MaxWindKmH = 50;
    private const double MaxCraneWindKmH = 42;
    private const int MinVisibilityM = 1_500;

    private readonly WeatherHour[] _hours;

    public Weather(long seed, int hourCount)
    {
        _hours = new WeatherHour[hourCount];
        var state = new State(Dice.For(seed, "weather"));
        for (var hour = 0; hour < hourCount; hour++)
        {
            _hours[hour] = state.Next(hour);
        }
    }

    public WeatherHour this[int hour] => _hours[Math.Min(hour, _hours.Length - 1)];

    public static int HourOf(DateTime time) => (int)(time - SimulatorOptions.Start).TotalHours;

    /// <summary>Whether pilots bring ships in and out: limits of swell, wind and visibility.</summary>
    public bool AllowsManoeuvre(DateTime time)
    {
        var hour = this[HourOf(time)];
        return hour.WaveHeightM <= MaxWaveHeightM && hour.WindSpeedKmH <= MaxWindKmH && hour.VisibilityM >= MinVisibilityM;
    }

    /// <summary>The first moment at or after this one when a ship may be moved.</summary>
    public DateTime NextWindow(DateTime time)
    {
        while (!AllowsManoeuvre(time))
        {
            time = time.AddHours(1).AddMinutes(-time.Minute);
        }

        return time;
    }

    /// <summary>The share of an hour's cargo work that the weather leaves to this class.</summary>
    public double WorkShare(World.ShipClass shipClass, DateTime time)
    {
        var hour = this[HourOf(time)];
        var tooWet = shipClass.FearsRain && hour.PrecipitationMm >= 1;
        var tooWindy = shipClass.FearsWind && hour.WindSpeedKmH > MaxCraneWindKmH;
        return tooWet || tooWindy ? 0 : 1;
    }

    private sealed class State(Dice dice)
    {
        private double _swellNoise;
        private double _windNoise;
        private double _directionNoise;
        private double _temperatureNoise;
        private int _squallHours;
        private int _dustHours;

        public WeatherHour Next(int hour)
        {
            var time = SimulatorOptions.Start.AddHours(hour);
            var year = 2 * Math.PI * (time.DayOfYear - 45) / 365.25;
            var winter = Math.Cos(year);
            var afternoon = Math.Sin(2 * Math.PI * (time.Hour - 9) / 24.0);

            _swellNoise = (0.985 * _swellNoise) + dice.Normal(0, 0.062);
            _windNoise = (0.95 * _windNoise) + dice.Normal(0, 1.9);
            _directionNoise = (0.97 * _directionNoise) + dice.Normal(0, 4);
            _temperatureNoise = (0.98 * _temperatureNoise) + dice.Normal(0, 0.22);
            var squall = Squall(time, dice.Unit());
            var dusty = Dusty(time, dice.Unit());

            var wind = Math.Max(1, 20 + (6 * winter) + (4 * afternoon) + _windNoise + (squall ? 26 : 0));
            var swell = Math.Max(0.3, 1.35 + (0.36 * winter) + _swellNoise);
            var windWave = Math.Min(2.5, 0.0007 * wind * wind);
            return new WeatherHour(
                Math.Round(Math.Sqrt((swell * swell) + (windWave * windWave)), 2), Math.Round(8 + (2.4 * winter) + (2.2 * _swellNoise), 2),
                Degrees(winter > 0 ? 318 + _directionNoise : 205 + _directionNoise), Math.Round(swell, 2), Math.Round(windWave, 2),
                Math.Round(wind, 1), Degrees((winter > -0.3 ? 15 : 265) + (1.5 * _directionNoise)),
                Math.Round(24.4 + (3.6 * Math.Cos(2 * Math.PI * (time.DayOfYear - 255) / 365.25)) + (2.1 * afternoon) + _temperatureNoise, 1),
                squall ? Math.Round(dice.Exponential(6), 1) : 0,
                dusty ? 900 + (dice.Below(40) * 50) : 18_000 + (dice.Below(60) * 100));
        }

        private bool Squall(DateTime time, double roll)
        {
            _squallHours = _squallHours > 0 ? _squallHours - 1 : time.Month is >= 7 and <= 10 && roll < 0.011 ? 3 : 0;
            return _squallHours > 0;
        }

        private bool Dusty(DateTime time, double roll)
        {
            _dustHours = _dustHours > 0 ? _dustHours - 1 : time.Month is 12 or <= 4 && roll < 0.0022 ? 14 : 0;
            return _dustHours > 0;
        }

        private static int Degrees(double value) => (((int)Math.Round(value) % 360) + 360) % 360;
    }
}
