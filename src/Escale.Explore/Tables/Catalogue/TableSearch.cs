using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Tables.Catalogue;

/// <summary>What the palette finds of the tables: by name, column, description, tag.</summary>
internal sealed class TableSearch(TableCatalogue catalogue) : ISearchSource
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken) =>
    [
        .. (await catalogue.AllAsync(cancellationToken)).Select(entry => new Found(
            entry.Kind, entry.Table.ToString(), entry.Description, $"/tables/{entry.Table}", string.Join(' ', entry.Tags.Concat(entry.Columns.Select(column => column.Name))))),
    ];
}
