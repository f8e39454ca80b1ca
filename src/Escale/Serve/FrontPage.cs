using System.Net;
using System.Text;
using Escale.Kernel;

namespace Escale.Serve;

/// <summary><c>/</c>: what is here and how to connect to it.</summary>
internal static class FrontPage
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/", (ProjectRoot root, HttpContext context) =>
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'none'";
        return Results.Content(Render(root), "text/html", Encoding.UTF8);
    });

    private static string Render(ProjectRoot root) =>
        $"<!doctype html><title>{WebUtility.HtmlEncode(Path.GetFileName(root.Folder))} · Escale</title><h1>{WebUtility.HtmlEncode(Path.GetFileName(root.Folder))}</h1>";
}
