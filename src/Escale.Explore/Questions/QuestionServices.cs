using Escale.Engines.Tables;
using Escale.Explore.Sql;
using Escale.Explore.Tables.Lineage;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Questions;

/// <summary>What questions need.</summary>
internal static class QuestionServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<QuestionFiles>();
        services.AddSingleton(provider => new QuestionQueries(provider.GetRequiredService<QuestionFiles>(), provider.GetRequiredService<SqlRunner>(), provider.GetRequiredService<LakeEngine>().Catalog));
        services.AddSingleton<ISearchSource, QuestionSearch>();
        services.AddSingleton<ITableUse, QuestionUses>();
        services.AddSingleton(new NavigationItem(400, "questions", "/questions", Words.Questions, "chart-column"));
    }
}

/// <summary>Questions in the palette.</summary>
internal sealed class QuestionSearch(QuestionFiles files) : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken)
    {
        var found = files.All().Questions.Select(question => new Found("question", question.Title, question.Description, $"/questions/{question.Id}", string.Join(' ', question.Tags))).ToList();
        if (caller.Is(Role.Analyst))
        {
            found.Add(new Found("action", reader[Words.Ask], "", "/questions/new"));
        }
        return ValueTask.FromResult<IReadOnlyList<Found>>(found);
    }
}
