using Escale.Kernel;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Escale.Hosting;

/// <summary>
/// A change that a browser's cookie authorises, and every form of a page, must carry the antiforgery token: in the form, or in the header
/// that scripts send. Programs with a bearer token need none, and neither do the intake endpoints, which take no cookie.
/// </summary>
internal sealed class AntiforgeryGuard(RequestDelegate next, IAntiforgery antiforgery)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IFormOptionsMetadata>()?.MultipartBodyLengthLimit is { } most && context.Request.HasFormContentType)
        {
            // Read here, since the token is looked for in the form: what lies above some kilobytes goes to a file.
            await context.Request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = most }, context.RequestAborted);
        }
        if (!context.Request.IsRead() && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<TakesNoCookie>() is null && !context.User.HasClaim(claim => claim.Type == Caller.ScopeClaim)
            && !await antiforgery.IsRequestValidAsync(context))
        {
            throw new EscaleException("host.antiforgery", "The page is too old, or the request does not come from a page of this program.",
                "Load the page again, then repeat what you did. Programs use an API token.");
        }
        await next(context);
    }
}
