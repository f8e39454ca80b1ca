using System.Globalization;
using System.Net;
using System.Text;
using Escale.Engines.Postgres;
using Escale.Engines.Tables;
using Escale.Kernel;

namespace Escale.Serve;

/// <summary><c>/</c>: what is here and how to connect to it. One page, no scripts; everything from outside is encoded.</summary>
internal static class FrontPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent); }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1.5rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
        p { margin: .25rem 0 1rem; opacity: .75; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; } .number { text-align: right; }
        pre { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; overflow-x: auto; margin: .25rem 0 1rem; }
        """;

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/", (HttpContext context, ProjectRoot root, LakeEngine lake, PostgresServer database) =>
    {
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, root, lake, database);
    });

    private static async Task WriteAsync(HttpContext context, ProjectRoot root, LakeEngine lake, PostgresServer database)
    {
        var name = Path.GetFileName(root.Folder);
        var page = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(name)} · Escale</title><style>{Style}</style></head><body>")
            .Append(CultureInfo.InvariantCulture, $"<h1>{Text(name)}</h1><p>An Escale project in {Text(root.Folder)}</p>");
        AppendTables(page, lake);
        await AppendConnectionsAsync(page, context, root, database);
        page.Append("</body></html>");
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }

    private static void AppendTables(StringBuilder page, LakeEngine lake)
    {
        var tables = lake.Catalog.Tables();
        var views = lake.Catalog.Views();
        page.Append("<h2>Tables</h2>");
        if (tables.Count + views.Count == 0)
        {
            page.Append("<p>None yet: <code>escale run</code> makes them.</p>");
            return;
        }
        page.Append("<table><thead><tr><th>Table</th><th class=\"number\">Rows</th><th class=\"number\">Size</th><th class=\"number\">Version</th><th>Written (UTC)</th></tr></thead><tbody>");
        foreach (var table in tables)
        {
            AppendTable(page, lake, table);
        }
        foreach (var view in views)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(view.Name.ToString())}</td><td class=\"number\">view</td><td></td><td></td><td></td></tr>");
        }
        page.Append("</tbody></table>");
    }

    private static void AppendTable(StringBuilder page, LakeEngine lake, TableName name)
    {
        try
        {
            var snapshot = lake.Catalog.Table(name).Read();
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{Text(name.ToString())}</td><td class=\"number\">{snapshot.RowCount:#,0}</td><td class=\"number\">{Size(snapshot.SizeBytes)}</td><td class=\"number\">{snapshot.Version}</td><td>{snapshot.LastDataCommit.Timestamp.UtcDateTime:yyyy-MM-dd HH:mm}</td></tr>");
        }
        catch (EscaleException error)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(name.ToString())}</td><td colspan=\"4\">{Text(error.Message)}</td></tr>");
        }
    }

    private static async Task AppendConnectionsAsync(StringBuilder page, HttpContext context, ProjectRoot root, PostgresServer database)
    {
        var here = $"{context.Request.Scheme}://{context.Request.Host}";
        page.Append("<h2>Query</h2>").Append(CultureInfo.InvariantCulture, $"<pre>escale sql \"show all tables\" --project {Text(root.Folder)}</pre>");
        // A page that is looked at starts no server; `escale up` has it running.
        if (database.IsInUse || database.Status().IsRunning is not false)
        {
            var address = await database.AddressAsync(context.RequestAborted);
            page.Append("<h2>Connect to the warehouse</h2><p>PostgreSQL, read only: any BI tool.</p>")
                .Append(CultureInfo.InvariantCulture, $"<pre>{Text(address.Psql)}</pre>");
        }
        page.Append("<h2>Push events</h2><p>Newline-delimited JSON; durable when the answer is 202.</p>")
            .Append(CultureInfo.InvariantCulture, $"<pre>curl --data-binary @events.ndjson -H 'Escale-Batch: 1' {Text(here)}/api/v1/streams/NAME</pre>");
    }

    private static string Size(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:#,0.0} MB");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
