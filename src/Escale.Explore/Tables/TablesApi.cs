using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Exports;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Escale.Explore.Tables;

/// <summary><c>/api/v1/tables</c>: the list, what is known of a table, its rows in many forms.</summary>
internal static class TablesApi
{
    private const string Tag = "Tables";
    private const int MostWindowRows = 2_000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/tables", ListAsync).For(Role.Viewer).WithTags(Tag).WithSummary("List the tables and views, or those that hold all words of q");
        endpoints.MapMethods("/api/v1/tables/{name}", ["GET", "HEAD"], SendAsync).For(Role.Viewer).WithTags(Tag).WithSummary("Read a table's rows as JSON, NDJSON, CSV, XLSX or Parquet")
            .WithDescription("The ending of the name (.parquet), format, or Accept choose the form. columns=a,b; sort=-a,b; offset; limit; version (number, tag or time); filters as column=op.value.");
        endpoints.MapGet("/api/v1/tables/{name}/about", AboutAsync).For(Role.Viewer).WithTags(Tag).WithSummary("Get what is known of a table: columns, tests, size, freshness, owner");
        endpoints.MapGet("/api/v1/tables/{name}/rows", RowsAsync).For(Role.Viewer).WithTags(Tag).WithSummary("Get a window of rows as text, for grids");
    }

    private static async Task<Ok<TableList>> ListAsync(TableCatalogue catalogue, string? q, string? tag, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TableList([.. CatalogueFilter.Find(await catalogue.AllAsync(cancellationToken), q, tag, null).Select(found => TableAnswer.Of(found.Entry))]));

    private static async Task<Ok<TableAnswer>> AboutAsync(TableCatalogue catalogue, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(TableAnswer.Of(await catalogue.OneAsync(TableName.Parse(name), cancellationToken), withColumns: true));

    private static async Task<Results<Ok<RowsAnswer>, StatusCodeHttpResult>> RowsAsync(HttpContext context, ReadSessions sessions, RowWindows windows, string name, string? version, bool? full, CancellationToken cancellationToken)
    {
        var shape = await sessions.RunAsync((session, _) => TableShape.Open(session, TableName.Parse(name), Given(version)), ReadSessions.Short, cancellationToken);
        var query = RowQueryReader.Read(context.Request.Query, shape.Columns);
        query = query with { Limit = Math.Min(query.Limit ?? 100, MostWindowRows) };
        if (IsKnown(context, $"{shape.Name} {shape.Stamp} {context.Request.QueryString}"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        var window = await windows.ReadAsync(shape, query, cancellationToken);
        var columns = query.Columns.Count == 0 ? shape.Columns : [.. query.Columns.Select(column => shape.Columns.First(one => one.Name == column))];
        return TypedResults.Ok(RowsAnswer.Of(shape, columns, window, full == true));
    }

    private static async Task<IResult> SendAsync(HttpContext context, ReadSessions sessions, ParquetFiles files, string name, string? version, bool? spreadsheet, CancellationToken cancellationToken)
    {
        var (table, extension) = Split(name);
        var format = ExportFormat.Of(context.Request, extension);
        await using var lease = await sessions.RentAsync(ReadSessions.Long, cancellationToken);
        var shape = await lease.RunAsync((session, _) => TableShape.Open(session, table, Given(version)));
        var query = RowQueryReader.Read(context.Request.Query, shape.Columns);
        var key = $"{shape.Name} {shape.Stamp} {format.Extension} {context.Request.QueryString}";
        var download = $"{shape.Name}.{format.Extension}";
        context.Response.Headers.Vary = HeaderNames.Accept;
        context.Response.Headers["X-Escale-Version"] = shape.Snapshot?.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (format == ExportFormat.Parquet)
        {
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.PhysicalFile(await files.MakeAsync(lease, shape, query, key, cancellationToken), format.MediaType, download, entityTag: Fingerprint.Tag(key), enableRangeProcessing: true);
        }
        if (IsKnown(context, key))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        context.Response.ContentType = format.MediaType;
        if (format != ExportFormat.Json && format != ExportFormat.Ndjson)
        {
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{download}\"";
        }
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await TableExport.SendAsync(context, lease, shape, query, format, spreadsheet == true);
        }
        return TypedResults.Empty;
    }

    /// <summary><c>gold.dim_vessel.parquet</c> is a table's name and a form.</summary>
    private static (TableName Table, string? Extension) Split(string name)
    {
        var parts = name.Split('.');
        return parts.Length == 3 ? (new TableName(parts[0], parts[1]), parts[2]) : (TableName.Parse(name), null);
    }

    private static string? Given(string? version) => string.IsNullOrEmpty(version) ? null : version;

    /// <summary>Sets the tag of the answer; true when the caller has this very answer already.</summary>
    private static bool IsKnown(HttpContext context, string key)
    {
        var tag = Fingerprint.Tag(key, isWeak: true);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ETag = tag.ToString();
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false));
    }
}
