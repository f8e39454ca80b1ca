using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Graph;

namespace Escale.Explore.Recipes;

/// <summary>The tables that recipes read, as they stand in the lake.</summary>
internal static class RecipeTables
{
    /// <summary>The table that a recipe means: <c>schema.table</c>, or what makes it.</summary>
    /// <exception cref="EscaleException"><c>explore.recipe-table</c>: there is none, with the nearest name.</exception>
    public static TableName Find(string name, AssetGraph graph, LakeCatalog catalog, Place? place = null)
    {
        var table = name.Contains('.', StringComparison.Ordinal)
            ? TableName.Parse(name)
            : graph.Assets.FirstOrDefault(asset => asset.Kind is "model" or "seed" && asset.Name == name && asset.Table is not null)?.Table;
        if (table is not null && (catalog.View(table) is not null || catalog.Exists(table)))
        {
            return table;
        }
        var known = catalog.Tables().Concat(catalog.Views().Select(view => view.Name)).Select(one => one.ToString()).ToList();
        throw new EscaleException("explore.recipe-table", $"There is no table '{table?.ToString() ?? name}' yet.", Nearest.Remedy(table?.ToString() ?? name, known, "Run what makes it first, or choose another table."), place);
    }
}
