using System.Security.Cryptography;
using System.Text.Json;

namespace Escale.Accounts.Audit;

/// <summary>An entry of the audit log.</summary>
/// <param name="Number">Its place in the log, from 1 without a gap.</param>
/// <param name="At">When, UTC, in whole microseconds.</param>
/// <param name="PersonId">The account; null when nobody was signed in.</param>
/// <param name="Person">What they were called then.</param>
/// <param name="Token">The beginning of the API token with which it was done, or null.</param>
/// <param name="Address">The network address that it came from.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">To what.</param>
/// <param name="Succeeded">Whether it was done, or refused.</param>
/// <param name="Detail">A few words more, or null.</param>
public sealed record AuditEntry(
    long Number, DateTimeOffset At, string? PersonId, string Person, string? Token, string Address, string Action, string Subject, bool Succeeded, string? Detail)
{
    /// <summary>The entry's hash: of the hash before it and everything it says, so that nothing can be changed, taken out or put in between unseen.</summary>
    public byte[] HashAfter(ReadOnlySpan<byte> previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(Canonical());
        return hash.GetHashAndReset();
    }

    // A JSON array: one reading only, whatever the texts hold. The moment in microseconds since 1970, which is what PostgreSQL keeps.
    private byte[] Canonical()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Number);
            json.WriteNumberValue((At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            json.WriteStringValue(PersonId);
            json.WriteStringValue(Person);
            json.WriteStringValue(Token);
            json.WriteStringValue(Address);
            json.WriteStringValue(Action);
            json.WriteStringValue(Subject);
            json.WriteBooleanValue(Succeeded);
            json.WriteStringValue(Detail);
            json.WriteEndArray();
        }
        return buffer.ToArray();
    }
}

/// <summary>What of the audit log is wanted; null wants all.</summary>
/// <param name="Person">Part of a name, or of an address that signed in.</param>
/// <param name="Action">An action, or the beginning of one.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC.</param>
public sealed record AuditFilter(string? Person = null, string? Action = null, DateOnly? From = null, DateOnly? To = null)
{
    /// <summary>Whether it leaves anything out.</summary>
    public bool IsOn => Person is not null || Action is not null || From is not null || To is not null;
}

/// <summary>Whether the log is what was written.</summary>
/// <param name="EntryCount">How many entries were read.</param>
/// <param name="BrokenAt">The number of the first entry that was changed, removed or put in; null when all is as written.</param>
/// <param name="Head">The hash of the newest entry, in hexadecimal: noted elsewhere, it proves later that nothing before it changed.</param>
public sealed record AuditCheck(long EntryCount, long? BrokenAt, string Head);
