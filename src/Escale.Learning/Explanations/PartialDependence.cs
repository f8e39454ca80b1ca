using System.Globalization;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Threads;
using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Explanations;

/// <summary>One point of a partial dependence.</summary>
/// <param name="Label">The value as text.</param>
/// <param name="Value">The number; of moments, days since 2000-01-01; of categories, the index of the level.</param>
public sealed record GridPoint(string Label, double Value);

/// <summary>
/// What a model predicts when one raw column is set to a value in every row: the mean over rows (partial dependence; Friedman, 2001) and each row's own curve (individual conditional
/// expectation; Goldstein et al., 2015). Where columns go together, some of these rows cannot exist: read with care.
/// </summary>
public sealed class PartialDependence
{
    private readonly double[] _outputs;

    private PartialDependence(string column, IReadOnlyList<GridPoint> grid, int[] rows, int outputCount, double[] outputs) =>
        (Column, Grid, Rows, OutputCount, _outputs) = (column, grid, rows, outputCount, outputs);

    /// <summary>The column.</summary>
    public string Column { get; }

    /// <summary>The values that it was set to.</summary>
    public IReadOnlyList<GridPoint> Grid { get; }

    /// <summary>Which rows of the table were used.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>Outputs of the model: one for regression, otherwise the probability of each class.</summary>
    public int OutputCount { get; }

    /// <summary>What is predicted for one row at one point.</summary>
    /// <param name="row">Which of <see cref="Rows"/>.</param>
    /// <param name="point">Which of <see cref="Grid"/>.</param>
    /// <param name="output">Which output.</param>
    public double Individual(int row, int point, int output) => _outputs[(point * Rows.Count + row) * OutputCount + output];

    /// <summary>The mean over the rows.</summary>
    public double Mean(int point, int output)
    {
        var sum = 0.0;
        for (var row = 0; row < Rows.Count; row++)
        {
            sum += Individual(row, point, output);
        }
        return sum / Rows.Count;
    }

    /// <summary>Computes it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="frame">Rows, such as those of training; their target is not needed.</param>
    /// <param name="column">A raw column of the model: numbers and moments are set to their quantiles, categories to their levels.</param>
    /// <param name="points">Points at most; of a category, its most frequent levels. Default 20.</param>
    /// <param name="rowCount">Rows at most; drawn by the seed when there are more. Default 500.</param>
    /// <param name="options">Seed, threads, cancellation; the result does not depend on the threads.</param>
    /// <exception cref="LearningException">
    /// The model does not read the column (<c>learning.column-unknown</c>), it holds free text (<c>learning.no-grid</c>), or all its values are missing (<c>learning.no-grid</c>).
    /// </exception>
    public static PartialDependence Of(Model model, Frame frame, string column, int points = 20, int rowCount = 500, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowCount, 1);
        options ??= FitOptions.Default;
        var role = model.Schema.Columns[model.Schema.IndexOf(column)].Role;
        var grid = Grids.Of(frame[column], role, points);
        var rows = Chosen(frame.RowCount, rowCount, options.Seed);
        var inputs = frame.Rows(rows).Only(model.Schema.Columns.Select(of => of.Name));
        var outputs = new double[grid.Count * rows.Length * model.OutputCount];
        using (var team = new WorkerTeam(options.Threads))
        {
            team.Run(grid.Count, point =>
            {
                if (!options.CancellationToken.IsCancellationRequested)
                {
                    var set = inputs.With(Grids.Constant(column, role, grid[point], rows.Length));
                    model.Predict(set).Outputs.CopyTo(outputs.AsSpan(point * rows.Length * model.OutputCount));
                }
            });
        }
        options.CancellationToken.ThrowIfCancellationRequested();
        return new PartialDependence(column, grid, rows, model.OutputCount, outputs);
    }

    private static int[] Chosen(int all, int count, int seed)
    {
        var rows = Enumerable.Range(0, all).ToArray();
        var random = new TreeRandom(seed, 0);
        for (var at = 0; at < count && count < all; at++)
        {
            var other = at + random.Below(all - at);
            (rows[at], rows[other]) = (rows[other], rows[at]);
        }
        rows = rows[..Math.Min(count, all)];
        Array.Sort(rows);
        return rows;
    }

    /// <summary>Grids of values, and columns that hold one value only.</summary>
    private static class Grids
    {
        private static readonly DateTime _start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

        public static IReadOnlyList<GridPoint> Of(Column column, ColumnRole role, int points)
        {
            IReadOnlyList<GridPoint> grid = role switch
            {
                ColumnRole.Number => Quantiles([.. CellReading.Numbers(column).Where(double.IsFinite)], points, value => value.ToString("G6", CultureInfo.InvariantCulture)),
                ColumnRole.Timestamp => Quantiles(
                    [.. CellReading.Moments(column).Where(ticks => ticks != CellReading.NoMoment).Select(ticks => (ticks - _start.Ticks) / (double)TimeSpan.TicksPerDay)],
                    points, value => _start.AddDays(value).ToString("s", CultureInfo.InvariantCulture)),
                ColumnRole.Category => [.. Enumerable.Range(0, column.RowCount).Select(column.TextAt).OfType<string>().GroupBy(level => level, StringComparer.Ordinal)
                    .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(points).Select((group, at) => new GridPoint(group.Key, at))],
                _ => throw None(column.Name, "holds free text"),
            };
            return grid.Count > 0 ? grid : throw None(column.Name, "has no value");
        }

        public static Column Constant(string name, ColumnRole role, GridPoint point, int rows) => role switch
        {
            ColumnRole.Number => Frames.Column.OfNumbers(name, Enumerable.Repeat(point.Value, rows).ToArray()),
            ColumnRole.Timestamp => Frames.Column.OfTimestamps(name, Enumerable.Repeat(_start.AddDays(point.Value), rows).ToArray()),
            _ => Frames.Column.OfLevels(name, new int[rows], [point.Label]),
        };

        private static GridPoint[] Quantiles(double[] values, int points, Func<double, string> label)
        {
            Array.Sort(values);
            var distinct = values.Distinct().ToArray();
            var chosen = distinct.Length <= points
                ? distinct
                : Enumerable.Range(0, points).Select(at => values[(int)((long)(values.Length - 1) * at / Math.Max(1, points - 1))]).Distinct();
            return [.. chosen.Select(value => new GridPoint(label(value), value))];
        }

        private static LearningException None(string column, string why) => new(
            "learning.no-grid", $"The column '{column}' {why}: there are no values to set it to.", "Choose a column of numbers, categories or moments.", column);
    }
}
