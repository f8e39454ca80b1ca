using Escale.Engines.Tables;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Recipes.Suggestions;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Dbt;
using Escale.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Recipes;

/// <summary>What recipes need.</summary>
internal static class RecipeServices
{
    /// <summary>What every verb needs: recipes are models, and models learned from what they make.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<RecipeFiles>();
        services.AddSingleton<Answers>();
        services.AddSingleton<IGeneratedModels>(provider => provider.GetRequiredService<RecipeFiles>());
        services.AddSingleton<IRowPreparations>(provider => new RowPreparations(
            provider.GetRequiredService<Project>(), provider.GetRequiredService<RecipeFiles>(), provider.GetRequiredService<LakeEngine>));
    }

    /// <summary>What the screens need.</summary>
    public static void AddWeb(IServiceCollection services)
    {
        services.AddSingleton(provider => new RecipePreview(
            provider.GetRequiredService<SqlRunner>(), provider.GetRequiredService<LiveProject>(), provider.GetRequiredService<LakeEngine>().Catalog));
        services.AddSingleton<ISearchSource, RecipeSearch>();
        services.AddSingleton(new TableAction(300, Words.Prepare, "list", table => "/recipes/new?table=" + Uri.EscapeDataString(table)));
        services.AddSingleton(new TableAction(310, Profiles.Words.Clean, "wand-sparkles", table => $"/tables/{Uri.EscapeDataString(table)}/clean", IsPost: true));
        services.AddSingleton(new NavigationItem(300, "transformations", "/recipes", Words.Transformations, "list"));
        services.AddSingleton(provider => new RecipeProfiles(
            provider.GetRequiredService<SqlRunner>(), provider.GetRequiredService<RecipePreview>(), provider.GetRequiredService<LakeStates>(), provider.GetService<ProfileCache>()));
        services.AddSingleton<RecipeCleaning>();
        services.AddSingleton(provider => new StepLearning(provider.GetRequiredService<SqlRunner>(), provider.GetRequiredService<RecipePreview>()));
    }
}
