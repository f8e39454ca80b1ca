using System.Text.RegularExpressions;

namespace Escale.Kernel;

/// <summary>
/// The name of a lake table or view, <c>schema.name</c>, such as <c>silver.vessels</c>.
/// Both parts are letters, digits and underscores, not starting with a digit, at most 63 characters: the form that is safe
/// as a folder, as a SQL identifier and in a URL (security requirement S6).
/// </summary>
public sealed partial record TableName
{
    private static readonly HashSet<string> _endings = new(["csv", "tsv", "tab", "txt", "json", "geojson", "ndjson", "jsonl", "parquet", "pq", "xlsx", "xls", "xlsb", "gz", "zst", "zstd"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the name; both parts are checked.</summary>
    /// <exception cref="EscaleException"><c>kernel.table-name</c> when a part is not a safe identifier.</exception>
    public TableName(string schema, string name)
    {
        Schema = Check(schema, $"{schema}.{name}");
        Name = Check(name, $"{schema}.{name}");
    }

    /// <summary>The schema, such as <c>bronze</c>.</summary>
    public string Schema { get; }

    /// <summary>The name inside the schema.</summary>
    public string Name { get; }

    /// <summary>Reads <c>schema.name</c>.</summary>
    /// <exception cref="EscaleException"><c>kernel.table-name</c> when it is not of that form.</exception>
    public static TableName Parse(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2 ? new TableName(parts[0], parts[1]) : throw Invalid(text);
    }

    /// <summary>Whether what somebody typed where a table or a file may stand is meant as a table: two parts, no folder, no file of that name, and not the ending of one.</summary>
    public static bool IsMeant(string text) => text.Split('.') is [{ Length: > 0 }, { Length: > 0 } last] && !text.AsSpan().ContainsAny('/', '\\') && !_endings.Contains(last) && !File.Exists(text);

    /// <summary>The name quoted for SQL: <c>"schema"."name"</c>.</summary>
    public string ToSql() => $"\"{Schema}\".\"{Name}\"";

    /// <inheritdoc/>
    public override string ToString() => $"{Schema}.{Name}";

    private static string Check(string part, string whole) => Safe().IsMatch(part) ? part : throw Invalid(whole);

    private static EscaleException Invalid(string text) => new(
        "kernel.table-name", $"'{text}' is not a table name.",
        "Write it as schema.name with letters, digits and underscores, for example silver.vessels.");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Safe();
}
