using System.Globalization;
using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Reading;

namespace Escale.Explore.Tables;

/// <summary>The answer of <c>GET /api/v1/tables</c>.</summary>
internal sealed record TableList(IReadOnlyList<TableAnswer> Tables);

/// <summary>A column in an answer.</summary>
internal sealed record ColumnAnswer(string Name, string? Type, string Kind, string Description);

/// <summary>What is known of a table.</summary>
internal sealed record TableAnswer(
    string Name, string Kind, string Description, IReadOnlyList<string> Tags, string? Owner, long? Rows, long? SizeBytes, long? Version,
    DateTimeOffset? ChangedAt, DateTimeOffset? CheckedAt, string Quality, string? Asset, string? Path, string? Error)
{
    /// <summary>Its columns; null in lists.</summary>
    public IReadOnlyList<ColumnAnswer>? Columns { get; init; }

    /// <summary>Its tests; null in lists.</summary>
    public IReadOnlyList<TableTest>? Tests { get; init; }

    public static TableAnswer Of(TableEntry entry, bool withColumns = false) => new(
        entry.Table.ToString(), entry.Kind, entry.Description, entry.Tags, entry.Owner, entry.RowCount, entry.SizeBytes, entry.Version,
        entry.ChangedAt, entry.CheckedAt, entry.Quality.State, entry.Asset?.Id, entry.Asset?.Path, entry.Error)
    {
        Columns = withColumns ? [.. entry.Columns.Select(column => new ColumnAnswer(column.Name, column.Type, column.Kind, column.Description))] : null,
        Tests = withColumns ? entry.Tests : null,
    };
}

/// <summary>A window of rows. Values are text as DuckDB writes it, null where missing.</summary>
/// <param name="Version">The table's version; null for a view.</param>
/// <param name="Total">Rows that the filters leave in all.</param>
/// <param name="Offset">The number of the first row, from 0.</param>
/// <param name="Columns">The columns of the values.</param>
/// <param name="Rows">The values by row and column.</param>
/// <param name="Cut">The values that were cut, as <c>row:column</c> in this window; ask with <c>full=true</c> for the whole.</param>
internal sealed record RowsAnswer(long? Version, long Total, long Offset, IReadOnlyList<TableColumn> Columns, IReadOnlyList<string?[]> Rows, IReadOnlyList<string> Cut)
{
    private const int LongestText = 300;

    public static RowsAnswer Of(TableShape shape, IReadOnlyList<TableColumn> columns, RowWindow window, bool full)
    {
        var cut = new List<string>();
        for (var row = 0; row < window.Rows.Count && !full; row++)
        {
            var values = window.Rows[row];
            for (var column = 0; column < values.Length; column++)
            {
                if (values[column] is { Length: > LongestText } text)
                {
                    values[column] = text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
                    cut.Add(string.Create(CultureInfo.InvariantCulture, $"{row}:{column}"));
                }
            }
        }
        return new RowsAnswer(shape.Snapshot?.Version, window.Total, window.Offset, columns, window.Rows, cut);
    }
}
