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

    private const string Blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)";
    private const int ColumnsAtOnce = 100;

    /// <summary>Counts them for every column of text.</summary>
    public static async Task<Dictionary<string, TextChecks>> ReadAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TextChecks>(StringComparer.Ordinal);
        var words = string.Join(", ", NullWordList.Select(word => $"'{word}'"));
        foreach (var some in columns.Where(column => column.IsText).Chunk(ColumnsAtOnce))
        {
            var counts = some.Select(column => $"""
                count_if({column.Name} <> '' AND trim({column.Name}, {Blanks}) = ''), count_if(trim({column.Name}, {Blanks}) <> {column.Name}), count_if(length({column.Name}) < 20 AND lower(trim({column.Name})) IN ({words})),
                  count_if(regexp_matches({column.Name}, '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')), count_if(contains({column.Name}, 'Ã©') OR contains({column.Name}, 'Ã¨') OR contains({column.Name}, 'â€') OR contains({column.Name}, 'Ã ') OR contains({column.Name}, 'Ã´') OR contains({column.Name}, chr(65533)))
                """);
            var row = (await rows.QueryAsync($"SELECT {string.Join(",\n  ", counts)}\nFROM {from} AS t", cancellationToken))[0];
            for (var at = 0; at < some.Length; at++)
            {
                var five = row.Skip(at * 5).Take(5).Select(Spreads.Counted).ToArray();
                found[some[at].Column.Name] = new TextChecks(five[0], five[1], five[2], five[3], five[4]);
            }
        }
        return found;
    }
}
