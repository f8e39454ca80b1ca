namespace Escale.Explore.Profiles.Facts;

/// <summary>What is wrong with the texts of a column, counted.</summary>
internal sealed record TextChecks(long Blank, long Padded, long NullWords, long Control, long Garbled)
{
    /// <summary>Words that people write where a value is missing.</summary>
    public static readonly string[] NullWordList =
    [
        "na", "n/a", "#n/a", "n.a.", "null", "none", "nil", "nan", "-", "--", "?", "??", ".", "...", "missing", "unknown", "undefined", "(null)", "<na>", "nd", "n.d.", "n/d", "nr", "s/o", "néant", "inconnu",
        "inconnue", "non renseigné", "non renseignée", "manquant", "vide", "aucun", "aucune",
    ];

    private const int ColumnsAtOnce = 40;
    private const string Blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)";

    /// <summary>Counts them for every column of text.</summary>
    public static async Task<Dictionary<string, TextChecks>> ReadAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TextChecks>(StringComparer.Ordinal);
        var words = string.Join(", ", NullWordList.Select(word => $"'{word}'"));
        foreach (var some in columns.Where(column => column.IsText).Chunk(ColumnPart.Most))
        {
            var counts = some.ToDictionary(column => column.Column.Name, _ => new long[5], StringComparer.Ordinal);
            if (some.Length > ColumnsAtOnce)
            {
                foreach (var row in await rows.QueryAsync(LongSql.Counts(some, Conditions("x", words), from), cancellationToken))
                {
                    counts[some[(int)(long)row[0]!].Column.Name] = [.. row.Skip(1).Select(Spreads.Counted)];
                }
            }
            else if ((await rows.QueryAsync($"SELECT {string.Join(",\n  ", some.SelectMany(column => Conditions(column.Name, words)).Select(one => $"count_if({one})"))}\nFROM {from} AS t", cancellationToken))[0] is var row)
            {
                for (var at = 0; at < some.Length; at++)
                {
                    counts[some[at].Column.Name] = [.. row.Skip(at * 5).Take(5).Select(Spreads.Counted)];
                }
            }
            foreach (var (name, five) in counts)
            {
                found[name] = new TextChecks(five[0], five[1], five[2], five[3], five[4]);
            }
        }
        return found;
    }

    private static IEnumerable<string> Conditions(string name, string words) =>
    [
        $"{name} <> '' AND trim({name}, {Blanks}) = ''",
        $"trim({name}, {Blanks}) <> {name}",
        $"length({name}) < 20 AND lower(trim({name})) IN ({words})",
        $@"regexp_matches({name}, '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')",
        $"contains({name}, 'Ã©') OR contains({name}, 'Ã¨') OR contains({name}, 'â€') OR contains({name}, 'Ã ') OR contains({name}, 'Ã´') OR contains({name}, chr(65533))",
    ];
}
