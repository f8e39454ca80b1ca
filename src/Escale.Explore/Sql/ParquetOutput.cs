using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>A result as a Parquet file: DuckDB writes it into a folder of its own, from where it is moved to its place when it is whole.</summary>
internal static class ParquetOutput
{
    public static async Task WriteAsync(
        LakeQueries queries, string sql, string? at, long limit, string target, CliOutput output, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(parent))
        {
            throw new EscaleException("explore.output-failed", $"The folder {parent} does not exist.", "Choose a folder that exists and that you may write to.");
        }
        var folder = Directory.CreateDirectory(Path.Combine(parent, DurableWriter.TemporaryPrefix + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var file = Path.Combine(folder, "result.parquet");
            var rows = 0L;
            await using (var stream = await queries.StartAsync(Copy(sql, limit, file), at, folder, cancellationToken))
            {
                while (await stream.ReadAsync(cancellationToken))
                {
                    rows += stream.Chunk[0].Values<long>()[0];
                }
            }
            File.Move(file, target, overwrite: true);
            if (!output.IsJson)
            {
                output.Message(string.Create(CultureInfo.InvariantCulture, $"{rows:#,0} rows in {target}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a query's rows into a folder of their own; whoever asked deletes it.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> WriteAsync(LakeQueries queries, string sql, IReadOnlyDictionary<string, object?>? values, string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "result.parquet");
        await using var stream = await queries.StartAsync(Copy(sql, long.MaxValue, file), null, folder, cancellationToken, values);
        while (await stream.ReadAsync(cancellationToken))
        {
        }
        return file;
    }

    // What the user wrote stands on lines of its own, so that a comment at its end does not swallow the rest.
    private static string Copy(string sql, long limit, string file)
    {
        var select = sql.TrimEnd().TrimEnd(';');
        var limited = limit == long.MaxValue ? select : string.Create(CultureInfo.InvariantCulture, $"select * from (\n{select}\n) limit {limit}");
        return $"COPY (\n{limited}\n) TO {DuckSql.Literal(file)} (FORMAT parquet, COMPRESSION zstd)";
    }
}
