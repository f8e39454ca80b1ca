using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Learning.Tests.Onnx;

/// <summary>A model exported and run by ONNX Runtime on raw rows, as somebody would who knows the file only.</summary>
internal static class OnnxModelRun
{
    private const int Single = 1, Int64 = 7, Text = 8;

    /// <summary>The model as an ONNX file.</summary>
    public static byte[] Export(Model model)
    {
        using var stream = new MemoryStream();
        model.ExportOnnx(stream);
        return stream.ToArray();
    }

    /// <summary>Predicts the rows of a table.</summary>
    /// <param name="session">The exported model.</param>
    /// <param name="frame">The rows; has a column for each input.</param>
    /// <param name="outputs">Names of the outputs wanted.</param>
    public static OnnxTensorData[] Run(OnnxSession session, Frame frame, params string[] outputs) => session.Run(Inputs(session, frame), outputs);

    /// <summary>What the model takes of a table.</summary>
    public static Dictionary<string, OnnxTensorData> Inputs(OnnxSession session, Frame frame) =>
        session.Inputs().ToDictionary(input => input.Key, input => new OnnxTensorData(Values(frame[input.Key], input.Value), frame.RowCount, 1));

    /// <summary>By how much outputs differ from ours at most: probabilities as they are, numbers by their size.</summary>
    public static double WorstDifference(Model model, OnnxSession session, Frame frame, string prefix = "")
    {
        var ours = model.Predict(frame);
        var isNumber = model.Task == LearningTask.Regression;
        var theirs = Run(session, frame, prefix + (isNumber ? "variable" : "probabilities"))[0];
        if (!theirs.Shape.SequenceEqual([frame.RowCount, ours.OutputCount]))
        {
            throw new InvalidDataException($"The outputs are {string.Join(" × ", theirs.Shape)}, not {frame.RowCount} × {ours.OutputCount}.");
        }
        return ours.Outputs.ToArray().Zip(theirs.Doubles, (own, other) => Math.Abs(own - other) / (isNumber ? Math.Max(1, Math.Abs(own)) : 1)).DefaultIfEmpty().Max();
    }

    private static Array Values(Column column, int type)
    {
        switch (type)
        {
            case Text:
                return Enumerable.Range(0, column.RowCount).Select(row => column.TextAt(row) ?? "").ToArray();
            case Int64:
                return CellReading.Moments(column).Select(ticks => ticks == CellReading.NoMoment ? long.MinValue : (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToArray();
            default:
                var numbers = CellReading.Numbers(column);
                return type == Single ? Array.ConvertAll(numbers, number => (float)number) : numbers;
        }
    }
}
