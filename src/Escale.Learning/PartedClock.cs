namespace Escale.Learning;

/// <summary>
/// A clock for work that is done in parts at the same time: each part reads a clock of its own. Who records what a training read, and gives the same readings again, gets the same
/// model again, although it had a time limit: the parts of the work come in another order, the readings of each part do not.
/// </summary>
public abstract class PartedClock : TimeProvider
{
    /// <summary>The clock of a part. Asked for by whichever thread does the part, once in each piece of parallel work.</summary>
    /// <param name="part">Its number, from 0.</param>
    public abstract TimeProvider Part(int part);

    /// <summary>The clock of a part, or the clock itself when it is not parted.</summary>
    internal static TimeProvider Of(TimeProvider clock, int part) => clock is PartedClock parted ? parted.Part(part) : clock;
}
