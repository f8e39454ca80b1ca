using System.Text;
using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>Checkpoints in Parquet by DuckDB (Delta protocol, "Checkpoint Schema").</summary>
public sealed class DuckCheckpointCodec(SharedDatabase database) : ICheckpointCodec
{
    private const string Columns = """
        {
          txn: 'STRUCT(appId VARCHAR, version BIGINT)',
          add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))',
          remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)',
          metaData: 'STRUCT(id VARCHAR, "name" VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)',
          protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])'
        }
        """;

    /// <inheritdoc/>
    public byte[] Encode(IReadOnlyCollection<string> actionLines)
    {
        // Not state: scratch files in the system's temporary folder, of which the durable writer gets the bytes.
        var folder = Directory.CreateTempSubdirectory("escale-checkpoint-");
        try
        {
            var (json, parquet) = (Path.Combine(folder.FullName, "actions.ndjson"), Path.Combine(folder.FullName, "checkpoint.parquet"));
            File.WriteAllLines(json, actionLines, new UTF8Encoding(false));
            var longestBytes = Math.Max(2 << 20, actionLines.Max(line => Encoding.UTF8.GetByteCount(line)) + 1);
            using var connection = database.Connect();
            connection.Execute($"""
                COPY (SELECT * FROM read_json({DuckSql.Literal(json)}, format = 'newline_delimited', maximum_object_size = {longestBytes}, columns = {Columns}))
                TO {DuckSql.Literal(parquet)} (FORMAT parquet, COMPRESSION snappy)
                """);
            return File.ReadAllBytes(parquet);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> Decode(string location)
    {
        using var connection = database.Connect();
        using var result = connection.Query($"SELECT CAST(to_json(actions) AS VARCHAR) FROM read_parquet({SqlText.Files([location])}) AS actions");
        var lines = new List<string>();
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                lines.Add(chunk[0].Text(row));
            }
        }
        return lines;
    }
}
