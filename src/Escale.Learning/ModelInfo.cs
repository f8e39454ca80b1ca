using Escale.Learning.Persistence;

namespace Escale.Learning;

/// <summary>Where a model comes from.</summary>
public sealed record ModelInfo
{
    /// <summary>What was fitted, with its settings.</summary>
    public string Estimator { get; init; } = "";

    /// <summary>Rows learned from.</summary>
    public int TrainedRows { get; init; }

    /// <summary>Rows left out because their target was missing.</summary>
    public int RowsWithoutTarget { get; init; }

    /// <summary>SHA-256 of the training table's names and values, in hexadecimal; equal tables have equal ones however they were made.</summary>
    public string DataFingerprint { get; init; } = "";

    /// <summary>The seed of the fit.</summary>
    public int Seed { get; init; }

    /// <summary>Scores by the name of their metric, as whoever judged the model measured them.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The version of the library that made it.</summary>
    public string Version { get; init; } = typeof(ModelInfo).Assembly.GetName().Version?.ToString(3) ?? "";

    internal void Save(SavedNode node)
    {
        node.Set("estimator", Estimator);
        node.Set("trained_rows", TrainedRows);
        node.Set("rows_without_target", RowsWithoutTarget);
        node.Set("data_fingerprint", DataFingerprint);
        node.Set("seed", Seed);
        node.Set("version", Version);
        foreach (var (name, value) in Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            var child = node.AddTo("metrics", "metric");
            child.Set("name", name);
            child.Set("value", value);
        }
    }

    internal static ModelInfo Load(SavedNode node)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var child in node.Children("metrics"))
        {
            metrics[child.Text("name")] = child.Double("value");
        }
        return new ModelInfo
        {
            Estimator = node.Text("estimator"),
            TrainedRows = node.Int("trained_rows", 0, int.MaxValue),
            RowsWithoutTarget = node.Int("rows_without_target", 0, int.MaxValue),
            DataFingerprint = node.Text("data_fingerprint"),
            Seed = node.Int("seed", int.MinValue, int.MaxValue),
            Version = node.Text("version"),
            Metrics = metrics,
        };
    }
}
