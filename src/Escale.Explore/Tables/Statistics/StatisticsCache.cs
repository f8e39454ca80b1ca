using Escale.Explore.Tables.Reading;
using Escale.Kernel;

namespace Escale.Explore.Tables.Statistics;

/// <summary>Keeps the statistics of the table versions that were asked for last; each is computed once, however many ask. Thread-safe.</summary>
internal sealed class StatisticsCache(ReadSessions sessions)
{
    private const int Most = 100;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<TableStatistics>> _known = new(StringComparer.Ordinal);

    /// <summary>The statistics of a table as it is now or was.</summary>
    /// <exception cref="EscaleException"><c>lake.*</c>, <c>explore.read-timeout</c>.</exception>
    public async Task<(TableShape Shape, TableStatistics Statistics)> GetAsync(TableName name, string? version, CancellationToken cancellationToken)
    {
        var shape = await sessions.RunAsync((session, _) => TableShape.Open(session, name, version), ReadSessions.Short, cancellationToken);
        Task<TableStatistics>? computing;
        lock (_gate)
        {
            var key = $"{name} {shape.Stamp}";
            if (!_known.TryGetValue(key, out computing) || computing.IsFaulted || computing.IsCanceled)
            {
                if (_known.Count >= Most)
                {
                    _known.Clear();
                }
                // Not the request's own time: who leaves does not stop it for the others.
                computing = _known[key] = sessions.RunAsync((session, ct) => Read(session, shape, ct), _patience, CancellationToken.None);
            }
        }
        return (shape, await computing.WaitAsync(cancellationToken));
    }

    private static TableStatistics Read(Engines.Tables.LakeSession session, TableShape shape, CancellationToken ct)
    {
        if (shape.Snapshot is null)
        {
            session.Mount(shape.Name);
        }
        return StatisticsReader.Read(session, shape, ct);
    }
}
