using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts.Audit;

/// <summary><c>/settings/audit</c>, <c>GET /api/v1/audit</c> and <c>GET /api/v1/audit/check</c>, for administrators.</summary>
internal static class AuditEndpoints
{
    private const int EntriesPerPage = 50;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/settings/audit", ShowAsync).For(Role.Admin).ExcludeFromDescription();
        endpoints.MapGet("/api/v1/audit", ExportAsync).For(Role.Admin).WithTags("Audit").WithSummary("The audit log, newest first, as CSV or NDJSON (format), filtered by person, action and days (from, to)");
        endpoints.MapGet("/api/v1/audit/check", (AuditLog log, CancellationToken cancellationToken) => log.CheckAsync(cancellationToken))
            .For(Role.Admin).WithTags("Audit").WithSummary("Whether the audit log is what was written, and the first entry that is not");
    }

    private static async Task<IResult> ShowAsync(AuditLog log, string? person, string? action, string? from, string? to, long? before, bool? check, CancellationToken cancellationToken)
    {
        var filter = Filter(person, action, from, to);
        var entries = new List<AuditEntry>();
        await foreach (var (entry, _) in log.ReadAsync(filter, before, EntriesPerPage + 1, cancellationToken))
        {
            entries.Add(entry);
        }
        return Page.Show<AuditPage>(new
        {
            Filter = filter, Entries = entries.Take(EntriesPerPage).ToList(), HasOlder = entries.Count > EntriesPerPage, Before = before,
            Actions = await log.ActionsAsync(cancellationToken), Check = check == true ? await log.CheckAsync(cancellationToken) : null,
        });
    }

    private static async Task ExportAsync(HttpContext context, AuditLog log, string? format, string? person, string? action, string? from, string? to, CancellationToken cancellationToken)
    {
        var isCsv = (format ?? (context.Request.Headers.Accept.ToString().Contains("text/csv", StringComparison.Ordinal) ? "csv" : "ndjson")) switch
        {
            "csv" => true,
            "ndjson" => false,
            var other => throw new EscaleException("accounts.export-format", $"The audit log is not exported as '{other}'.", "Ask for format=csv or format=ndjson."),
        };
        var filter = Filter(person, action, from, to);
        await log.WriteAsync(context, "audit.exported", isCsv ? "csv" : "ndjson");
        context.Response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"audit.{(isCsv ? "csv" : "ndjson")}\"";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(false), 32 * 1024);
        if (isCsv)
        {
            await writer.WriteAsync(AuditExport.CsvHead.AsMemory(), cancellationToken);
        }
        await foreach (var (entry, hash) in log.ReadAsync(filter, null, null, cancellationToken))
        {
            await writer.WriteAsync((isCsv ? AuditExport.Csv(entry, hash) : AuditExport.Ndjson(entry, hash)).AsMemory(), cancellationToken);
        }
    }

    private static AuditFilter Filter(string? person, string? action, string? from, string? to) => new(Wanted(person), Wanted(action), Day(from), Day(to));

    private static string? Wanted(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    // A day of the form, or a moment of a program.
    private static DateOnly? Day(string? text)
    {
        if (Wanted(text) is not { } day)
        {
            return null;
        }
        return DateOnly.TryParseExact(day.Length > 10 ? day[..10] : day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new EscaleException("accounts.audit-day", $"'{day}' is not a day.", "Write days as 2026-01-31.");
    }
}
