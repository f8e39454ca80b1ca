namespace PortOfDakar.Truth;

/// <summary>What is wrong with a port call as the API tells it.</summary>
internal enum CallFault { None, NullVessel, Repeated, BadDate, NullTerminal, MissingBerthing, SwappedOperations, Late }

/// <summary>What is wrong with a vessel in the register.</summary>
internal enum RegisterFault { None, Duplicate, Stale, BadImo, BadImoTwice, BadYear, Missing }

/// <summary>What is wrong with a manifest line.</summary>
internal enum CargoFault { None, Negative, Kilograms, NotANumber }

/// <summary>What is wrong with a manifest as a whole.</summary>
internal enum ManifestFault { None, Repeated, UnknownCall }

/// <summary>What is wrong with an hour of weather.</summary>
internal enum WeatherFault { None, Spike, NullVisibility, MissingHour }

/// <summary>What is wrong with an AIS message.</summary>
internal enum AisFault { None, Malformed, ImpossiblePosition, Repeated, MissingMmsi, Late }

/// <summary>
/// Decides which records are spoiled, from the seed and the record alone: a record has at most one fault, and the same one in every run.
/// </summary>
internal sealed class Faults(long seed)
{
    public CallFault OfCall(int number) => (Dice.Hash(seed, "fault/call", number) % 1000) switch
    {
        < 18 => CallFault.NullVessel,
        < 36 => CallFault.Repeated,
        < 44 => CallFault.BadDate,
        < 60 => CallFault.NullTerminal,
        < 74 => CallFault.MissingBerthing,
        < 88 => CallFault.SwappedOperations,
        < 103 => CallFault.Late,
        _ => CallFault.None,
    };

    public RegisterFault OfVessel(int index) => (Dice.Hash(seed, "fault/vessel", index) % 1000) switch
    {
        < 40 => RegisterFault.Duplicate,
        < 70 => RegisterFault.Stale,
        < 85 => RegisterFault.BadImo,
        < 105 => RegisterFault.BadImoTwice,
        < 115 => RegisterFault.BadYear,
        < 125 => RegisterFault.Missing,
        _ => RegisterFault.None,
    };

    public CargoFault OfMovement(int call, int line) => (Dice.Hash(seed, "fault/cargo", (call * 16L) + line) % 1000) switch
    {
        < 10 => CargoFault.Negative,
        < 25 => CargoFault.Kilograms,
        < 29 => CargoFault.NotANumber,
        _ => CargoFault.None,
    };

    public ManifestFault OfManifest(int call) => (Dice.Hash(seed, "fault/manifest", call) % 1000) switch
    {
        < 15 => ManifestFault.Repeated,
        < 21 => ManifestFault.UnknownCall,
        _ => ManifestFault.None,
    };

    public WeatherFault OfHour(int hour) => (Dice.Hash(seed, "fault/weather", hour) % 1000) switch
    {
        < 3 => WeatherFault.Spike,
        < 6 => WeatherFault.NullVisibility,
        < 9 => WeatherFault.MissingHour,
        _ => WeatherFault.None,
    };

    public bool IsMisspelt(int call) => Dice.Hash(seed, "fault/spelling", call) % 1000 < 60;

    public AisFault OfMessage(int mmsi, long second) => (Dice.Hash(seed, "fault/ais", (mmsi * 4_000_000_000L) + second) % 20_000) switch
    {
        < 2 => AisFault.Malformed,
        < 6 => AisFault.ImpossiblePosition,
        < 10 => AisFault.Repeated,
        < 12 => AisFault.MissingMmsi,
        < 18 => AisFault.Late,
        _ => AisFault.None,
    };
}
