using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Tracking;
using Npgsql;

namespace Escale.Modeling.Retraining;

/// <summary>Why a challenger is trained.</summary>
/// <param name="Kind"><c>drift</c>, <c>quality</c>, <c>new-rows</c>, <c>age</c> or <c>asked</c>.</param>
/// <param name="Values">The names and numbers of the reason, in the order of its words.</param>
public sealed record RetrainReason(string Kind, IReadOnlyList<string> Values);

/// <summary>Which rows judged champion and challenger: none that either learned from.</summary>
/// <param name="New">Rows of the table that the champion had not learned from.</param>
/// <param name="Judging">The newest of them, which the challenger was not shown.</param>
/// <param name="Column">The column by which they are the newest; null: they stand last in the table.</param>
/// <param name="From">The first of them by that column, or null.</param>
/// <param name="To">The last.</param>
public sealed record JudgingRows(int New, int Judging, string? Column, string? From, string? To);

/// <summary>A challenge: a new model of a training against the one in use.</summary>
public sealed record Challenge
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Why.</summary>
    public required RetrainReason Reason { get; init; }

    /// <summary>Who asked for it: a person, or the rule.</summary>
    public required string Person { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>running</c>, <c>promoted</c>, <c>better</c> (a person decides), <c>kept</c>, <c>unjudged</c> or <c>failed</c>.</summary>
    public string Outcome { get; init; } = "running";

    /// <summary>The challenger's tracking run, or null.</summary>
    public string? Run { get; init; }

    /// <summary>The version in use when it began.</summary>
    public int Champion { get; init; }

    /// <summary>The new version, or null.</summary>
    public int? Challenger { get; init; }

    /// <summary>Which rows judged; null when none could.</summary>
    public JudgingRows? Rows { get; init; }

    /// <summary>What was judged by.</summary>
    public string? Metric { get; init; }

    /// <summary>The champion's score on these rows.</summary>
    public double? ChampionScore { get; init; }

    /// <summary>The challenger's.</summary>
    public double? ChallengerScore { get; init; }

    /// <summary>By how much the challenger is better, at least, with 95 % confidence; below 0: perhaps it is worse.</summary>
    public double? Low { get; init; }

    /// <summary>At most.</summary>
    public double? High { get; init; }

    /// <summary>By how much it had to be better.</summary>
    public double Margin { get; init; }

    /// <summary>The error's code when it failed, or could not be judged.</summary>
    public string? Code { get; init; }

    /// <summary>What went wrong.</summary>
    public string? Message { get; init; }
}

/// <summary>The record of challenges in PostgreSQL. Thread-safe.</summary>
internal sealed class RetrainingStore(ModelingDatabase database, TimeProvider clock)
{
    private const string Insert = """
        insert into modeling.challenges (id, model, person, started_at, is_open, process_host, process_id, process_start, detail) values ($1, $2, $3, $4, true, $5, $6, $7, $8::jsonb) on conflict do nothing
        """;

    private const string Update = "update modeling.challenges set detail = $2::jsonb, is_open = $3 where id = $1";
    private const string OfModel = "select detail::text, is_open, process_host, process_id, process_start from modeling.challenges where $1::text is null or model = $1 order by started_at desc limit $2";
    private const string Open = "select detail::text, is_open, process_host, process_id, process_start from modeling.challenges where is_open";
    private const string Unheard = "select detail::text, is_open, process_host, process_id, process_start from modeling.challenges where not is_open and not is_audited order by started_at limit 100";
    private const string Heard = "update modeling.challenges set is_audited = true where id = $1 and not is_audited";

    /// <summary>Begins a challenge; one at a time for a model.</summary>
    /// <exception cref="EscaleException"><c>modeling.challenge-running</c>.</exception>
    public async Task<Challenge> BeginAsync(string model, RetrainReason reason, string person, int champion, double margin, CancellationToken cancellationToken)
    {
        foreach (var dead in (await database.ReadAsync(Open, [], RowOf, cancellationToken)).Where(row => row.Challenge.Model == model && row.Process is { IsHere: true, IsAlive: false }))
        {
            await SaveAsync(Ended(dead.Challenge), cancellationToken);
        }
        var (now, own) = (clock.GetUtcNow(), ProcessIdentity.Own);
        var challenge = new Challenge { Id = Guid.CreateVersion7(now).ToString("N"), Model = model, Reason = reason, Person = person, StartedAt = now, Champion = champion, Margin = margin };
        return await database.WriteAsync([(Insert, [challenge.Id, model, person, now, own.Host, own.Id, own.Start, Json(challenge)])], cancellationToken) > 0
            ? challenge
            : throw new EscaleException("modeling.challenge-running", $"A challenger of '{model}' is being trained.", "Wait until it has ended; its page shows how far it is.");
    }

    /// <summary>Writes down how far it is; anything but <c>running</c> ends it.</summary>
    public async Task<Challenge> SaveAsync(Challenge challenge, CancellationToken cancellationToken)
    {
        var saved = challenge.Outcome == "running" ? challenge : challenge with { EndedAt = challenge.EndedAt ?? clock.GetUtcNow() };
        await database.WriteAsync([(Update, [saved.Id, Json(saved), saved.Outcome == "running"])], cancellationToken);
        return saved;
    }

    /// <summary>The challenges of a model or of all, the newest first.</summary>
    public async Task<IReadOnlyList<Challenge>> ListAsync(string? model, int most, CancellationToken cancellationToken) =>
        [.. (await database.ReadAsync(OfModel, [model, most], RowOf, cancellationToken)).Select(row => row.IsOpen && row.Process is { IsHere: true, IsAlive: false } ? Ended(row.Challenge) : row.Challenge)];

    /// <summary>Those that have ended and are not in the audit log yet, handed out once.</summary>
    public async Task<IReadOnlyList<Challenge>> TakeUnheardAsync(CancellationToken cancellationToken)
    {
        var taken = new List<Challenge>();
        foreach (var row in await database.ReadAsync(Unheard, [], RowOf, cancellationToken))
        {
            if (await database.WriteAsync([(Heard, [row.Challenge.Id])], cancellationToken) > 0)
            {
                taken.Add(row.Challenge);
            }
        }
        return taken;
    }

    // Its process is gone without a word.
    private Challenge Ended(Challenge challenge) => challenge with { Outcome = "failed", Code = "modeling.challenge-interrupted", Message = "The program that trained it was stopped.", EndedAt = clock.GetUtcNow() };

    private static (Challenge Challenge, bool IsOpen, ProcessIdentity? Process) RowOf(NpgsqlDataReader row) => (
        JsonSerializer.Deserialize<Challenge>(row.GetString(0), TrackingJson.Options)!, row.GetBoolean(1), row.IsDBNull(2) ? null : new ProcessIdentity(row.GetString(2), row.GetInt32(3), row.GetString(4)));

    private static string Json(Challenge challenge) => JsonSerializer.Serialize(challenge, TrackingJson.Options);
}
