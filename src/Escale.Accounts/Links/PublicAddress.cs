using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Http;

namespace Escale.Accounts.Links;

/// <summary>Whole addresses to send to people: as the operator says that the program is reached, else as the browser did.</summary>
internal sealed class PublicAddress(ServeSettings serve, Mount mount)
{
    public string Of(HttpContext context, string path) =>
        (serve.PublicUrl is { } url ? url.GetLeftPart(UriPartial.Authority) : $"{context.Request.Scheme}://{context.Request.Host}") + mount.To(path);
}
