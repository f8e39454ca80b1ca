using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Preparation.Encoders;

namespace Escale.Learning.Onnx;

/// <summary>Exports how raw columns become features: the inputs of a graph, and the preparations that read them.</summary>
internal sealed class OnnxPreparation
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxValue> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxLevels> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxMoments> _moments = new(StringComparer.Ordinal);
    private readonly Dictionary<Preparation.Preparation, OnnxValue> _added = [];

    /// <summary>Adds an input for each raw column.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="preparations">All that will be added.</param>
    /// <exception cref="LearningException">A column is text (<c>learning.onnx-not-expressible</c>).</exception>
    public OnnxPreparation(OnnxGraph graph, IReadOnlyList<ModelColumn> columns, IReadOnlyList<Preparation.Preparation> preparations)
    {
        _graph = graph;
        foreach (var column in columns)
        {
            graph.Reserve(column.Name);
        }
        foreach (var column in columns)
        {
            var type = TypeOf(column, preparations);
            _inputs.Add(column.Name, graph.Input(column.Name.Length > 0 ? column.Name : graph.Free("unnamed"), type, description: Description(type)));
        }
    }

    /// <summary>Adds a preparation, if it is not there yet.</summary>
    /// <returns>Singles, N rows × features.</returns>
    public OnnxValue Add(Preparation.Preparation preparation) =>
        _added.TryGetValue(preparation, out var features) ? features : _added[preparation] = Features(preparation);

    private OnnxValue Features(Preparation.Preparation preparation)
    {
        var parts = new List<Part>();
        var (numbers, steps, places, first) = (new List<OnnxValue>(), new List<NumberStep>(), new List<int>(), 0);
        foreach (var encoder in preparation.Encoders)
        {
            var column = preparation.Inputs[encoder.Input].Name;
            switch (encoder)
            {
                case NumberEncoder number:
                    numbers.Add(_inputs[column]);
                    steps.Add(number.Step);
                    places.Add(first);
                    if (number.HasIndicator)
                    {
                        parts.Add(new Part(_graph.Cast(_graph.Node("IsNaN", OnnxType.Boolean, [_inputs[column]]), OnnxType.Single), [first + 1]));
                    }
                    break;
                case MomentEncoder moment:
                    numbers.AddRange(moment.Parts.Select(part => Moments(column).Part(part)));
                    steps.AddRange(moment.Steps);
                    places.AddRange(Enumerable.Range(first, moment.Parts.Count));
                    break;
                case LevelEncoder level:
                    parts.Add(new Part(Levels(column).Add(level), [.. Enumerable.Range(first, level.Features.Count)]));
                    break;
                default:
                    throw NotExpressible(column);
            }
            first += encoder.Features.Count;
        }
        if (numbers.Count > 0)
        {
            parts.Add(new Part(OnnxNumberSteps.Add(_graph, numbers, steps), [.. places]));
        }
        return InOrder(parts);
    }

    /// <summary>
    /// What an input takes: texts for categories, whole numbers for moments; for numbers singles when all that read them do so in single precision, doubles when one counts with them first.
    /// </summary>
    private static OnnxType TypeOf(ModelColumn column, IReadOnlyList<Preparation.Preparation> preparations)
    {
        bool IsCounted(Preparation.Preparation preparation) => preparation.Encoders.Any(
            encoder => encoder is NumberEncoder { Step.IsPlain: false } && preparation.Inputs[encoder.Input].Name == column.Name);
        return column.Role switch
        {
            ColumnRole.Category => OnnxType.Text,
            ColumnRole.Timestamp => OnnxType.Int64,
            ColumnRole.Number => column.Kind != ColumnKind.Single && preparations.Any(IsCounted) ? OnnxType.Double : OnnxType.Single,
            _ => throw NotExpressible(column.Name),
        };
    }

    private static string Description(OnnxType type) => type switch
    {
        OnnxType.Text => "A category: the name of its level, empty when missing.",
        OnnxType.Int64 => $"A moment as the clock showed it: microseconds since 1970-01-01T00:00:00, {OnnxMoments.Missing} when missing.",
        _ => "A number, true and false as 1 and 0; NaN when missing.",
    };

    private static LearningException NotExpressible(string column) => new(
        "learning.onnx-not-expressible",
        $"Column '{column}' is learned from as text, and hashed words cannot be said in ONNX.",
        "Ignore the column when training, or use the model's own file.",
        column);

    private OnnxLevels Levels(string column) => _levels.TryGetValue(column, out var known) ? known : _levels[column] = new OnnxLevels(_graph, _inputs[column]);

    private OnnxMoments Moments(string column) => _moments.TryGetValue(column, out var known) ? known : _moments[column] = new OnnxMoments(_graph, _inputs[column]);

    /// <summary>Puts features side by side, each at its place.</summary>
    private OnnxValue InOrder(List<Part> parts)
    {
        int[] places = [.. parts.SelectMany(part => part.Features)];
        var all = _graph.Beside([.. parts.Select(part => part.Value)]);
        var from = new long[places.Length];
        for (var at = 0; at < places.Length; at++)
        {
            from[places[at]] = at;
        }
        return places.SequenceEqual(Enumerable.Range(0, places.Length)) ? all : _graph.Columns(all, from);
    }

    /// <summary>Some features, and where they belong.</summary>
    private sealed record Part(OnnxValue Value, int[] Features);
}
