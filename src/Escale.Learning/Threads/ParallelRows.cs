namespace Escale.Learning.Threads;

/// <summary>Works on one range of rows and writes their outputs, which begin at the range's first row.</summary>
internal delegate void RowRange(int firstRow, int rowCount, Span<double> outputs);

/// <summary>Rows that do not depend on each other, in blocks.</summary>
internal static class ParallelRows
{
    /// <summary>Calls <paramref name="range"/> for block after block, on several threads when there is enough to do.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="outputs">All outputs, row after row.</param>
    /// <param name="outputCount">Outputs of a row.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="range">The work.</param>
    public static unsafe void Run(int rows, int blockRows, Span<double> outputs, int outputCount, int threads, RowRange range)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, rows * outputCount, nameof(outputs));
        var blocks = (rows + blockRows - 1) / blockRows;
        fixed (double* first = outputs)
        {
            var pointer = (nint)first; // pinned until the team is done
            void Work(int block)
            {
                var (from, count) = (block * blockRows, Math.Min(blockRows, rows - block * blockRows));
                range(from, count, new Span<double>((double*)pointer + (long)from * outputCount, count * outputCount));
            }
            using var team = new WorkerTeam(Math.Max(1, Math.Min(threads, blocks)));
            team.Run(blocks, Work);
        }
    }

    /// <summary>Predicts row by row.</summary>
    public static void Predict(Predictor predictor, FeatureMatrix features, Span<double> outputs, int threads) =>
        Run(features.RowCount, 1024, outputs, predictor.OutputCount, threads, (first, count, part) =>
        {
            Span<float> row = predictor.FeatureCount <= 1024 ? stackalloc float[predictor.FeatureCount] : new float[predictor.FeatureCount];
            for (var at = 0; at < count; at++)
            {
                features.CopyRow(first + at, row);
                predictor.PredictRow(row, part.Slice(at * predictor.OutputCount, predictor.OutputCount));
            }
        });
}
