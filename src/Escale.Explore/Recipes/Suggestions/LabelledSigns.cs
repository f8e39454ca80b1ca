using System.Globalization;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>The signs of a column and the step that suits them.</summary>
/// <param name="Source">The table that it was seen in: rows of one are judged together.</param>
/// <param name="Column">The column; empty for the table.</param>
/// <param name="Label">A kind's name, or <see cref="SuggestedKind.None"/>.</param>
/// <param name="Signs">The signs.</param>
/// <param name="Weight">How much it counts.</param>
internal sealed record LabelledSigns(string Source, string Column, string Label, Signs Signs, double Weight = 1)
{
    private static readonly Lazy<IReadOnlyList<LabelledSigns>> _shipped = new(ReadShipped);

    /// <summary>Those that come with the program; see <c>README.md</c> beside <c>labels.csv</c>.</summary>
    public static IReadOnlyList<LabelledSigns> Shipped => _shipped.Value;

    /// <summary>The first line of the file.</summary>
    public static string Header => string.Join(',', ["source", "column", "label", .. Signs.Words, .. Signs.Numbers]);

    /// <summary>A line of the file.</summary>
    public override string ToString() => string.Join(',', [Plain(Source), Plain(Column), Label, Signs.Kind, Signs.Meaning, .. Signs.Values.Select(value => double.IsNaN(value) ? "" : value.ToString("G4", CultureInfo.InvariantCulture))]);

    /// <summary>Reads the lines after the first.</summary>
    /// <exception cref="FormatException">The first line is another than <see cref="Header"/>, or a line has too few cells.</exception>
    public static IEnumerable<LabelledSigns> Read(TextReader text)
    {
        if (text.ReadLine() != Header)
        {
            throw new FormatException("The file's columns are not those of the signs.");
        }
        while (text.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            yield return cells.Length == 5 + Signs.Numbers.Length
                ? new LabelledSigns(cells[0], cells[1], cells[2], new Signs(cells[3], cells[4], [.. cells.Skip(5).Select(cell => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture))]))
                : throw new FormatException($"A line has {cells.Length} cells: {line}");
        }
    }

    private static string Plain(string name) => name.Replace(',', ' ').Replace('\n', ' ').Replace('\r', ' ');

    private static List<LabelledSigns> ReadShipped()
    {
        using var stream = typeof(LabelledSigns).Assembly.GetManifestResourceStream("Escale.Explore.Recipes.labels.csv")!;
        using var text = new StreamReader(stream);
        return [.. Read(text)];
    }
}
