using System.Globalization;
using System.Text.RegularExpressions;
using Escale.Projects.Yaml;

namespace Escale.Collect.Definitions;

/// <summary>The types that a source file may name, and DuckDB's names for them. Nothing else reaches SQL (S5).</summary>
internal static partial class SqlTypes
{
    public const string Text = "VARCHAR";
    public const string Integer = "BIGINT";
    public const string Number = "DOUBLE";
    public const string Boolean = "BOOLEAN";
    public const string Date = "DATE";
    public const string Timestamp = "TIMESTAMP";
    public const string TimestampTz = "TIMESTAMP WITH TIME ZONE";

    private static readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = Text,
        ["varchar"] = Text,
        ["string"] = Text,
        ["json"] = Text,
        ["bigint"] = Integer,
        ["long"] = Integer,
        ["integer"] = "INTEGER",
        ["int"] = "INTEGER",
        ["smallint"] = "SMALLINT",
        ["double"] = Number,
        ["float"] = Number,
        ["boolean"] = Boolean,
        ["bool"] = Boolean,
        ["date"] = Date,
        ["timestamp"] = Timestamp,
        ["timestamptz"] = TimestampTz,
    };

    /// <summary>The SQL type of a plain name, or null.</summary>
    public static string? Named(string name) => _names.GetValueOrDefault(name);

    /// <summary>The plain name of a type, as source files say it.</summary>
    public static string NameOf(string type) => type switch
    {
        Text => "text", Integer => "bigint", Number => "double", Timestamp => "timestamp", TimestampTz => "timestamptz", _ => type.ToLowerInvariant(),
    };

    /// <summary>The SQL type that a source file names.</summary>
    public static string Parse(YamlNode node)
    {
        var text = node.AsText();
        if (_names.TryGetValue(text, out var type))
        {
            return type;
        }
        if (DecimalType().Match(text) is { Success: true } match)
        {
            var width = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var scale = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            if (width is >= 1 and <= 38 && scale <= width)
            {
                return $"DECIMAL({width},{scale})";
            }
        }
        throw node.Error(
            "projects.unknown-value", $"'{text}' is not a type.",
            Projects.Nearest.Remedy(text, _names.Keys, "It is one of text, bigint, integer, smallint, double, decimal(width,scale), boolean, date, timestamp, timestamptz."));
    }

    /// <summary>The type that holds the values of both without loss, or null when there is none but text.</summary>
    public static string? Widen(string left, string right)
    {
        if (left == right)
        {
            return left;
        }
        string[] numbers = ["SMALLINT", "INTEGER", Integer];
        var (a, b) = (Array.IndexOf(numbers, left), Array.IndexOf(numbers, right));
        if (a >= 0 && b >= 0)
        {
            return numbers[Math.Max(a, b)];
        }
        if ((left == Number && b >= 0) || (right == Number && a >= 0))
        {
            return Number;
        }
        return (left, right) is (Date, Timestamp) or (Timestamp, Date) ? Timestamp : null;
    }

    /// <summary>Whether a CSV reader can be told to read this type itself.</summary>
    public static bool IsScalar(string type) => !type.Contains('(', StringComparison.Ordinal) || type.StartsWith("DECIMAL(", StringComparison.Ordinal);

    [GeneratedRegex(@"^decimal\(\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*\)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DecimalType();
}
