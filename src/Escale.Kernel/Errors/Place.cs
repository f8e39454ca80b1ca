namespace Escale.Kernel;

/// <summary>Where an error happened, as a person would look for it. Line and column count from 1.</summary>
/// <param name="File">Path relative to the project where there is one, else as the user gave it; or a URL.</param>
/// <param name="Line">Line from 1, or null.</param>
/// <param name="Column">Column from 1, or null.</param>
/// <param name="Table">The table concerned, or null.</param>
/// <param name="Field">The column or key concerned, or null.</param>
public sealed record Place(string? File, int? Line = null, int? Column = null, string? Table = null, string? Field = null)
{
    /// <summary><c>file:line:column, table t, field f</c>, with what is known.</summary>
    public override string ToString()
    {
        var parts = new List<string>(3);
        if (File is not null)
        {
            parts.Add(File + (Line is { } line ? $":{line}" + (Column is { } column ? $":{column}" : "") : ""));
        }
        if (Table is not null)
        {
            parts.Add($"table {Table}");
        }
        if (Field is not null)
        {
            parts.Add($"field {Field}");
        }
        return string.Join(", ", parts);
    }
}
