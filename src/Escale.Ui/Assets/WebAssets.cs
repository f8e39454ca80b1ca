using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Escale.Kernel;

namespace Escale.Ui;

/// <summary>
/// The scripts, styles and icons that the front's build made: their names hold a hash of the content, so that browsers keep them for a year.
/// </summary>
/// <remarks>Read once. Thread-safe.</remarks>
public sealed class WebAssets
{
    /// <summary>Where they are served.</summary>
    public const string Path = "/assets/";

    private static readonly Dictionary<string, string> _types = new(StringComparer.Ordinal)
    {
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml; charset=utf-8",
        [".json"] = "application/json",
        [".woff2"] = "font/woff2",
        [".png"] = "image/png",
    };

    private readonly string _folder;
    private readonly Dictionary<string, string> _files;
    private readonly HashSet<string> _served;

    /// <summary>Reads the manifest beside the program, or of the checkout.</summary>
    /// <exception cref="InvalidOperationException">The front was not built.</exception>
    public WebAssets()
    {
        _folder = Find();
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(_folder, "manifest.json")));
        _files = manifest.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetProperty("file").GetString()!, StringComparer.Ordinal);
        Script = Path + _files["src/main.ts"];
        Style = Path + manifest.RootElement.GetProperty("src/main.ts").GetProperty("css")[0].GetString();
        Icons = Path + _files["icons.svg"];
        _served = [.. Directory.EnumerateFiles(_folder).Select(file => System.IO.Path.GetFileName(file)).Where(name => name is not "manifest.json")];
    }

    /// <summary>The address of the script that every page loads.</summary>
    public string Script { get; }

    /// <summary>The address of the style sheet.</summary>
    public string Style { get; }

    /// <summary>The address of the file with all icons.</summary>
    public string Icons { get; }

    /// <summary>Serves them, compressed as the browser likes, for everyone: before anything asks the database who it is, so that an error page has its looks when that is away.</summary>
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path + "{name}", (HttpContext context, string name, WebAssets assets) => assets.SendAsync(context, name)).ForAnyone().ShortCircuit().ExcludeFromDescription();

    private async Task SendAsync(HttpContext context, string name)
    {
        // Only what the build listed: a name is looked up, never joined to a path unseen.
        if (!_served.Contains(name) || !_types.TryGetValue(System.IO.Path.GetExtension(name), out var type))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var encoding = accepted.Contains("br", StringComparison.Ordinal) && _served.Contains(name + ".br") ? "br"
            : accepted.Contains("gzip", StringComparison.Ordinal) && _served.Contains(name + ".gz") ? "gzip" : null;
        var headers = context.Response.Headers;
        headers.ContentType = type;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }
        await context.Response.SendFileAsync(System.IO.Path.Combine(_folder, encoding switch { "br" => name + ".br", "gzip" => name + ".gz", _ => name }), context.RequestAborted);
    }

    private static string Find()
    {
        var beside = System.IO.Path.Combine(AppContext.BaseDirectory, "web");
        if (File.Exists(System.IO.Path.Combine(beside, "manifest.json")))
        {
            return beside;
        }
        return typeof(WebAssets).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(data => data.Key == "Escale.WebFolder")?.Value is { } folder && File.Exists(System.IO.Path.Combine(folder, "manifest.json"))
            ? folder
            : throw new InvalidOperationException("The front of the web application was not built: run ./escale from the checkout.");
    }
}
