namespace Escale.Modeling.Endpoints;

/// <summary>Where a share of an endpoint's requests goes.</summary>
/// <param name="Version">A version's number, an alias or <c>latest</c>.</param>
/// <param name="Weight">Its share, in relation to the others'; 0 for a shadow.</param>
/// <param name="Shadow">Whether it predicts everything too and is not heard.</param>
public sealed record EndpointRoute(string Version, double Weight = 1, bool Shadow = false);

/// <summary>A registered model served over HTTP.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Model">The registered model.</param>
/// <param name="Routes">Which versions answer.</param>
/// <param name="PerSecond">Requests a second for each key; null for no limit.</param>
/// <param name="IsOpen">Whether it answers.</param>
/// <param name="Person">Who made it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record ModelEndpoint(string Name, string Model, IReadOnlyList<EndpointRoute> Routes, int? PerSecond, bool IsOpen, string Person, DateTimeOffset CreatedAt)
{
    /// <summary>What is kept of its predictions.</summary>
    public EndpointLogging Logging { get; init; } = new();
}

/// <summary>What is kept of an endpoint's predictions, in the lake table <c>ops.predictions</c>.</summary>
/// <param name="Share">The share of requests that is kept, 0 to 1.</param>
/// <param name="Days">For how many days.</param>
public sealed record EndpointLogging(double Share = 1, int Days = 90)
{
    /// <summary>Fields whose values are not kept.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>The table that has the truth once it is known, or null.</summary>
    public string? TruthTable { get; init; }

    /// <summary>The columns by which a row of it is the row that was asked about.</summary>
    public IReadOnlyList<string> TruthKeys { get; init; } = [];

    /// <summary>The share of an hour's requests that may fail before it is an alert.</summary>
    public double MostErrors { get; init; } = 0.05;

    /// <summary>The time within which 95 of 100 requests are to be answered.</summary>
    public double MostMilliseconds { get; init; } = 1000;
}

/// <summary>A key of an endpoint as it is known after it was shown.</summary>
/// <param name="Id">Its name in addresses; no secret.</param>
/// <param name="Prefix">How it begins.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Person">Who made it.</param>
/// <param name="MadeAt">When.</param>
/// <param name="EndsAt">Until when it is good.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
public sealed record EndpointKey(string Id, string Prefix, string Name, string Person, DateTimeOffset MadeAt, DateTimeOffset EndsAt, DateTimeOffset? RevokedAt);
