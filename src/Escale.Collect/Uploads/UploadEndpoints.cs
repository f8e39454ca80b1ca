using Escale.Collect.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Collect.Uploads;

/// <summary><c>/api/v1/uploads</c>: dropped files, what was found out about them, and the sources that they become.</summary>
internal static class UploadEndpoints
{
    internal sealed record AddressBody(string Url);

    internal sealed record SourceBody(string Name, string? Description = null);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/uploads").WithTags("Uploads");
        TusEndpoints.Map(api);
        api.MapGet("/", (HttpContext context, UploadStore store) => TypedResults.Ok(store.All(Caller.Of(context)!).Select(upload => Answer(upload, store)).ToList())).For(Role.Analyst).WithSummary("Your uploads");
        api.MapPost("/from-address", FetchAsync).For(Role.Analyst, TokenScope.Write).RequireRateLimiting(RateLimits.Upload).WithSummary("Fetch a file from an address instead of uploading it");
        api.MapGet("/{id}", (HttpContext context, UploadStore store, string id) => TypedResults.Ok(Answer(store.Get(id, Caller.Of(context)!), store))).For(Role.Analyst).WithSummary("An upload's state");
        api.MapGet("/{id}/reading", ReadAsync).For(Role.Analyst).WithSummary("How an upload is written: what was found, with its evidence, and what only its owner can say");
        api.MapPut("/{id}/reading", ChangeAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Correct how an upload is read; what is left out is found out again");
        api.MapGet("/{id}/preview", PreviewAsync).For(Role.Analyst).WithSummary("The first rows as they would be loaded, and those that would be rejected, with line and reason");
        api.MapPost("/{id}/source", MakeAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Make a source of an upload, and start the run that loads its table");
    }

    internal static UploadAnswer Answer(Upload upload, UploadStore store)
    {
        var offset = store.OffsetOf(upload);
        return new UploadAnswer(upload.Id, upload.Name, upload.Length, offset, upload.Source is not null ? "source" : offset < upload.Length ? "uploading" : "received", upload.Source, upload.CreatedAt);
    }

    private static async Task<Ok<ReadingAnswer>> ReadAsync(HttpContext context, UploadStore store, UploadReadings readings, string id, CancellationToken cancellationToken)
    {
        var upload = store.Get(id, Caller.Of(context)!);
        var (content, text) = await readings.ReadAsync(upload, cancellationToken);
        return TypedResults.Ok(ReadingAnswer.Of(upload, content, text));
    }

    private static async Task<Ok<ReadingAnswer>> ChangeAsync(HttpContext context, UploadStore store, UploadReadings readings, string id, ReadingChanges changes, CancellationToken cancellationToken)
    {
        var before = store.Get(id, Caller.Of(context)!);
        if (before.Source is not null)
        {
            throw new EscaleException("collect.source-conflict", $"This upload is the source '{before.Source}' already.", "Change its file in sources/.");
        }
        var upload = before with { Changes = changes };
        // What cannot be read so is refused, and the old reading stays.
        var (content, text) = await readings.ReadAsync(upload, cancellationToken);
        store.Save(upload);
        return TypedResults.Ok(ReadingAnswer.Of(upload, content, text));
    }

    private static async Task<Ok<PreviewAnswer>> PreviewAsync(HttpContext context, UploadStore store, UploadReadings readings, string id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await readings.PreviewAsync(store.Get(id, Caller.Of(context)!), cancellationToken));

    private static async Task<Created<MadeSource>> MakeAsync(HttpContext context, UploadStore store, SourceMaker maker, UploadReadings readings, string id, SourceBody body, CancellationToken cancellationToken)
    {
        var upload = store.Get(id, Caller.Of(context)!);
        using var held = store.TryLock(upload) ?? throw new EscaleException("collect.upload-busy", "Bytes of this upload are coming in at the moment.", "Try again in a moment.");
        var made = await maker.MakeAsync(upload, body.Name ?? "", body.Description ?? "", cancellationToken);
        await readings.ForgetAsync(upload);
        await context.AuditAsync("source.made", made.Source, detail: upload.Name);
        return TypedResults.Created($"/api/v1/tables/{made.Table}/about", made);
    }

    private static async Task<Created<UploadAnswer>> FetchAsync(HttpContext context, UploadStore store, GuardedHttp http, AddressBody body, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(body.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new EscaleException("collect.url", $"'{body.Url}' is not a whole address.", "Write it with https://.");
        }
        var upload = await DownloadAsync(store, http, Caller.Of(context)!, address, cancellationToken);
        await context.AuditAsync("upload.fetched", upload.Name, detail: upload.Address);
        return TypedResults.Created($"/api/v1/uploads/{upload.Id}", Answer(upload, store));
    }

    private static async Task<Upload> DownloadAsync(UploadStore store, GuardedHttp http, Caller caller, Uri address, CancellationToken cancellationToken)
    {
        var most = Math.Min(store.LimitBytes, store.RoomOf(caller));
        // The size is known when all is here.
        var begun = store.Create(caller, Path.GetFileName(address.AbsolutePath), 0, GuardedHttp.Show(address));
        var isHere = false;
        try
        {
            var length = await http.SendAsync(new HttpAsk { Address = address, MaxSizeBytes = most }, async (answer, token) =>
            {
                store.Restart(begun);
                return await store.AppendAsync(begun with { Length = most }, answer.Body, null, token, keepsPart: false);
            }, cancellationToken);
            var whole = begun with { Length = length ?? 0 };
            store.Save(whole);
            isHere = true;
            return whole;
        }
        finally
        {
            if (!isHere)
            {
                store.Delete(begun);
            }
        }
    }
}
