using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Escale.Collect.Uploads;

/// <summary>The tus protocol 1.0 (tus.io): core, creation, termination, checksum, expiration.</summary>
internal static class TusEndpoints
{
    private const string Version = "1.0.0";
    private const string BodyType = "application/offset+octet-stream";

    // As the checksum extension says; HTTP has no word for it.
    private const int ChecksumMismatch = 460;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/", ["OPTIONS"], Options).For(Role.Analyst, TokenScope.Write).WithSummary("What this server knows of the tus protocol");
        api.MapPost("/", CreateAsync).For(Role.Analyst, TokenScope.Write).RequireRateLimiting(RateLimits.Upload).WithSummary("Begin an upload (tus 1.0): Upload-Length, Upload-Metadata with filename; Location says where its bytes go");
        api.MapMethods("/{id}", ["HEAD"], OffsetAsync).For(Role.Analyst, TokenScope.Write).WithSummary("How many bytes of an upload are safe (tus 1.0)");
        api.MapMethods("/{id}", ["PATCH"], AppendAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Add bytes to an upload (tus 1.0), perhaps with Upload-Checksum");
        api.MapDelete("/{id}", DeleteAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Forget an upload");
    }

    private static void Options(HttpContext context, UploadStore store)
    {
        context.Response.Headers["Tus-Resumable"] = Version;
        context.Response.Headers["Tus-Version"] = Version;
        context.Response.Headers["Tus-Extension"] = "creation,termination,checksum,expiration";
        context.Response.Headers["Tus-Max-Size"] = Number(store.LimitBytes);
        context.Response.Headers["Tus-Checksum-Algorithm"] = "sha1,sha256";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task CreateAsync(HttpContext context, UploadStore store) => AnswerAsync(context, async () =>
    {
        if (!long.TryParse(context.Request.Headers["Upload-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new EscaleException("collect.upload-length", "Upload-Length is missing or no number.", "Say the file's size in bytes.");
        }
        var upload = store.Create(Caller.Of(context)!, NameOf(context.Request.Headers["Upload-Metadata"].ToString()), length);
        await context.AuditAsync("upload.begun", upload.Name, detail: Http.Sizes.Show(length));
        context.Response.Headers.Location = $"{context.Request.PathBase}/api/v1/uploads/{upload.Id}";
        Tell(context, store, 0);
        context.Response.StatusCode = StatusCodes.Status201Created;
    });

    private static Task OffsetAsync(HttpContext context, UploadStore store, string id) => AnswerAsync(context, () =>
    {
        var upload = store.Get(id, Caller.Of(context)!);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Upload-Length"] = Number(upload.Length);
        Tell(context, store, store.OffsetOf(upload));
        return Task.CompletedTask;
    });

    private static Task AppendAsync(HttpContext context, UploadStore store, string id) => AnswerAsync(context, async () =>
    {
        var upload = store.Get(id, Caller.Of(context)!);
        if (context.Request.ContentType != BodyType)
        {
            await ProblemAsync(context, StatusCodes.Status415UnsupportedMediaType, "collect.upload-type", $"The bytes must come as {BodyType}.");
            return;
        }
        using var held = store.TryLock(upload);
        if (held is null)
        {
            await ProblemAsync(context, StatusCodes.Status423Locked, "collect.upload-busy", "Other bytes of this upload are coming in at the moment.");
            return;
        }
        if (!long.TryParse(context.Request.Headers["Upload-Offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset != store.OffsetOf(upload) || upload.Source is not null)
        {
            await ProblemAsync(context, StatusCodes.Status409Conflict, "collect.upload-offset", $"The next byte of this upload is number {Number(store.OffsetOf(upload))}.");
            return;
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
        if (await store.AppendAsync(upload, context.Request.Body, Checksum(context.Request.Headers["Upload-Checksum"].ToString()), context.RequestAborted) is not { } now)
        {
            await ProblemAsync(context, ChecksumMismatch, "collect.upload-checksum", "The bytes do not have the checksum that came with them; none were kept.");
            return;
        }
        Tell(context, store, now);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static Task DeleteAsync(HttpContext context, UploadStore store, UploadReadings readings, string id) => AnswerAsync(context, async () =>
    {
        var upload = store.Get(id, Caller.Of(context)!);
        using var held = store.TryLock(upload);
        if (held is null)
        {
            await ProblemAsync(context, StatusCodes.Status423Locked, "collect.upload-busy", "Bytes of this upload are coming in at the moment.");
            return;
        }
        await readings.ForgetAsync(upload);
        store.Delete(upload);
        await context.AuditAsync("upload.deleted", upload.Name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        context.Response.Headers["Tus-Resumable"] = Version;
        if (context.Request.Headers.TryGetValue("Tus-Resumable", out var asked) && asked != Version)
        {
            context.Response.Headers["Tus-Version"] = Version;
            await ProblemAsync(context, StatusCodes.Status412PreconditionFailed, "collect.upload-version", $"This server speaks version {Version} of the tus protocol.");
            return;
        }
        try
        {
            await answer();
        }
        catch (EscaleException error) when (error.Code is "collect.upload-no-room")
        {
            await Problem.WriteAsync(context, StatusCodes.Status507InsufficientStorage, error.Code, error.Message, error.Place, error.Remedy);
        }
    }

    private static void Tell(HttpContext context, UploadStore store, long offset)
    {
        context.Response.Headers["Upload-Offset"] = Number(offset);
        context.Response.Headers["Upload-Expires"] = store.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static Task ProblemAsync(HttpContext context, int status, string code, string message) => Problem.WriteAsync(context, status, code, message);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>filename BASE64,filetype BASE64</c>.</summary>
    private static string NameOf(string metadata)
    {
        foreach (var pair in metadata.Split(',', StringSplitOptions.TrimEntries))
        {
            if (pair.Split(' ') is ["filename" or "name", var value])
            {
                var bytes = new byte[value.Length];
                return Convert.TryFromBase64String(value, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : "";
            }
        }
        return "";
    }

    private static (HashAlgorithmName Algorithm, byte[] Hash)? Checksum(string header)
    {
        if (header.Length == 0)
        {
            return null;
        }
        var bytes = new byte[64];
        return header.Split(' ') is [var name, var value] && name is "sha1" or "sha256" && Convert.TryFromBase64String(value, bytes, out var length)
            ? (name == "sha1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, bytes[..length])
            : throw new EscaleException("collect.upload-checksum", "Upload-Checksum is no checksum that can be checked.", "Send sha1 or sha256 and the hash in Base64.");
    }
}
