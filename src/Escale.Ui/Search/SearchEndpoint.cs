using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Ui;

/// <summary><c>GET /api/v1/search?q=</c>: what the palette shows.</summary>
internal static class SearchEndpoint
{
    private const int MostResults = 30;

    /// <summary>The answer.</summary>
    internal sealed record Answer(IReadOnlyList<Found> Results);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v1/search", AnswerAsync).For(Role.Viewer).WithTags("Search").WithSummary("Find tables, questions, dashboards, pages and actions by name");

    private static async Task<Answer> AnswerAsync(HttpContext context, IEnumerable<ISearchSource> sources, IEnumerable<NavigationItem> rooms, Reader reader, Mount mount, string? q, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context)!;
        var all = rooms.Where(room => caller.Is(room.Least)).OrderBy(room => room.Order).Select(room => new Found("page", reader[room.Words], "", room.Href)).ToList();
        foreach (var source in sources)
        {
            all.AddRange(await source.AllAsync(caller, reader, cancellationToken));
        }
        return new Answer([.. SearchRank.Best(all, q ?? "", MostResults).Select(found => found with { Href = mount.To(found.Href), Words = "" })]);
    }
}
