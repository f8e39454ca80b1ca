using System.Text;
using Escale.Collect.Files;

namespace Escale.Collect.Sniffing;

/// <summary>How a file's letters are written.</summary>
/// <param name="Name">The name of the character set.</param>
/// <param name="MarkLength">The length of its byte-order mark, or 0.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Evidence">Letters that show it, for people.</param>
internal sealed record EncodingFinding(string Name, int MarkLength, double Confidence, string Evidence)
{
    /// <summary>Whether each byte of ASCII stands for itself.</summary>
    public bool IsAsciiCompatible => !Name.StartsWith("utf-16", StringComparison.Ordinal) && !Name.StartsWith("utf-32", StringComparison.Ordinal);
}

/// <summary>Finds the character set of a text by its marks, its zero bytes, its validity as UTF-8, and by which letters it would have in each of the old sets.</summary>
internal static class EncodingSniffer
{
    private const string Common = "éèàçêîôûùëïüöäßñáíóúâœæøåãõÉÈÀÇÊÎÔÖÄÜÅØŒÁÍÓÚÑ";
    private const string Marks = "’‘“”«»–—…•·°€£§²³µ";
    private static readonly string[] _old = ["windows-1252", "iso-8859-15", "ibm850", "macintosh", "windows-1250", "windows-1251"];

    public static EncodingFinding Sniff(ReadOnlySpan<byte> sample)
    {
        if (TextEncodings.FromMark(sample) is { } mark)
        {
            return new EncodingFinding(mark.Encoding.WebName, mark.Length, 1, "a byte-order mark");
        }
        if (Wide(sample) is { } wide)
        {
            return wide;
        }
        var high = 0;
        foreach (var letter in sample)
        {
            high += letter >= 0x80 ? 1 : 0;
        }
        if (high == 0)
        {
            return new EncodingFinding("utf-8", 0, 1, "");
        }
        var (valid, invalid) = CountUtf8(sample);
        if (invalid == 0 || valid >= 9 * invalid)
        {
            return new EncodingFinding("utf-8", 0, invalid == 0 ? 1 : 0.7, Letters(Encoding.UTF8, sample));
        }
        var scores = new List<(string Name, double Score)>();
        foreach (var name in _old)
        {
            scores.Add((name, Score(TextEncodings.Find(name)!.GetString(sample))));
        }
        var best = scores.MaxBy(score => score.Score);
        // Sets in which the file would say the same are no rivals.
        var text = TextEncodings.Find(best.Name)!.GetString(sample);
        var rivals = new List<double>();
        foreach (var (name, score) in scores)
        {
            if (name != best.Name && TextEncodings.Find(name)!.GetString(sample) != text)
            {
                rivals.Add(score);
            }
        }
        var second = rivals.Count == 0 ? best.Score - Math.Abs(best.Score) - 1 : rivals.Max();
        var confidence = Math.Clamp(0.6 + (best.Score - second) / (2 * Math.Max(1, Math.Abs(best.Score))), 0.6, 0.97);
        return new EncodingFinding(best.Name, 0, confidence, Letters(TextEncodings.Find(best.Name)!, sample));
    }

    /// <summary>UTF-16 without a mark: of each two bytes the same one is nearly always zero.</summary>
    private static EncodingFinding? Wide(ReadOnlySpan<byte> sample)
    {
        int even = 0, odd = 0;
        var pairs = Math.Min(sample.Length, 4096) / 2;
        for (var i = 0; i < pairs; i++)
        {
            even += sample[2 * i] == 0 ? 1 : 0;
            odd += sample[2 * i + 1] == 0 ? 1 : 0;
        }
        return pairs < 2 ? null
            : odd > 0.6 * pairs && even < 0.05 * pairs ? new EncodingFinding("utf-16", 0, 0.98, "every second byte is zero")
            : even > 0.6 * pairs && odd < 0.05 * pairs ? new EncodingFinding("utf-16BE", 0, 0.98, "every second byte is zero") : null;
    }

    private static (int Valid, int Invalid) CountUtf8(ReadOnlySpan<byte> sample)
    {
        int valid = 0, invalid = 0;
        while (sample.Length > 0)
        {
            var state = Rune.DecodeFromUtf8(sample, out var rune, out var length);
            if (state == System.Buffers.OperationStatus.Done)
            {
                valid += rune.IsAscii ? 0 : 1;
            }
            else
            {
                // A letter that the sample's end cuts is no fault.
                invalid += state == System.Buffers.OperationStatus.NeedMoreData ? 0 : 1;
            }
            sample = sample[length..];
        }
        return (valid, invalid);
    }

    /// <summary>Letters of words score, signs in the middle of words cost.</summary>
    private static double Score(string text)
    {
        double score = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter < 0x80)
            {
                continue;
            }
            var (before, after) = (i > 0 ? text[i - 1] : ' ', i + 1 < text.Length ? text[i + 1] : ' ');
            var isInWord = char.IsAsciiLetter(before) || char.IsAsciiLetter(after);
            score += letter switch
            {
                '\uFFFD' => -4,
                _ when char.IsControl(letter) => -4,
                '€' or '£' => char.IsAsciiDigit(before) || char.IsAsciiDigit(after) || before is ' ' or ';' or ',' || after is ' ' or '"' ? 1.5 : -1,
                '½' or '¼' or '¾' or '¤' or '¦' or '¨' or '´' or '¸' => isInWord ? -2 : -0.2,
                _ when char.IsUpper(letter) && char.IsLetter(before) && (char.IsLower(before) || char.IsLower(after)) => -1.5,
                _ when Common.Contains(letter, StringComparison.Ordinal) => isInWord ? (char.IsUpper(letter) ? 1.5 : 2) : 0.8,
                // A run of letters of another alphabet is a word, one of them among others is not.
                _ when char.IsLetter(letter) => isInWord ? -0.5 : char.IsLetter(before) || char.IsLetter(after) ? char.IsUpper(letter) && char.IsLower(before) ? -1 : 0.9 : -0.5,
                _ when Marks.Contains(letter, StringComparison.Ordinal) => char.IsAsciiLetter(before) && char.IsAsciiLetter(after) && letter != '’' ? -1.5 : 0.6,
                '\u00A0' => char.IsAsciiDigit(before) ? 0.8 : 0,
                _ => isInWord ? -2 : -0.3,
            };
        }
        return score;
    }

    private static string Letters(Encoding encoding, ReadOnlySpan<byte> sample) =>
        string.Join(' ', encoding.GetString(sample).Where(letter => letter >= 0x80 && !char.IsControl(letter) && letter != '\uFFFD').GroupBy(letter => letter).OrderByDescending(group => group.Count()).Take(6).Select(group => group.Key));
}
