using System.Text.Json;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Questions;
using Escale.Explore.Sql;
using Escale.Kernel;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>What the tiles ask: their own SQL or steps, or those of a question. Thread-safe.</summary>
internal sealed class TileQueries(QuestionFiles questions, QuestionQueries queries)
{
    private static readonly JsonSerializerOptions _plain = new();

    /// <summary>The SQL of a tile; null for words.</summary>
    /// <exception cref="EscaleException"><c>explore.question-*</c>, <c>explore.dashboard-invalid</c>.</exception>
    public string? SqlOf(DashboardTile tile) => tile switch
    {
        { Sql: { } sql } => sql,
        { Question: { } id } => queries.SqlOf(questions.Get(id)),
        { Steps: { } steps } => queries.SqlOf(new Question { Title = tile.Title, Steps = Read(tile, steps) }),
        _ => null,
    };

    /// <summary>The values given, and those that a question has for its other parameters.</summary>
    public IReadOnlyDictionary<string, object?> ValuesOf(DashboardTile tile, IReadOnlyDictionary<string, object?> given)
    {
        if (tile.Question is not { } id || questions.Get(id).Parameters is not { } own)
        {
            return given;
        }
        var values = new SqlRequest { Sql = "", Parameters = own.ToDictionary(entry => entry.Key, entry => JsonSerializer.SerializeToElement(entry.Value), StringComparer.Ordinal) }.Values()
            .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (name, value) in given)
        {
            values[name] = value;
        }
        return values;
    }

    /// <summary>A question, or null when there is none that can be read.</summary>
    public Question? Find(string id) => questions.All().Questions.FirstOrDefault(question => question.Id == id);

    /// <summary>The steps of a tile, as its file has them.</summary>
    /// <exception cref="EscaleException"><c>explore.dashboard-invalid</c>.</exception>
    public static Step[] Read(DashboardTile tile, object steps)
    {
        try
        {
            return JsonSerializer.SerializeToElement(steps, _plain).Deserialize<Step[]>(Question.Json) ?? [];
        }
        catch (JsonException error)
        {
            throw new EscaleException("explore.dashboard-invalid", $"The steps of the tile {tile.Id} cannot be read: {error.Message}", "Write them as the question builder does.", null, error);
        }
    }
}
