namespace Escale.Explore;

/// <summary>What a spreadsheet would run instead of showing it (security requirement S11).</summary>
internal static class Formulas
{
    /// <summary>Whether a spreadsheet takes a text for a formula: a leading <c>= + - @</c>, tab or carriage return.</summary>
    public static bool IsFormula(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r';
}
