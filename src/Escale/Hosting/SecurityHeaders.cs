namespace Escale.Hosting;

/// <summary>What browsers may do with our answers: nothing from another host, no inline script, no frame, no guessing of types.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // One style has a way in, by its hash: the progress bar of Turbo, whose text is constant (a browser test finds it changed). What our
    // scripts place they place through properties, which needs no exception.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-WAyOw4V+FqDc35lQPyRADLBWbuNK8ahvYEaQIYF1+Ps='; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
        // Whoever forgets to say otherwise: answers belong to one person and are not kept.
        headers.CacheControl = "no-store";
        return next(context);
    }
}
