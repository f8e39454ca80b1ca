using Escale.Kernel;
using Escale.Learning;

namespace Escale.Modeling.Endpoints;

/// <summary>
/// Finds out by trial which fields of a raw row a model cannot do without: those without which a column is missing after the recipe that had a value in every row of training. A field that the
/// recipe fills can be left out.
/// </summary>
internal static class NeededFields
{
    // A text may be read as a number, a date or yes and no: what gives the most columns a value is right.
    private static readonly string[] _texts = ["1", "2025-01-02", "true", "1 t"];

    /// <summary>For each field whether it is needed.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="schema">What the model reads.</param>
    /// <param name="prepare">Prepares rows.</param>
    public static bool[] Of(IReadOnlyList<ModelColumn> fields, ModelSchema schema, Func<IReadOnlyList<object?[]>, object?[][]> prepare)
    {
        var always = Enumerable.Range(0, schema.Columns.Count).Where(column => !schema.Columns[column].HadMissing).ToArray();
        var row = fields.Select(Example).ToArray();
        try
        {
            var best = Missing(prepare([row])[0]);
            foreach (var at in Enumerable.Range(0, fields.Count).Where(at => row[at] is string))
            {
                var tries = _texts.Select(text => With(row, at, text)).ToList();
                var found = prepare(tries).Select(Missing).ToList();
                var better = Enumerable.Range(0, tries.Count).MinBy(one => found[one].Count);
                if (found[better].Count < best.Count)
                {
                    (row, best) = (tries[better], found[better]);
                }
            }
            var without = prepare([.. Enumerable.Range(0, fields.Count).Select(at => With(row, at, null))]);
            return [.. without.Select(prepared => Missing(prepared).Except(best).Any())];
        }
        catch (EscaleException)
        {
            return new bool[fields.Count]; // It cannot be tried: then nothing is asked for.
        }

        HashSet<int> Missing(object?[] prepared) => [.. always.Where(column => prepared[column] is null)];
    }

    private static object?[] With(object?[] row, int at, object? value)
    {
        var other = row.ToArray();
        other[at] = value;
        return other;
    }

    private static object? Example(ModelColumn field) => PreparedRows.TypeOf(field) switch
    {
        "boolean" => true,
        "timestamp" => new DateTime(2025, 1, 2),
        "double" => 1.0,
        _ => _texts[0],
    };
}
