using System.Text.RegularExpressions;

namespace Escale.Explore.Dashboards.Files;

/// <summary>What a dashboard's filter asks for.</summary>
public enum FilterKind
{
    /// <summary>From a day to a day.</summary>
    Dates,

    /// <summary>Some of the values of a column.</summary>
    List,

    /// <summary>From a number to a number.</summary>
    Number,

    /// <summary>A part of a text.</summary>
    Search,
}

/// <summary>A filter that the tiles of a dashboard share.</summary>
/// <param name="Id">Its name in addresses and in the SQL of tiles.</param>
/// <param name="Title">What people read.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Columns">The columns that it stands for: in each table the first of them that the table has.</param>
/// <param name="From">The column whose values a list offers, as <c>schema.table.column</c>; null for the first table of a tile that has one of the columns.</param>
/// <param name="Default">The value when the address gives none.</param>
/// <param name="Map">By a tile's id: the column that it stands for there, or <c>none</c>.</param>
public sealed record DashboardFilter(string Id, string Title, FilterKind Kind, IReadOnlyList<string> Columns, string? From, string? Default, IReadOnlyDictionary<string, string> Map);

/// <summary>A tile: what it shows and where.</summary>
/// <param name="Id">Its name, unique in the dashboard.</param>
/// <param name="Title">What people read above it.</param>
/// <param name="Question">The id of a question, or null.</param>
/// <param name="Sql">A query of its own, or null.</param>
/// <param name="Steps">A query of its own in the steps of questions, as the file has them; or null.</param>
/// <param name="Text">Words in Markdown, or null.</param>
public sealed record DashboardTile(string Id, string Title, string? Question, string? Sql, object? Steps, string? Text);

/// <summary>A dashboard as its file says. Immutable.</summary>
/// <param name="Id">The file's name without its ending.</param>
/// <param name="Title">What people read.</param>
/// <param name="Description">A sentence; may be empty.</param>
/// <param name="Filters">What the tiles share.</param>
/// <param name="Tiles">In reading order.</param>
/// <param name="Tree">The file's values as they stand, for JSON.</param>
/// <param name="Tag">Another text whenever the file changed.</param>
public sealed partial record Dashboard(
    string Id, string Title, string Description, IReadOnlyList<DashboardFilter> Filters, IReadOnlyList<DashboardTile> Tiles, IReadOnlyDictionary<string, object?> Tree, string Tag)
{
    /// <summary>The tile of an id, or null.</summary>
    public DashboardTile? Tile(string id) => Tiles.FirstOrDefault(tile => tile.Id == id);

    /// <summary>Whether a text can be a dashboard's id: what is safe as a file's name on every system.</summary>
    public static bool IsId(string id) => Id64().IsMatch(id);

    /// <summary>An id made of a title.</summary>
    public static string IdOf(string title)
    {
        var plain = new string([.. title.Normalize(System.Text.NormalizationForm.FormD).ToLowerInvariant().Where(letter => letter < 128).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]);
        var id = Dashes().Replace(plain, "-").Trim('-');
        return id.Length == 0 ? "dashboard" : id.Length > 48 ? id[..48].Trim('-') : id;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex Id64();

    [GeneratedRegex("-+")]
    private static partial Regex Dashes();
}
