using System.Globalization;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>A pipeline's step <c>sql</c>: a query over the lake in the sandbox. Its first thousand rows are the step's output.</summary>
internal sealed class SqlTask(LakeQueries queries) : ITaskRunner
{
    private const int MostRows = 1000;

    /// <inheritdoc/>
    public string Kind => "sql";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        await using var stream = await queries.StartAsync(call.One("sql")!, null, null, cancellationToken);
        var rows = new List<Dictionary<string, object?>>();
        var count = 0L;
        while (await stream.ReadAsync(cancellationToken))
        {
            count += stream.Chunk.RowCount;
            for (var row = 0; row < stream.Chunk.RowCount && rows.Count < MostRows; row++)
            {
                rows.Add(Row(stream, row));
            }
        }
        call.Log(count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count} rows"));
        return new TaskOutcome(JsonSerializer.Serialize(new Dictionary<string, object?> { ["count"] = count, ["rows"] = rows }));
    }

    private static Dictionary<string, object?> Row(QueryStream stream, int row)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var column = 0; column < stream.Columns.Count; column++)
        {
            values[stream.Columns[column].Name] = stream.Chunk[column].Value(row) switch
            {
                null => null,
                bool or string or int or long or short or byte => stream.Chunk[column].Value(row),
                double number when double.IsFinite(number) => number,
                _ => stream.Chunk[column].Text(row),
            };
        }
        return values;
    }
}
