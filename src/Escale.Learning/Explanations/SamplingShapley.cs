using Escale.Learning.Frames;
using Escale.Learning.Threads;
using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Explanations;

/// <summary>
/// Shapley values of any model, estimated in its outputs: raw columns of a background row are replaced by those of the explained row one after the other, in a random order and
/// then in its reverse, and each is given the change that it made (Štrumbelj and Kononenko, 2014; Mitchell et al., 2022). Contributions always sum to the prediction less the mean
/// prediction of the background rows used; each has a standard error that falls with the square root of <see cref="Orders"/>. The same seed gives the same bits.
/// </summary>
public sealed record SamplingShapley
{
    /// <summary>Random orders for each row, each with its reverse. Default 64.</summary>
    public int Orders { get; init; } = 64;

    /// <summary>Background rows used at most; drawn by the seed when there are more. Default 100.</summary>
    public int BackgroundRows { get; init; } = 100;

    internal Contributions Explain(Model model, Frame rows, Frame background, FitOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Orders, 1, nameof(Orders));
        ArgumentOutOfRangeException.ThrowIfLessThan(BackgroundRows, 1, nameof(BackgroundRows));
        if (background.RowCount == 0)
        {
            throw new LearningException("learning.no-rows", "There is no background row to compare with.", "Give some training rows as background.");
        }
        var (columns, outputs) = (model.Schema.Columns.Count, model.OutputCount);
        var references = References(model, background, options.Seed);
        var bases = Bases(model, references);
        var values = new double[rows.RowCount * outputs * columns];
        using (var team = new WorkerTeam(options.Threads))
        {
            team.Run(rows.RowCount, row =>
            {
                if (!options.CancellationToken.IsCancellationRequested)
                {
                    ExplainRow(model, rows, row, references, bases, new TreeRandom(options.Seed, row), values.AsSpan(row * outputs * columns, outputs * columns));
                }
            });
        }
        options.CancellationToken.ThrowIfCancellationRequested();
        var all = new Contributions([.. model.Schema.Columns.Select(column => column.Name)], bases, values, ContributionUnit.Output, isExact: false);
        return Shapley.OfPositive(all, model.Members[0].Predictor);
    }

    private ModelRow[] References(Model model, Frame background, int seed)
    {
        var chosen = Enumerable.Range(0, background.RowCount).ToArray();
        var random = new TreeRandom(seed, -1);
        var count = Math.Min(BackgroundRows, chosen.Length);
        for (var at = 0; at < count && count < chosen.Length; at++)
        {
            var other = at + random.Below(chosen.Length - at);
            (chosen[at], chosen[other]) = (chosen[other], chosen[at]);
        }
        return [.. chosen.Take(count).Select(row =>
        {
            var reference = model.NewRow();
            reference.CopyFrom(background, row);
            return reference;
        })];
    }

    private static double[] Bases(Model model, ModelRow[] references)
    {
        var (bases, outputs) = (new double[model.OutputCount], new double[model.OutputCount]);
        foreach (var reference in references)
        {
            model.Predict(reference, outputs);
            for (var output = 0; output < bases.Length; output++)
            {
                bases[output] += outputs[output] / references.Length;
            }
        }
        return bases;
    }

    private void ExplainRow(Model model, Frame rows, int row, ModelRow[] references, double[] bases, TreeRandom random, Span<double> values)
    {
        var (columns, outputs) = (model.Schema.Columns.Count, model.OutputCount);
        var (explained, work) = (model.NewRow(), model.NewRow());
        explained.CopyFrom(rows, row);
        var order = Enumerable.Range(0, columns).ToArray();
        var (before, after) = (new double[outputs], new double[outputs]);
        for (var repeat = 0; repeat < Orders; repeat++)
        {
            for (var at = 0; at < columns - 1; at++)
            {
                var other = at + random.Below(columns - at);
                (order[at], order[other]) = (order[other], order[at]);
            }
            // Each background row in turn, so that all count alike when there are as many orders.
            var reference = references[repeat % references.Length];
            for (var direction = 0; direction < 2; direction++)
            {
                work.CopyFrom(reference);
                model.Predict(work, before);
                for (var at = 0; at < columns; at++)
                {
                    var column = order[direction == 0 ? at : columns - 1 - at];
                    work.CopyFrom(explained, column);
                    model.Predict(work, after);
                    for (var output = 0; output < outputs; output++)
                    {
                        values[output * columns + column] += (after[output] - before[output]) / (2 * Orders);
                    }
                    (before, after) = (after, before);
                }
            }
        }
        Balance(model, explained, bases, values, columns);
    }

    // The orders need not have met all background rows alike: what is then missing to the whole is shared out by size.
    private static void Balance(Model model, ModelRow explained, double[] bases, Span<double> values, int columns)
    {
        var outputs = new double[bases.Length];
        model.Predict(explained, outputs);
        for (var output = 0; output < outputs.Length; output++)
        {
            var own = values.Slice(output * columns, columns);
            var (sum, size) = (0.0, 0.0);
            foreach (var value in own)
            {
                (sum, size) = (sum + value, size + Math.Abs(value));
            }
            var lacking = outputs[output] - bases[output] - sum;
            for (var column = 0; column < columns; column++)
            {
                own[column] += lacking * (size > 0 ? Math.Abs(own[column]) / size : 1.0 / columns);
            }
        }
    }
}
