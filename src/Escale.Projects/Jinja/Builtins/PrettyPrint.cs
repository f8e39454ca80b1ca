namespace Escale.Projects.Jinja;

/// <summary>The filter <c>pprint</c>: one line when it fits in 80 characters, else one item a line; dictionaries by key.</summary>
internal static class PrettyPrint
{
    private const int Width = 80;

    public static string Print(Evaluation evaluation, object? value, int indent = 0)
    {
        evaluation.EnsureStack();
        var sorted = value is JinjaDict dict ? Sorted(evaluation, dict) : value;
        var line = Representation.Of(evaluation, sorted);
        if (line.Length <= Width - indent)
        {
            return line;
        }
        var separator = ",\n" + new string(' ', indent + 1);
        return sorted switch
        {
            JinjaDict entries => "{" + string.Join(separator, entries.Select(entry =>
            {
                var key = Representation.Of(evaluation, entry.Key) + ": ";
                return key + Print(evaluation, entry.Value, indent + 1 + key.Length);
            })) + "}",
            JinjaList list => "[" + string.Join(separator, list.Select(item => Print(evaluation, item, indent + 1))) + "]",
            JinjaTuple tuple => "(" + string.Join(separator, tuple.Select(item => Print(evaluation, item, indent + 1))) + (tuple.Count == 1 ? ",)" : ")"),
            _ => line,
        };
    }

    private static JinjaDict Sorted(Evaluation evaluation, JinjaDict dict)
    {
        var sorted = new JinjaDict();
        foreach (var (key, value) in dict.OrderBy(entry => Representation.Of(evaluation, entry.Key), StringComparer.Ordinal))
        {
            sorted[key] = value is JinjaDict inner ? Sorted(evaluation, inner) : value;
        }
        return sorted;
    }
}
