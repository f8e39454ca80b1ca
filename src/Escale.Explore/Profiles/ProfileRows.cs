using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;

namespace Escale.Explore.Profiles;

/// <summary>The engine that a profile asks: the lake's own, or a sandbox for files. One question at a time.</summary>
internal abstract class ProfileRows
{
    /// <summary>Runs our own SQL and gives the rows of its last statement.</summary>
    public abstract Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken);

    /// <summary>How far the running question is, 0 to 1, or null.</summary>
    public abstract double? Progress { get; }
}

/// <summary>Rows of the lake.</summary>
internal sealed class LakeRows(DuckConnection connection) : ProfileRows
{
    /// <inheritdoc/>
    public override double? Progress => connection.Progress;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken) => Task.Run<IReadOnlyList<object?[]>>(() =>
    {
        using var result = connection.Query(sql, cancellationToken);
        return [.. result.Rows()];
    }, cancellationToken);
}

/// <summary>Rows of a file from outside.</summary>
internal sealed class SandboxRows(SandboxSession session) : ProfileRows
{
    /// <inheritdoc/>
    public override double? Progress => session.Progress;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        await using var result = await session.QueryAsync(sql, null, cancellationToken);
        var rows = new List<object?[]>();
        await foreach (var row in result.RowsAsync(cancellationToken))
        {
            rows.Add(row);
        }
        return rows;
    }
}

/// <summary>What is to be profiled.</summary>
/// <param name="Name">For people.</param>
/// <param name="Stamp">Changes with the rows.</param>
/// <param name="Sql">A SELECT of all rows.</param>
/// <param name="SampleSql">A SELECT of rows from all over; the same when there are few.</param>
/// <param name="Rows">How many rows, when that is known.</param>
/// <param name="Bytes">How large, when that is known.</param>
internal sealed record ProfileSource(string Name, string Stamp, string Sql, string SampleSql, long? Rows, long? Bytes)
{
    /// <summary>Whether the sample is all there is.</summary>
    public bool IsSmall => Sql == SampleSql;
}
