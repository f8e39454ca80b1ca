using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Learning.Selection.Search;

namespace Escale.Learning.Selection;

/// <summary>Searches for the best settings of a pipeline by cross-validation, and fits the best on all rows.</summary>
public sealed record PipelineSearch
{
    /// <summary>What is searched over.</summary>
    public required IReadOnlyList<Parameter> Space { get; init; }

    /// <summary>Makes a pipeline of a configuration.</summary>
    public required Func<Configuration, Pipeline> Pipeline { get; init; }

    /// <summary>How many configurations are tried. Default 30.</summary>
    public int Trials { get; init; } = 30;

    /// <summary>How configurations are proposed. Default: by a model of what did well.</summary>
    public SearchKind Kind { get; init; } = SearchKind.Parzen;

    /// <summary>How rows are split. Default: five stratified folds.</summary>
    public Splitter Splitter { get; init; } = new StratifiedKFold();

    /// <summary>What to be good at; null for the usual metric of the task. Default null.</summary>
    public Metric? Metric { get; init; }

    /// <summary>Searches, then fits the best configuration on all rows.</summary>
    /// <param name="frame">Raw rows, the target among the columns.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="options">Seed, threads, cancellation.</param>
    public PipelineSearchResult Fit(Frame frame, string target, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        Searcher searcher = Kind == SearchKind.Parzen ? new ParzenSearcher(Space, options.Seed) : new RandomSearcher(Space, options.Seed);
        var trials = Kind == SearchKind.Halving
            ? Search.Search.Halve(searcher, (configuration, share) => Loss(frame, target, configuration, share, options), Trials, cancellationToken: options.CancellationToken)
            : Search.Search.Run(searcher, configuration => Loss(frame, target, configuration, 1, options), Trials, options.CancellationToken);
        return new PipelineSearchResult(Pipeline(trials[0].Configuration).Fit(frame, target, options), trials);
    }

    private double Loss(Frame frame, string target, Configuration configuration, double share, FitOptions options)
    {
        // The rows of a share are spread over the table, and the same for every configuration.
        var count = Math.Max(Math.Min(frame.RowCount, 50), (int)(share * frame.RowCount));
        var rows = share < 1 ? frame.Rows(Enumerable.Range(0, count).Select(at => (int)((long)at * frame.RowCount / count)).ToArray()) : frame;
        var pipeline = Pipeline(configuration);
        var metrics = Metric is null ? Array.Empty<Metric>() : [Metric];
        var score = CrossValidation.Run(
            rows, target, train => pipeline.Fit(train, target, options), Splitter, metrics, seed: options.Seed, cancellationToken: options.CancellationToken).Scores[0];
        return double.IsNaN(score.Mean) ? double.PositiveInfinity : score.Metric.ToLoss(score.Mean);
    }
}

/// <summary>How a search proposes configurations.</summary>
public enum SearchKind
{
    /// <summary>Anywhere in the space.</summary>
    Random,

    /// <summary>Many on few rows, the best third of them on three times as many, and so on.</summary>
    Halving,

    /// <summary>Where good ones were dense (<see cref="ParzenSearcher"/>).</summary>
    Parzen,
}

/// <summary>What a search found.</summary>
/// <param name="Model">The best configuration, fitted on all rows.</param>
/// <param name="Trials">What was tried, the best first.</param>
public sealed record PipelineSearchResult(Model Model, IReadOnlyList<Trial> Trials);
