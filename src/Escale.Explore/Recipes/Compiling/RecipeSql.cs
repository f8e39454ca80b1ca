using System.Globalization;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Recipes;

/// <summary>Values and names of a recipe as SQL. What SQL text cannot hold is refused.</summary>
internal static class RecipeSql
{
    /// <summary>The column that carries a row's number where rows must be known again.</summary>
    public const string Row = "__row";

    /// <summary>A column's name in quotes.</summary>
    /// <exception cref="FormatException">It is empty, too long, or holds control characters.</exception>
    public static string Name(string name) =>
        name.Length is > 0 and <= 255 && !name.Any(char.IsControl) && !name.Equals(Row, StringComparison.OrdinalIgnoreCase)
            ? DuckSql.Name(name)
            : throw new FormatException(name.Length == 0 ? "a column has no name." : "a column's name is too long, holds control characters, or is __row, which is ours.");

    /// <summary>A text in quotes.</summary>
    /// <exception cref="FormatException">It holds control characters other than tab and line end.</exception>
    public static string Text(string text) => text.Any(letter => char.IsControl(letter) && letter is not ('\t' or '\n' or '\r'))
        ? throw new FormatException("a text holds control characters.")
        : DuckSql.Literal(text);

    /// <summary>A plain value of a file.</summary>
    public static string Value(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        string text => Text(text),
        _ => throw new FormatException("a value must be a text, a number, true or false."),
    };

    /// <summary>A number; always one with a point, so that it is no whole number by accident.</summary>
    public static string Number(double number) => double.IsFinite(number)
        ? number.ToString("R", CultureInfo.InvariantCulture) is var text && text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0"
        : throw new FormatException("a number must be finite.");

    /// <summary>Names side by side.</summary>
    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    /// <summary>A column as text.</summary>
    public static string AsText(string column) => $"{Name(column)}::varchar";
}
