namespace Escale.Accounts;

/// <summary>How people are called: what they wrote, without what could mislead others.</summary>
internal static class PersonName
{
    private const int MostLetters = 80;

    /// <summary>The name without control characters and marks that turn the direction of writing, at most 80 letters.</summary>
    public static string Clean(string? name)
    {
        var kept = string.Concat((name ?? "").Where(letter => !char.IsControl(letter) && char.GetUnicodeCategory(letter) != System.Globalization.UnicodeCategory.Format)).Trim();
        return kept.Length > MostLetters ? kept[..MostLetters] : kept;
    }
}
