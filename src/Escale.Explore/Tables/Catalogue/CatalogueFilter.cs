namespace Escale.Explore.Tables.Catalogue;

/// <summary>What a reader looks for in the catalogue: words in names, columns, descriptions, tags and owners; every word must be found.</summary>
internal static class CatalogueFilter
{
    /// <summary>The entries that hold all the words, and for each the columns in which one was found.</summary>
    public static IEnumerable<(TableEntry Entry, IReadOnlyList<string> Columns)> Find(IEnumerable<TableEntry> all, string? text, string? tag, string? state)
    {
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var entry in all)
        {
            if ((tag is { Length: > 0 } && !entry.Tags.Contains(tag)) || (state is { Length: > 0 } && entry.Quality.State != state))
            {
                continue;
            }
            if (Array.TrueForAll(words, word => Holds(entry, word)))
            {
                yield return (entry, words.Length == 0 ? [] : [.. entry.Columns.Where(column => words.Any(word => Has(column.Name, word) || Has(column.Description, word))).Select(column => column.Name)]);
            }
        }
    }

    private static bool Holds(TableEntry entry, string word) =>
        Has(entry.Table.ToString(), word) || Has(entry.Description, word) || (entry.Owner is { } owner && Has(owner, word))
        || entry.Tags.Any(tag => Has(tag, word)) || entry.Columns.Any(column => Has(column.Name, word) || Has(column.Description, word));

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
