using Escale.Kernel;

namespace Escale.Orchestrate.Records;

/// <summary>The newest finished step of each asset, for the documentation.</summary>
public sealed class StepHistory(RunStore store, ProjectRoot root, RunEnvironment environment) : IStepHistory
{
    private const string Newest = """
        select distinct on (s.asset_id) s.asset_id, s.run_id, s.status, s.row_count, coalesce(s.error_message, s.warning), s.warning is not null, coalesce(s.started_at, r.started_at)
        from orchestrate.steps s join orchestrate.runs r on r.id = s.run_id
        where s.status in ('ok', 'unchanged', 'failed')
        order by s.asset_id, r.started_at desc, r.id desc
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PastStep>> NewestAsync(CancellationToken cancellationToken)
    {
        if (environment["ESCALE_DATABASE"] is not { Length: > 0 } && !Directory.Exists(Path.Combine(root.StateFolder, "postgres")))
        {
            return [];
        }
        await store.OpenAsync(cancellationToken);
        return await store.ReadAsync(Newest, [], async reader =>
        {
            var steps = new List<PastStep>();
            while (await reader.ReadAsync(cancellationToken))
            {
                steps.Add(new PastStep(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                    reader.IsDBNull(4) ? null : reader.GetString(4), reader.GetBoolean(5), reader.GetFieldValue<DateTimeOffset>(6)));
            }
            return (IReadOnlyList<PastStep>)steps;
        }, cancellationToken);
    }
}
