using System.Globalization;

namespace PortOfDakar.Traffic;

/// <summary>
/// Working days and truck peaks. Ramadan (ninth month) and the weeks before Korité and Tabaski (1 Shawwal, 10 Dhu al-Hijja) bring the
/// gate from 900 to 1,400 truck moves a day; the yard clears a thousand.
/// </summary>
internal sealed class PortCalendar
{
    private const int UsualTruckMoves = 900;
    private const int YardCapacity = 1_000;

    private static readonly UmAlQuraCalendar Hijri = new();

    private readonly Dictionary<DateTime, double> _pace = [];

    public static bool IsRamadan(DateTime day) => Hijri.GetMonth(day) == 9;

    public static bool IsFeast(DateTime day) =>
        (Hijri.GetMonth(day), Hijri.GetDayOfMonth(day)) is (10, 1) or (12, 10) || (day.Month, day.Day) is (1, 1) or (4, 4) or (5, 1) or (12, 25);

    /// <summary>Truck moves asked for at the gate on a day.</summary>
    public static int TruckMoves(DateTime day)
    {
        var (month, date) = (Hijri.GetMonth(day), Hijri.GetDayOfMonth(day));
        var feastNear = (month == 9 && date >= 18) || (month == 11 && date >= 28) || (month == 12 && date < 10);
        var moves = feastNear ? 1_400 : month == 9 ? 1_150 : UsualTruckMoves;
        return day.DayOfWeek is DayOfWeek.Sunday ? moves * 6 / 10 : moves;
    }

    /// <summary>
    /// The share of the usual pace that cargo work reaches on a day: fewer gangs on Sundays and feasts, and a crowded yard for cargo that
    /// leaves by truck.
    /// </summary>
    public double Pace(World.ShipClass shipClass, DateTime time)
    {
        var day = time.Date;
        if (!_pace.TryGetValue(day, out var labour))
        {
            labour = IsFeast(day) ? 0.4 : day.DayOfWeek is DayOfWeek.Sunday ? 0.8 : 1;
            _pace[day] = labour;
        }

        return shipClass.NeedsTrucks ? labour * Math.Min(1, Math.Pow(YardCapacity / (double)TruckMoves(day), 0.8)) : labour;
    }

    /// <summary>How busy arrivals are: imports rise before Ramadan and Tabaski and in the last quarter, fish in the cold season.</summary>
    public static double ArrivalRate(World.ShipClass shipClass, DateTime time)
    {
        var season = shipClass.Name switch
        {
            "fishing" => 1 + (0.25 * Math.Cos(2 * Math.PI * (time.DayOfYear - 60) / 365.25)),
            "passenger" => time.Month is >= 11 or <= 3 ? 1.3 : 0.8,
            _ => time.Month switch { 2 => 0.95, 8 or 9 => 0.9, 10 or 11 => 1.12, 12 => 1.05, _ => 1.0 },
        };
        var feasts = shipClass.NeedsTrucks && IsRamadan(time.AddDays(20)) ? 1.12 : 1;
        var week = time.DayOfWeek is DayOfWeek.Sunday ? 0.75 : time.DayOfWeek is DayOfWeek.Saturday ? 0.9 : 1.07;
        return season * feasts * week;
    }
}
