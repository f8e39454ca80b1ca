using PortOfDakar.World;

namespace PortOfDakar.Traffic;

/// <summary>What a ship brings and takes: tonnes by flow, and containers for a container ship.</summary>
internal static class CargoPlan
{
    private static readonly string[] Neighbours = ["GM", "GN", "MR", "GW", "CV"];

    public static IReadOnlyList<CargoMovement> For(ShipClass shipClass, Dice dice)
    {
        if (shipClass.TonnesPerCall == 0)
        {
            return [];
        }

        var size = dice.LogNormal(1, shipClass.TeuPerCall > 0 ? 0.4 : 0.5);
        var tonnes = shipClass.TonnesPerCall * Math.Min(size, 3);
        var movements = new List<CargoMovement>();
        foreach (var (flow, share) in Split(shipClass, dice))
        {
            movements.Add(Movement(movements.Count + 1, shipClass, flow, tonnes * share, shipClass.TeuPerCall * Math.Min(size, 3) * share, dice));
        }

        return movements;
    }

    // A container ship carries every flow at once; another ship mostly one, and sometimes exports on its way out.
    private static IEnumerable<(string Flow, double Share)> Split(ShipClass shipClass, Dice dice)
    {
        var flows = shipClass.Flows;
        (string Flow, double Share)[] shares =
            [("import", flows.Import), ("export", flows.Export), ("transit", flows.Transit), ("transshipment", flows.Transshipment)];
        if (shipClass.TeuPerCall > 0)
        {
            var weights = shares.Select(s => s.Share * dice.Between(0.6, 1.4)).ToArray();
            return shares.Select((s, i) => (s.Flow, weights[i] / weights.Sum()));
        }

        var roll = dice.Unit();
        foreach (var (flow, share) in shares)
        {
            if ((roll -= share) < 0)
            {
                return [(flow, 1.0)];
            }
        }

        return [("import", 1.0)];
    }

    private static CargoMovement Movement(int line, ShipClass shipClass, string flow, double tonnes, double teu, Dice dice)
    {
        var unloaded = flow switch
        {
            "import" => true,
            "export" => false,
            "transit" => dice.Chance(0.8),
            _ => dice.Chance(0.5),
        };
        var country = flow switch
        {
            "transit" => dice.Chance(0.96) ? "ML" : dice.Pick(Neighbours),
            "transshipment" => dice.Pick(Neighbours),
            _ => "SN",
        };
        return new CargoMovement(
            line, unloaded, flow, dice.Pick(shipClass.Commodities), Math.Max(0.1m, Math.Round((decimal)tonnes, 1)),
            teu > 0 ? Boxes(teu, flow, dice) : [], country);
    }

    // Half of the boxes are 40-foot: 1.5 TEU a box. Exports leave with many empties.
    private static List<Containers> Boxes(double teu, string flow, Dice dice)
    {
        var boxes = teu / 1.5;
        var small = (int)Math.Round(boxes * dice.Between(0.4, 0.6));
        var large = (int)Math.Round((teu - small) / 2);
        var laden = flow == "export" ? dice.Between(0.4, 0.6) : 1.0;
        var list = new List<Containers>
        {
            new("22G1", 1, (int)(small * laden), true),
            new("22G1", 1, small - (int)(small * laden), false),
            new("45G1", 2, (int)(large * laden), true),
            new("45G1", 2, large - (int)(large * laden), false),
        };
        list.RemoveAll(c => c.Boxes <= 0);
        return list;
    }
}
