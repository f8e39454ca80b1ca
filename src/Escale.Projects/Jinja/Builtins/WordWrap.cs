using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>The filter <c>wordwrap</c>: each line by itself, blanks kept inside lines and dropped where a line breaks.</summary>
internal static class WordWrap
{
    public static string Wrap(Evaluation evaluation, string text, object?[] arguments)
    {
        var width = Operators.Whole(arguments[1]) is { } given && given > 0 && given < int.MaxValue
            ? (int)given
            : throw evaluation.Fail("value", "invalid width (must be > 0)");
        var breakLong = Operators.IsTrue(evaluation, arguments[2]);
        var newline = arguments[3] is null ? "\n" : Representation.Text(evaluation, arguments[3]);
        var hyphens = Operators.IsTrue(evaluation, arguments[4]);
        evaluation.Allocate(text.Length);
        var lines = (text.EndsWith('\n') ? text[..^1] : text).ReplaceLineEndings("\n").Split('\n');
        return text.Length == 0 ? "" : string.Join(newline, lines.Select(line => string.Join(newline, Line(line, width, breakLong, hyphens))));
    }

    private static List<string> Line(string line, int width, bool breakLong, bool hyphens)
    {
        var chunks = new Stack<string>(Chunks(line, hyphens).Reverse());
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            var current = new List<string>();
            var length = 0;
            if (lines.Count > 0 && string.IsNullOrWhiteSpace(chunks.Peek()))
            {
                chunks.Pop();
            }
            while (chunks.Count > 0 && length + chunks.Peek().Length <= width)
            {
                current.Add(chunks.Pop());
                length += current[^1].Length;
            }
            if (chunks.Count > 0 && chunks.Peek().Length > width)
            {
                TakeLong(chunks, current, width - length, breakLong, hyphens);
            }
            if (current.Count > 0 && string.IsNullOrWhiteSpace(current[^1]))
            {
                current.RemoveAt(current.Count - 1);
            }
            if (current.Count > 0)
            {
                lines.Add(string.Concat(current));
            }
        }
        return lines;
    }

    private static void TakeLong(Stack<string> chunks, List<string> current, int room, bool breakLong, bool hyphens)
    {
        if (!breakLong)
        {
            if (current.Count == 0)
            {
                current.Add(chunks.Pop());
            }
            return;
        }
        var chunk = chunks.Pop();
        var at = Math.Max(room, 1);
        if (hyphens && chunk.Length > at && chunk.LastIndexOf('-', at - 1) is > 0 and var hyphen && chunk.AsSpan(0, hyphen).IndexOfAnyExcept('-') >= 0)
        {
            at = hyphen + 1;
        }
        current.Add(chunk[..at]);
        chunks.Push(chunk[at..]);
    }

    private static IEnumerable<string> Chunks(string line, bool hyphens)
    {
        var chunk = new StringBuilder();
        for (var index = 0; index < line.Length; index++)
        {
            if (chunk.Length > 0 && Methods.IsSpace(line[index]) != Methods.IsSpace(chunk[0]))
            {
                yield return chunk.ToString();
                chunk.Clear();
            }
            chunk.Append(line[index]);
            if (hyphens && line[index] == '-' && index >= 2 && char.IsLetter(line[index - 1]) && char.IsLetter(line[index - 2])
                && index + 2 < line.Length && char.IsLetter(line[index + 1]) && char.IsLetter(line[index + 2]))
            {
                yield return chunk.ToString();
                chunk.Clear();
            }
        }
        if (chunk.Length > 0)
        {
            yield return chunk.ToString();
        }
    }
}
