using System.Globalization;
using System.Text.Json;
using Escale.Engines.Tables;
using Escale.Lake;

namespace Escale.Collect.Loading;

/// <summary>
/// Puts rejected records into the quarantine table of their table, before the good rows are committed: a crash between the two leaves
/// rows in quarantine whose load is repeated under the same id, and the repetition takes their place.
/// </summary>
internal sealed class QuarantineWriter(LakeEngine lake, TimeProvider clock)
{
    /// <summary>The columns of a quarantine table.</summary>
    public const string Columns = "'id': 'VARCHAR', 'raw': 'VARCHAR', 'reason': 'VARCHAR', 'rule': 'VARCHAR', 'field': 'VARCHAR', 'file': 'VARCHAR', 'line': 'BIGINT', "
        + "'source': 'VARCHAR', 'run': 'VARCHAR', 'at': 'TIMESTAMP WITH TIME ZONE', 'load_id': 'VARCHAR', 'replay': 'BIGINT', 'layout': 'VARCHAR'";

    /// <summary>Writes the records, replacing those that an interrupted load of the same id left. Returns how many there were.</summary>
    public long Write(LoadJob job, IEnumerable<RejectedRecord> records, CancellationToken cancellationToken)
    {
        var name = job.Table.Quarantine;
        var before = lake.Catalog.Exists(name) ? lake.Catalog.Table(name).TryRead() : null;
        var txn = (AppId: $"load.{job.Table.Table}", Version: job.Sequence);
        var isRepeat = before?.Txn(txn.AppId) >= txn.Version;
        var path = Path.Combine(job.Workspace, "quarantine.ndjson");
        var (count, longestBytes) = Stage(path, job, records, cancellationToken);
        if (count == 0 && !isRepeat)
        {
            return 0;
        }
        using var session = lake.OpenSession();
        session.Write(
            new TableWrite
            {
                Table = name,
                Sql = $"SELECT * FROM read_json({Sql.Text(path)}, format = 'newline_delimited', {Sql.ObjectSize(longestBytes)}, columns = {{{Columns}}})",
                Mode = isRepeat ? WriteMode.ReplaceWhere : WriteMode.Append,
                Predicate = isRepeat ? $"load_id = {Sql.Text(job.LoadId)}" : null,
                SchemaChange = SchemaChange.AddColumns,
                Operation = "QUARANTINE",
                Txn = isRepeat ? null : txn,
                Properties = new Dictionary<string, string> { ["escale.run"] = job.Run.Value },
                Description = $"Records of {job.Table.Table} that could not be taken in.",
            },
            cancellationToken);
        Failpoint.Hit("collect.quarantine.committed");
        return count;
    }

    private (long Count, long LongestBytes) Stage(string path, LoadJob job, IEnumerable<RejectedRecord> records, CancellationToken cancellationToken)
    {
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { SkipValidation = true });
        var at = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        long count = 0;
        long longestBytes = 0;
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count++;
            writer.WriteStartObject();
            writer.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{job.LoadId}.{count}"));
            writer.WriteString("raw", record.Raw);
            writer.WriteString("reason", record.Reason);
            writer.WriteString("rule", record.Rule);
            writer.WriteString("field", record.Field);
            writer.WriteString("file", record.File);
            if (record.Line is { } line)
            {
                writer.WriteNumber("line", line);
            }
            writer.WriteString("source", job.Table.Source);
            writer.WriteString("run", job.Run.Value);
            writer.WriteString("at", at);
            writer.WriteString("load_id", job.LoadId);
            if (record.Layout is { } layout)
            {
                writer.WriteString("layout", layout);
            }
            writer.WriteEndObject();
            writer.Flush();
            longestBytes = Math.Max(longestBytes, writer.BytesCommitted);
            writer.Reset();
            file.WriteByte((byte)'\n');
        }
        return (count, longestBytes);
    }
}
