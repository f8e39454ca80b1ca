using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Training;

/// <summary>How rows are set aside to judge models by.</summary>
public enum SplitKind
{
    /// <summary>By chance.</summary>
    Random,

    /// <summary>Earlier rows are learned from, later ones judge.</summary>
    Time,

    /// <summary>Rows of one entity (a customer, a ship) are never on both sides.</summary>
    Group,
}

/// <summary>The split that a training asks for.</summary>
/// <param name="Kind">How.</param>
/// <param name="Column">The column of times or of entities; null for a random one.</param>
public sealed record SplitChoice(SplitKind Kind, string? Column);

/// <summary>What the two errors of a decision cost, in any unit.</summary>
/// <param name="FalsePositive">Cost of taking a negative row for positive.</param>
/// <param name="FalseNegative">Cost of missing a positive row.</param>
public sealed record ErrorCosts(double FalsePositive, double FalseNegative);

/// <summary>What <c>ml/NAME.yml</c> says: what to predict from which table, and how far to go. Immutable.</summary>
public sealed record TrainingSpec
{
    /// <summary>Stable, also when the file is renamed. Default: the name.</summary>
    public required string Id { get; init; }

    /// <summary>What people, selection and the registry call it: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The lake table or view to learn from.</summary>
    public required TableName Table { get; init; }

    /// <summary>The column to predict.</summary>
    public required string Target { get; init; }

    /// <summary>What is predicted; null to tell by the target.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>Columns not to learn from.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What columns are to be taken for; the rest is found out.</summary>
    public IReadOnlyDictionary<string, ColumnRole> Roles { get; init; } = new Dictionary<string, ColumnRole>();

    /// <summary>The column with the weight of each row, or null.</summary>
    public string? Weights { get; init; }

    /// <summary>How rows are set aside; null to have it proposed.</summary>
    public SplitChoice? Split { get; init; }

    /// <summary>The metric's name (see <see cref="Learning.Metrics.Metric.ByName"/>); null for the task's own.</summary>
    public string? Metric { get; init; }

    /// <summary>The most time to take; null for no limit but <see cref="Trials"/>.</summary>
    public TimeSpan? Budget { get; init; } = DefaultBudget;

    /// <summary>The most configurations to try, or null.</summary>
    public int? Trials { get; init; }

    /// <summary>Kinds of model to try; empty for all.</summary>
    public IReadOnlyList<ModelFamily> Families { get; init; } = [];

    /// <summary>Where randomness starts.</summary>
    public int Seed { get; init; }

    /// <summary>What errors cost, or null.</summary>
    public ErrorCosts? Costs { get; init; }

    /// <summary>Where the truth of predictions comes to be known, or null. It changes nothing of what is learned.</summary>
    public Truth.TruthSource? Truth { get; init; }

    /// <summary>When a challenger is trained, or null for never. It changes nothing of what is learned.</summary>
    public Retraining.RetrainRule? Retrain { get; init; }

    /// <summary>Its file relative to the project; null when it was given on the command line.</summary>
    public string? Path { get; init; }

    /// <summary>What is tried when neither budget nor trials are given.</summary>
    public static TimeSpan DefaultBudget { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Hash of all that changes what is learned; the name's description does not.</summary>
    public string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var part in Parts())
        {
            text.Append(part.Length).Append(':').Append(part);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }

    private IEnumerable<string> Parts()
    {
        static string Plain(IFormattable? value) => value?.ToString(null, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        return
        [
            "1", Table.ToString(), Target, Task?.ToString() ?? "", string.Join('\0', Exclude.Order(StringComparer.Ordinal)),
            string.Join('\0', Roles.OrderBy(role => role.Key, StringComparer.Ordinal).Select(role => $"{role.Key}={role.Value}")), Weights ?? "", Split?.Kind.ToString() ?? "", Split?.Column ?? "",
            Metric ?? "", Plain(Budget?.TotalSeconds), Plain(Trials), string.Join(',', Families.Order()), Plain(Seed), Plain(Costs?.FalsePositive), Plain(Costs?.FalseNegative),
        ];
    }
}
