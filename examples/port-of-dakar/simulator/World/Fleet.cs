using Bogus;

namespace PortOfDakar.World;

/// <summary>A ship as it really is; what the register says of it may differ.</summary>
internal sealed class Vessel(int index, ShipClass shipClass, int imo, int mmsi, string name, string flag, string owner, double lengthM, double draughtM, int built)
{
    public int Index => index;
    public ShipClass Class => shipClass;
    public int Imo => imo;
    public int Mmsi => mmsi;
    public string Name => name;
    public string Flag => flag;
    public string Owner => owner;
    public double LengthM => lengthM;
    public double DraughtM => draughtM;
    public int Built => built;

    /// <summary>Gross tonnage, roughly the cube of the length as for real ships.</summary>
    public int GrossTonnage => (int)(Math.Pow(lengthM, 2.6) * (shipClass.Name is "fishing" ? 0.016 : 0.02));

    /// <summary>When it can be back in the port; set by the traffic simulation.</summary>
    public DateTime FreeFrom { get; set; } = DateTime.MinValue;
}

/// <summary>The ships that trade with Dakar: the same ones come back, as on a liner service.</summary>
internal sealed class Fleet
{
    // The first three digits of an MMSI name the country (ITU maritime identification digits).
    private static readonly (string Flag, int Mid, int Weight)[] Flags =
    [
        ("PA", 352, 16), ("LR", 636, 16), ("MH", 538, 13), ("MT", 248, 8), ("HK", 477, 8), ("SG", 563, 7), ("CY", 210, 4), ("PT", 255, 5),
        ("BS", 308, 4), ("FR", 226, 4), ("ES", 224, 4), ("NL", 244, 4), ("GR", 239, 3), ("CN", 412, 2), ("MA", 242, 2),
    ];

    private static readonly string[] FirstWords =
        ["Baobab", "Teranga", "Gorée", "Sahel", "Casamance", "Saloum", "Lompoul", "Ndar", "Almadies", "Ngor", "Kayar", "Fouta", "Ferlo", "Karabane", "Djoudj", "Lac Rose", "Atlantic", "Ocean", "Cap Vert", "Yoff", "Rufisque", "Joal", "Mbour", "Tamba", "Kédougou"];

    private static readonly string[] SecondWords =
        ["Star", "Express", "Pioneer", "Trader", "Horizon", "Spirit", "Glory", "Carrier", "Wind", "Bridge", "Dawn", "Pearl", "Voyager", "Harmony", "Light", "Étoile", "Espoir", "Aurore", "Liberté", "Fortune"];

    public IReadOnlyList<Vessel> Vessels { get; }

    public IReadOnlyDictionary<ShipClass, Vessel[]> ByClass { get; }

    /// <summary>The shipping agents that announce the calls.</summary>
    public IReadOnlyList<string> Agents { get; }

    public Fleet(long seed)
    {
        var faker = new Faker("fr") { Random = new Randomizer(unchecked((int)seed)) };
        var owners = Enumerable.Range(0, 60).Select(_ => faker.Company.CompanyName()).Distinct().ToArray();
        Agents = [.. Enumerable.Range(0, 12).Select(_ => $"Agence {faker.Name.LastName()}").Distinct()];

        var dice = Dice.For(seed, "fleet");
        var names = new HashSet<string>();
        var numbers = new HashSet<int>();
        var vessels = new List<Vessel>();
        foreach (var shipClass in ShipClass.All)
        {
            for (var i = 0; i < shipClass.FleetSize; i++)
            {
                vessels.Add(Build(vessels.Count, shipClass, dice, names, numbers, owners));
            }
        }

        Vessels = vessels;
        ByClass = vessels.GroupBy(v => v.Class).ToDictionary(g => g.Key, g => g.ToArray());
    }

    private static Vessel Build(int index, ShipClass shipClass, Dice dice, HashSet<string> names, HashSet<int> numbers, string[] owners)
    {
        var (flag, mid) = shipClass.Name is "fishing" && dice.Chance(0.6) ? ("SN", 663) : PickFlag(dice);
        var size = Math.Pow(dice.Unit(), 1.4);
        var length = Math.Round(shipClass.LengthM.Low + (size * (shipClass.LengthM.High - shipClass.LengthM.Low)), 1);
        var draught = Math.Round(shipClass.DraughtM.Low + (((size * 0.8) + (dice.Unit() * 0.2)) * (shipClass.DraughtM.High - shipClass.DraughtM.Low)), 1);
        return new Vessel(
            index, shipClass, NewImo(dice, numbers), (mid * 1_000_000) + 1_000 + (index * 7), NewName(dice, names), flag, dice.Pick(owners), length, draught,
            1988 + dice.Below(35));
    }

    private static (string Flag, int Mid) PickFlag(Dice dice)
    {
        var roll = dice.Below(Flags.Sum(f => f.Weight));
        foreach (var (flag, mid, weight) in Flags)
        {
            if ((roll -= weight) < 0)
            {
                return (flag, mid);
            }
        }

        throw new InvalidOperationException("The weights do not cover the roll.");
    }

    private static int NewImo(Dice dice, HashSet<int> taken)
    {
        while (true)
        {
            var imo = Imo.FromSixDigits(880_000 + dice.Below(115_000));
            if (taken.Add(imo))
            {
                return imo;
            }
        }
    }

    private static string NewName(Dice dice, HashSet<string> taken)
    {
        var name = $"{dice.Pick(FirstWords)} {dice.Pick(SecondWords)}";
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++)
        {
            candidate = $"{name} {number}";
        }

        return candidate;
    }
}
