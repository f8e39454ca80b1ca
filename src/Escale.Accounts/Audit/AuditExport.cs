using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Kernel;

namespace Escale.Accounts.Audit;

/// <summary>The audit log as lines: CSV for spreadsheets, NDJSON for programs.</summary>
internal static class AuditExport
{
    public const string CsvHead = "number,at,person_id,person,token,address,action,subject,succeeded,detail,hash\r\n";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Csv(AuditEntry entry, byte[] hash)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{entry.Number},{entry.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'},");
        foreach (var text in new[] { entry.PersonId, entry.Person, entry.Token, entry.Address, entry.Action, entry.Subject, entry.Succeeded ? "true" : "false", entry.Detail })
        {
            line.Append(Cell(text)).Append(',');
        }
        return line.Append(Convert.ToHexStringLower(hash)).Append("\r\n").ToString();
    }

    public static string Ndjson(AuditEntry entry, byte[] hash) => JsonSerializer.Serialize(
        new { entry.Number, entry.At, entry.PersonId, entry.Person, entry.Token, entry.Address, entry.Action, entry.Subject, entry.Succeeded, entry.Detail, Hash = Convert.ToHexStringLower(hash) }, _json) + "\n";

    // What a spreadsheet would take for a formula gets an apostrophe before it (S11): names and addresses are typed by strangers.
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }
        var safe = Formulas.Shown(text);
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
