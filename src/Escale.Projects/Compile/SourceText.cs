using Escale.Kernel;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>Rendered text that knows the source line of each of its lines.</summary>
/// <param name="Text">The text; lines end with <c>\n</c>.</param>
/// <param name="Lines">The place of each line; its column is 1 where the line is the author's own text, else null.</param>
internal sealed record SourceText(string Text, IReadOnlyList<Place> Lines)
{
    public bool IsBlank => SkipBlanks(Text, 0) >= Text.Length;

    /// <summary>Renders a template, without the blanks and the semicolon at its end.</summary>
    public static SourceText Of(JinjaTemplate template, Rendering rendering)
    {
        rendering.Pieces.Clear();
        var raw = rendering.Render(template);
        var pieces = rendering.Pieces.ToArray();
        var text = raw.TrimEnd().TrimEnd(';').TrimEnd();
        return new SourceText(text, Places(text, pieces));
    }

    /// <summary>Text that stands at one place as a whole.</summary>
    public static SourceText Of(string text, Place place) => new(text, [.. text.Split('\n').Select(_ => place with { Column = null })]);

    /// <summary>
    /// The text with these as common table expressions in front: inside its own WITH when it has one. New text starts on the line of the
    /// first word, so that what follows keeps its places.
    /// </summary>
    public SourceText WithCtes(IEnumerable<(string Name, SourceText Body)> ctes)
    {
        var at = SkipBlanks(Text, 0);
        var open = "with ";
        var hasWith = IsWord(at, "with");
        if (hasWith)
        {
            var end = at + 4;
            var next = SkipBlanks(Text, end);
            open = IsWord(next, "recursive") ? "with recursive " : "with ";
            at = open.Length > 5 ? next + 9 : end;
        }
        var start = hasWith ? SkipBlanks(Text, 0) : at;
        var line = Text.AsSpan(0, start).Count('\n');
        var lines = new List<Place>(Lines.Take(line));
        var here = Lines[line] with { Column = null };
        var text = new System.Text.StringBuilder(Text[..start]).Append(open);
        lines.Add(here);
        var first = true;
        foreach (var (name, body) in ctes)
        {
            text.Append(first ? "" : ", ").Append(name).Append(" as (\n").Append(body.Text).Append("\n)");
            lines.AddRange(body.Lines);
            lines.Add(here);
            first = false;
        }
        text.Append(hasWith ? "," : "\n").Append(Text[at..]);
        // What was the rest of the first line now ends the last new line, or has a line of its own.
        var resumed = Text.AsSpan(0, at).Count('\n');
        lines.AddRange(hasWith ? Lines.Skip(resumed + 1) : Lines.Skip(resumed));
        return new SourceText(text.ToString(), lines);
    }

    private static Place[] Places(string text, OutputPiece[] pieces)
    {
        var places = new List<Place>();
        var piece = 0;
        for (var start = 0; start <= text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            var word = start;
            while (word < end && char.IsWhiteSpace(text[word]))
            {
                word++;
            }
            while (piece + 1 < pieces.Length && pieces[piece + 1].Offset <= word)
            {
                piece++;
            }
            places.Add(pieces.Length == 0 ? new Place(null, 1) : PlaceOf(text, pieces, piece, start, word, end));
            start = end + 1;
        }
        return [.. places];
    }

    private static Place PlaceOf(string text, OutputPiece[] pieces, int at, int start, int word, int end)
    {
        var piece = pieces[at];
        var line = piece.Line + (piece.IsData ? text.AsSpan(piece.Offset, Math.Max(0, word - piece.Offset)).Count('\n') : 0);
        var isOwn = piece.IsData && (piece.Offset < start || (start == 0 && piece.Offset == 0 && piece.Line == 1)) && (at + 1 == pieces.Length || pieces[at + 1].Offset >= end);
        return new Place(piece.Template.Name, Math.Max(1, line), isOwn ? 1 : null);
    }

    /// <summary>Past blanks and comments.</summary>
    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text.AsSpan(at).StartsWith("--", StringComparison.Ordinal))
            {
                at = text.IndexOf('\n', at) is >= 0 and var end ? end + 1 : text.Length;
            }
            else if (text.AsSpan(at).StartsWith("/*", StringComparison.Ordinal))
            {
                at = text.IndexOf("*/", at + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 2 : text.Length;
            }
            else
            {
                break;
            }
        }
        return at;
    }

    private bool IsWord(int at, string word) => at + word.Length <= Text.Length
        && Text.AsSpan(at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
        && (at + word.Length == Text.Length || !(char.IsLetterOrDigit(Text[at + word.Length]) || Text[at + word.Length] == '_'));
}
