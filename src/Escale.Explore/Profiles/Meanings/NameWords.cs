using System.Globalization;
using System.Text;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>The words in a column's name, in English and French: <c>dateNaissance</c> is <c>date</c> and <c>naissance</c>.</summary>
internal sealed class NameWords
{
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);

    private NameWords()
    {
    }

    /// <summary>The words of a name.</summary>
    public static NameWords Of(string name)
    {
        var words = new NameWords();
        var word = new StringBuilder();
        var isLower = false;
        foreach (var letter in name)
        {
            if (!char.IsLetterOrDigit(letter) || (char.IsUpper(letter) && isLower))
            {
                words.Add(word);
            }
            if (char.IsLetterOrDigit(letter))
            {
                word.Append(char.ToLowerInvariant(letter));
            }
            isLower = char.IsLower(letter);
        }
        words.Add(word);
        return words;
    }

    /// <summary>Whether one of some words, or of some pairs of words joined by a blank, is in the name.</summary>
    public bool Has(params ReadOnlySpan<string> any)
    {
        foreach (var one in any)
        {
            if (one.Split(' ').All(_words.Contains))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A text without accents. Works without the system's culture data.</summary>
    public static string WithoutAccents(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            plain.Append(letter switch
            {
                >= 'à' and <= 'å' => 'a',
                'ç' => 'c',
                >= 'è' and <= 'ë' => 'e',
                >= 'ì' and <= 'ï' => 'i',
                'ñ' => 'n',
                (>= 'ò' and <= 'ö') or 'ø' => 'o',
                >= 'ù' and <= 'ü' => 'u',
                'ý' or 'ÿ' => 'y',
                >= 'À' and <= 'Å' => 'A',
                'Ç' => 'C',
                >= 'È' and <= 'Ë' => 'E',
                >= 'Ì' and <= 'Ï' => 'I',
                'Ñ' => 'N',
                >= 'Ò' and <= 'Ö' => 'O',
                >= 'Ù' and <= 'Ü' => 'U',
                'œ' => 'o',
                _ when CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark => '\0',
                _ => letter,
            });
        }
        return plain.Replace("\0", "").ToString();
    }

    private void Add(StringBuilder word)
    {
        if (word.Length > 0)
        {
            _words.Add(WithoutAccents(word.ToString()));
            word.Clear();
        }
    }
}
