using Escale.Explore.Profiles.Meanings;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>Finds what deserves attention in a profile.</summary>
internal static class AlertFinder
{
    private const double Strong = 0.95;
    private const double SmallShare = 0.001;
    private const int MostPairs = 10;

    /// <summary>The alerts, the gravest first.</summary>
    public static IReadOnlyList<Alert> Find(TableProfile profile)
    {
        if (profile.Rows == 0)
        {
            return [new Alert("no_rows", "bad", [], null)];
        }
        return [.. OfTable(profile).Concat(profile.Columns.SelectMany(column => ColumnAlerts.Find(column, profile))).Concat(OfPairs(profile))
            .OrderBy(alert => alert.Rank).ThenByDescending(alert => alert.Code == "personal_data").ThenByDescending(alert => alert.Share ?? 0)];
    }

    private static IEnumerable<Alert> OfTable(TableProfile profile)
    {
        if (profile.Repeated.Exact > 0)
        {
            var share = (double)profile.Repeated.Exact / profile.Rows;
            yield return new Alert("duplicate_rows", share >= SmallShare ? "warn" : "info", [], profile.Repeated.Exact)
            {
                Share = share, IsEstimate = profile.Repeated.IsEstimate, Step = StepJson.Of("deduplicate"),
            };
        }
        if (profile.Repeated.Near is > 0 and var near)
        {
            var texts = profile.Columns.Where(column => column.Kind == "text" && column.Texts is not null).Select(column => column.Name).ToArray();
            yield return new Alert("near_duplicate_rows", "warn", [], near)
            {
                Share = (double)near / (profile.Basis.SampleRows ?? profile.Rows), IsEstimate = !profile.Basis.IsExact, Step = StepJson.Of("normalise", ("columns", texts)),
            };
        }
        var unclear = profile.Columns.Where(column => IsUnclearName(column.Name)).ToList();
        if (unclear.Count > 0)
        {
            yield return new Alert("unclear_names", "info", [.. unclear.Take(20).Select(column => column.Name)], null)
            {
                Step = StepJson.Of("rename", ("names", unclear.Take(50).ToDictionary(column => column.Name, column => Plain(column.Name, profile), StringComparer.Ordinal))),
            };
        }
    }

    private static IEnumerable<Alert> OfPairs(TableProfile profile)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in profile.Pairs.Where(pair => pair.Measure is "equal" || (pair.Measure is "correlation" or "association" && Math.Abs(pair.Value) >= Strong)).Take(MostPairs * 5))
        {
            // One of a group of columns that say the same is enough.
            if (told.Count >= MostPairs || !told.Add(pair.B))
            {
                continue;
            }
            var strength = Math.Abs(pair.Value).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
            yield return new Alert(pair.Measure == "equal" ? "equal_columns" : "correlated", pair.Measure == "equal" ? "warn" : "info", [pair.A, pair.B], null)
            {
                IsEstimate = !profile.Basis.IsExact, Values = [strength], Step = StepJson.Of("drop_columns", ("columns", new[] { pair.B })),
            };
        }
    }

    private static bool IsUnclearName(string name) =>
        name.Trim().Length == 0 || name != name.Trim() || name.StartsWith("Unnamed", StringComparison.OrdinalIgnoreCase) || (name.StartsWith("column", StringComparison.OrdinalIgnoreCase) && name[6..].All(char.IsAsciiDigit))
        || name.Any(letter => char.IsWhiteSpace(letter) || letter is '"' or '\'' or ';' or '/' or '\\' or '%');

    private static string Plain(string name, TableProfile profile)
    {
        var words = string.Concat(NameWords.WithoutAccents(name.Trim()).Select(letter => char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_')).Trim('_');
        while (words.Contains("__", StringComparison.Ordinal))
        {
            words = words.Replace("__", "_", StringComparison.Ordinal);
        }
        var place = Enumerable.Range(0, profile.Columns.Count).First(at => profile.Columns[at].Name == name) + 1;
        var taken = profile.Columns.Any(column => column.Name != name && string.Equals(column.Name, words, StringComparison.OrdinalIgnoreCase));
        return words.Length == 0 || taken || words.StartsWith("unnamed", StringComparison.Ordinal) ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"field_{place}") : words;
    }
}
