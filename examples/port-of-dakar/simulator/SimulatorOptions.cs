using System.Globalization;

namespace PortOfDakar;

/// <summary>What the command line asks for.</summary>
/// <param name="Seed">The same seed gives the same port, to the byte. Default 7.</param>
/// <param name="Days">Simulated days since <see cref="Start"/>. Default 731 (two years); <c>--scale 0.1</c> is a tenth of that.</param>
/// <param name="Folder">Where the files and <c>truth.json</c> are written. Default <c>data</c>.</param>
/// <param name="AisFolder">When set, AIS batches are also written here as files, one a day: to look at them without Escale.</param>
internal sealed record SimulatorOptions(long Seed = 7, int Days = SimulatorOptions.TwoYears, string Folder = "data", string? AisFolder = null)
{
    public const int TwoYears = 731;

    /// <summary>The first simulated midnight (UTC, which is also Dakar's local time all year).</summary>
    public static readonly DateTime Start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The simulated present: nothing later has been reported by any source.</summary>
    public DateTime Now => Start.AddDays(Days);

    public static SimulatorOptions Parse(string[] arguments)
    {
        var options = new SimulatorOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new ArgumentException($"{arguments[i]} needs a value.");
            options = arguments[i] switch
            {
                "--seed" => options with { Seed = long.Parse(value, CultureInfo.InvariantCulture) },
                "--scale" => options with { Days = Math.Max(1, (int)Math.Round(TwoYears * double.Parse(value, CultureInfo.InvariantCulture))) },
                "--days" => options with { Days = int.Parse(value, CultureInfo.InvariantCulture) },
                "--output" => options with { Folder = value },
                "--ais-folder" => options with { AisFolder = value },
                _ => throw new ArgumentException($"Unknown option {arguments[i]}: use --seed, --scale, --days, --output or --ais-folder."),
            };
        }

        return options.Days is >= 1 and <= 36_500
            ? options
            : throw new ArgumentException("--days must lie between 1 and 36500.");
    }
}
