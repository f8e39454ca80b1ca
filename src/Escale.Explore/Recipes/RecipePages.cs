using Escale.Engines.Tables;
using Escale.Explore.Recipes.Pages;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Recipes;

/// <summary><c>/recipes</c>: the list, and a recipe with its rows before and after each step.</summary>
internal static class RecipePages
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/recipes", (RecipeFiles files) => Page.Show<RecipesView>(new { All = files.All() })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/recipes/new", () => Page.Show<RecipeView>(new { Recipe = (Recipe?)null, HasTable = false })).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapGet("/recipes/{name}", (RecipeFiles files, LakeEngine engine, string name) =>
        {
            var recipe = files.Get(name);
            return Page.Show<RecipeView>(new { Recipe = recipe, HasTable = engine.Catalog.Exists(recipe.Makes) });
        }).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapPost("/recipes/{name}/delete", async (HttpContext context, RecipeFiles files, Mount mount, string name) =>
        {
            files.Remove(name, null);
            await Audit.NoteAsync(context, "recipe.deleted", name);
            return Results.Redirect(mount.To("/recipes"));
        }).For(Role.Analyst, TokenScope.Write).ExcludeFromDescription();
    }
}

/// <summary>Recipes in the palette.</summary>
internal sealed class RecipeSearch(RecipeFiles files) : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<Found>>(
        caller.Is(Role.Analyst)
            ? [.. files.All().Recipes.Select(recipe => new Found("recipe", recipe.Name, recipe.Description, $"/recipes/{recipe.Name}", $"{recipe.Table} {recipe.Makes}")), new Found("action", reader[Words.New], "", "/recipes/new")]
            : []);
}
