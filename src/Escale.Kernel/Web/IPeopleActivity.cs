namespace Escale.Kernel;

/// <summary>On which days people did something: for figures of use. The room of accounts answers from its audit log; the rooms that show figures ask.</summary>
public interface IPeopleActivity
{
    /// <summary>Each person once for each day (UTC) on which they did something.</summary>
    /// <param name="since">The first day.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    Task<IReadOnlyList<PersonDay>> DaysAsync(DateOnly since, CancellationToken cancellationToken);
}

/// <summary>A day of a person.</summary>
/// <param name="Person">The person's id, no name.</param>
/// <param name="Day">The day.</param>
public sealed record PersonDay(string Person, DateOnly Day);
