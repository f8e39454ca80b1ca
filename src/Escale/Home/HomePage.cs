using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Starting;
using Escale.Projects.Starting;
using Escale.Ui;

namespace Escale.Home;

/// <summary><c>/</c>: what is in this project, what ran last, what is broken, what to do next.</summary>
internal static class HomePage
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", async (HttpContext context, HomeReader reader, PostgresServer database, IEnumerable<IAttention> attention, CancellationToken cancellationToken) => Page.Show<HomeView>(new
        {
            Attention = await AttentionAsync(attention, ReaderOf.Request(context), cancellationToken), Facts = await reader.ReadAsync(cancellationToken), Caller = Caller.Of(context), (await database.AddressAsync(cancellationToken)).Psql, Here = $"{context.Request.Scheme}://{context.Request.Host}",
        })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapPost("/sample", AddSampleAsync).For(Role.Engineer, TokenScope.Write).ExcludeFromDescription();
    }

    private static async Task<IReadOnlyList<AttentionItem>> AttentionAsync(IEnumerable<IAttention> rooms, Reader reader, CancellationToken cancellationToken)
    {
        var items = new List<AttentionItem>();
        foreach (var room in rooms)
        {
            items.AddRange(await room.ReadAsync(reader, cancellationToken));
        }
        return items;
    }

    private static async Task<IResult> AddSampleAsync(HttpContext context, ProjectRoot root, DurableWriter writer, RunStarter runs, Mount mount, CancellationToken cancellationToken)
    {
        SampleProject.AddTo(root, writer);
        await context.AuditAsync("sample.added", Path.GetFileName(root.Folder));
        var run = await runs.StartAsync(new RunForm(), cancellationToken);
        return Results.Redirect(mount.To("/runs/" + run));
    }
}
