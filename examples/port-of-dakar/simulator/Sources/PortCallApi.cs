using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PortOfDakar.Sources;

/// <summary>
/// The port authority's API, <c>GET /api/v2/port-calls?updated_since=…&amp;page_size=…</c>: pages by an opaque cursor, the next page's
/// address in <c>paging.next</c>, key in the header <c>X-Api-Key</c>. ETA and ETD come from the agents, in the time of Paris.
/// </summary>
internal static class PortCallApi
{
    public const string Key = "dakar-demo-key";
    private const int MaxPageSize = 1_000;

    public static void Map(IEndpointRouteBuilder endpoints, PortCallReports reports) =>
        endpoints.MapGet("/api/v2/port-calls", (HttpRequest request) => Answer(request, reports));

    private static IResult Answer(HttpRequest request, PortCallReports reports)
    {
        if (request.Headers["X-Api-Key"] != Key)
        {
            return Results.Json(new { error = "A valid X-Api-Key header is required." }, statusCode: 401);
        }

        if (!TryReadQuery(request.Query, out var since, out var pageSize, out var skip))
        {
            return Results.Json(new { error = "updated_since is an ISO 8601 time, page_size 1 to 1000, cursor what paging.next gave." }, statusCode: 400);
        }

        var first = LowerBound(reports.Reports, since) + skip;
        var last = Math.Min(first + pageSize, reports.Reports.Count);
        var next = last < reports.Reports.Count
            ? $"{request.Scheme}://{request.Host}{request.Path}?cursor={Cursor(since, skip + pageSize)}&page_size={pageSize}"
            : null;
        return Results.Stream(stream => WriteAsync(stream, reports.Reports, first, last, next), "application/json");
    }

    private static bool TryReadQuery(IQueryCollection query, out DateTime since, out int pageSize, out int skip)
    {
        (since, skip, pageSize) = (DateTime.MinValue, 0, 500);
        if (query.TryGetValue("page_size", out var size) && !(int.TryParse(size, CultureInfo.InvariantCulture, out pageSize) && pageSize is >= 1 and <= MaxPageSize))
        {
            return false;
        }

        if (query.TryGetValue("cursor", out var cursor))
        {
            return TryReadCursor(cursor.ToString(), out since, out skip);
        }

        return !query.TryGetValue("updated_since", out var text)
            || DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out since);
    }

    private static string Cursor(DateTime since, int skip) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{since.Ticks}:{skip}")));

    private static bool TryReadCursor(string cursor, out DateTime since, out int skip)
    {
        (since, skip) = (DateTime.MinValue, 0);
        if (!Base64Url.IsValid(cursor))
        {
            return false;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split(':');
        if (parts.Length != 2 || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var ticks) || ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        since = new DateTime(ticks, DateTimeKind.Utc);
        return int.TryParse(parts[1], CultureInfo.InvariantCulture, out skip) && skip >= 0;
    }

    private static int LowerBound(IReadOnlyList<PortCallReport> reports, DateTime since)
    {
        var (low, high) = (0, reports.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = reports[middle].UpdatedAt < since ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static async Task WriteAsync(Stream stream, IReadOnlyList<PortCallReport> reports, int first, int last, string? next)
    {
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartArray("data");
        for (var i = first; i < last; i++)
        {
            Write(json, reports[i]);
        }

        json.WriteEndArray();
        json.WriteStartObject("paging");
        json.WriteNumber("count", Math.Max(0, last - first));
        json.WriteString("next", next);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PortCallReport report)
    {
        json.WriteStartObject();
        json.WriteString("call_id", report.CallId);
        json.WriteString("status", report.Status);
        json.WriteString("imo", report.Imo);
        json.WriteString("vessel_name", report.Call.Vessel.Name);
        json.WriteString("terminal", report.Terminal);
        json.WriteString("berth", report.Berth);
        json.WriteString("agent", report.Call.Agent);
        json.WriteString("last_port", report.Call.LastPort);
        json.WriteString("next_port", report.Call.NextPort);
        json.WriteNumber("draught_m", report.Call.DraughtM);
        json.WriteString("eta", report.Eta);
        json.WriteString("etd", Paris(report.Call.Etd));
        json.WriteString("anchored_at", report.AnchoredAt);
        json.WriteString("berthed_at", report.BerthedAt);
        json.WriteString("operations_started_at", report.OperationsStartedAt);
        json.WriteString("operations_ended_at", report.OperationsEndedAt);
        json.WriteString("sailed_at", report.SailedAt);
        json.WriteString("updated_at", PortCallReports.Utc(report.UpdatedAt));
        json.WriteEndObject();
    }

    /// <summary>The European Union's rule for summer time, so that no time zone database is needed: last Sundays of March and October, 01:00 UTC.</summary>
    public static string Paris(DateTime utc)
    {
        var hours = utc >= LastSunday(utc.Year, 3) && utc < LastSunday(utc.Year, 10) ? 2 : 1;
        return utc.AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + $"+0{hours}:00";
    }

    private static DateTime LastSunday(int year, int month)
    {
        var last = new DateTime(year, month, 31, 1, 0, 0, DateTimeKind.Utc);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
