namespace Escale.Collect.Sniffing;

/// <summary>How records are cut into fields.</summary>
/// <param name="Delimiter">What stands between fields: one letter or several.</param>
/// <param name="Quote">What stands around fields that hold delimiters or line breaks; null: nothing.</param>
/// <param name="Escape">What stands before a quote that belongs to the text: the quote itself, or a backslash.</param>
internal sealed record TextDialect(string Delimiter, char? Quote, char? Escape)
{
    /// <summary>Blanks stand around words anyway, so they must not be taken off at quotes.</summary>
    public bool IsBlank { get; } = string.IsNullOrWhiteSpace(Delimiter);
}

/// <summary>How a record's quotes came out.</summary>
internal enum SplitState
{
    /// <summary>Every quoted field ends where its quote does.</summary>
    Whole,

    /// <summary>A quote is still open at the end.</summary>
    Open,

    /// <summary>Something stands behind a closing quote.</summary>
    Broken,
}

/// <summary>What to make of quotes that are not where they should be.</summary>
internal enum QuoteSense
{
    /// <summary>By the rules of RFC 4180.</summary>
    Strict,

    /// <summary>A quote ends a field only before a delimiter: the others are text.</summary>
    OnlyAtEnds,

    /// <summary>A quote that opens a field and does not close it properly is text.</summary>
    StrayIsText,

    /// <summary>A quote is a border between fields although no delimiter stands there.</summary>
    Border,

    /// <summary>All quotes are text.</summary>
    Text,
}
