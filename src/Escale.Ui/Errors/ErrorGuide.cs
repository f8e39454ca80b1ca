using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Ui;

/// <summary>
/// What each code of an error means, in the words of the manual's two tables, <c>docs/manual/errors.md</c> and <c>docs/manual/erreurs.md</c>, which are part of
/// the program. Messages are written in English, with names and values; these are what a reader of French sees above them. Read once. Thread-safe.
/// </summary>
public static partial class ErrorGuide
{
    /// <summary>The row that stands for the classes of the engine's errors that have none of their own.</summary>
    private const string AnyDuckDbError = "engines.duckdb.<class>";

    private static readonly Lazy<FrozenDictionary<string, ErrorWords>> _english = new(() => Read("errors.md", Language.English));
    private static readonly Lazy<FrozenDictionary<string, ErrorWords>> _french = new(() => Read("erreurs.md", Language.French));

    /// <summary>Every code with its words, in the order of the codes.</summary>
    public static IEnumerable<KeyValuePair<string, ErrorWords>> All(Language language) => Of(language).OrderBy(entry => entry.Key, StringComparer.Ordinal);

    /// <summary>The words of a code; null when the table does not have it.</summary>
    public static ErrorWords? Find(string code, Language language) =>
        Of(language).TryGetValue(code, out var words)
        || (code.StartsWith("engines.duckdb.", StringComparison.Ordinal) && Of(language).TryGetValue(AnyDuckDbError, out words)) ? words : null;

    /// <summary>The words to put above a message, which is in English: null for who reads English.</summary>
    public static ErrorWords? WordsFor(Reader reader, string? code) => reader.Language == Language.English || code is null ? null : Find(code, reader.Language);

    private static FrozenDictionary<string, ErrorWords> Of(Language language) => (language == Language.French ? _french : _english).Value;

    private static FrozenDictionary<string, ErrorWords> Read(string file, Language language)
    {
        using var stream = typeof(ErrorGuide).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"{file} is not part of the program.");
        using var reader = new StreamReader(stream);
        var words = new Dictionary<string, ErrorWords>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                var cells = line.Split('|', StringSplitOptions.TrimEntries);
                words[cells[1].Trim('`')] = new ErrorWords(Sentence(cells[2], language), Sentence(cells[3], language));
            }
        }
        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A cell as a sentence: a capital, a full stop, and quotes as the language writes them in place of the marks of code.</summary>
    private static string Sentence(string cell, Language language)
    {
        if (cell.Length == 0)
        {
            return "";
        }
        var plain = Code().Replace(cell, language == Language.French ? "«\u00a0$1\u00a0»" : "'$1'");
        var start = cell[0] == '`' ? plain[..1] : plain[..1].ToUpperInvariant();
        var sentence = start + plain[1..] + (plain[^1] is '.' or '…' ? "" : ".");
        return language == Language.French ? Text.Bound(sentence) : sentence;
    }

    [GeneratedRegex("`([^`]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
