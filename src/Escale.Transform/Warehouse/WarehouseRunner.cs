using Escale.Engines.Postgres;
using Escale.Engines.Tables;
using Escale.Kernel;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>
/// Publishes models to PostgreSQL: each step stages its table, and when all of the run's are ready, one transaction swaps them in. If any
/// failed, none is published, and those that were staged count as failed, so that a resumed run does them again.
/// </summary>
internal sealed class WarehouseRunner(LakeEngine lake, PostgresServer server, TimeProvider clock) : IStepRunner
{
    /// <summary>The kind of assets.</summary>
    public const string AssetKind = "warehouse";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _isMigrated;

    /// <inheritdoc/>
    public string Kind => AssetKind;

    /// <inheritdoc/>
    public async ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken) => await server.RetryAsync(
        async token =>
        {
            await using var connection = await (await server.OwnerAsync(token)).OpenConnectionAsync(token);
            var row = await Published.ReadAsync(connection, TableOf(asset), token);
            return row is null ? null : new AssetState(row.Version, row.Fingerprint);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var table = TableOf(context.Asset);
        await MigrateAsync(cancellationToken);
        using var session = lake.OpenSession();
        var snapshot = lake.Catalog.View(table.Source) is null ? lake.Catalog.Table(table.Source).Read() : null;
        session.Mount(table.Source, snapshot?.Version);
        foreach (var reference in table.References.Where(reference => reference.MapsUnknown && reference.Source != table.Source))
        {
            session.Mount(reference.Source);
        }
        await using var connection = await server.RetryAsync(
            async token => await (await server.OwnerAsync(token)).OpenConnectionAsync(token), cancellationToken);
        var unmatched = Stage.CountUnmatched(session.Connection, table, cancellationToken);
        foreach (var (column, rowCount) in unmatched)
        {
            context.Log(FormattableString.Invariant($"{rowCount} rows of {table.Target} have no match for {column}: they point to the unknown member (-1)."));
        }
        var otherVersions = context.InputVersions.Where(pair => pair.Key != context.Asset.Reads[0]).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value);
        var shape = Stage.Shape(session.Connection, table, otherVersions);
        var record = new PublishedRow(table.AssetId, context.Fingerprint, context.Fingerprint, snapshot?.Version, shape, 0, context.Run.ToString());
        var changes = context.FullRefresh || snapshot is null ? null : await Changes.SinceAsync(connection, lake, table, record, snapshot, cancellationToken);
        if (changes is not null)
        {
            changes.Mount(session, table);
            record = await MergeStage.FillAsync(session.Connection, connection, table, record, context, cancellationToken);
        }
        else
        {
            record = await Stage.FillAsync(session.Connection, connection, table, record, context, cancellationToken);
        }
        var toUnknown = unmatched.Count == 0 ? "" : FormattableString.Invariant($", {unmatched.Sum(pair => pair.RowCount)} keys unknown");
        return new StepResult
        {
            Version = record.Version,
            RowCount = record.RowCount,
            Summary = (changes is null ? "table" : "merged") + toUnknown,
        };
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(IReadOnlyList<StepContext> succeeded, bool anyFailed, CancellationToken cancellationToken)
    {
        if (succeeded.Count == 0)
        {
            return;
        }
        if (anyFailed)
        {
            await DropStagedAsync(succeeded, cancellationToken);
            throw new EscaleException(
                "warehouse.not-published", "Nothing was published, because another table of the selection failed: readers keep the old content of all of them.",
                "Mend what failed, then: escale run --resume.");
        }
        await server.RetryAsync(
            async token =>
            {
                await using var connection = await (await server.OwnerAsync(token)).OpenConnectionAsync(token);
                await SwapAsync(connection, succeeded, token);
                return true;
            },
            cancellationToken);
    }

    private async Task SwapAsync(NpgsqlConnection connection, IReadOnlyList<StepContext> succeeded, CancellationToken cancellationToken)
    {
        var staged = new List<(WarehouseTable, PublishedRow)>();
        foreach (var context in succeeded)
        {
            var table = TableOf(context.Asset);
            if (await Published.ReadAsync(connection, table, cancellationToken) is { } row && row.RunId == context.Run.ToString() && row.Fingerprint == context.Fingerprint)
            {
                continue; // A commit whose answer was lost: it is done.
            }
            var waiting = await Published.ReadStagedAsync(connection, table.AssetId, cancellationToken);
            staged.Add(waiting is not null && waiting.RunId == context.Run.ToString()
                ? (table, waiting)
                : throw new EscaleException(
                    "warehouse.stage-lost", $"What was staged for {table.Target} is gone: another run of this project replaced it.", "Run again, one run at a time."));
        }
        if (staged.Count > 0)
        {
            await new Swap(connection, staged, clock).RunAsync(cancellationToken);
        }
    }

    private async Task DropStagedAsync(IReadOnlyList<StepContext> contexts, CancellationToken cancellationToken)
    {
        await using var connection = await (await server.OwnerAsync(cancellationToken)).OpenConnectionAsync(cancellationToken);
        foreach (var context in contexts)
        {
            await Stage.DropAsync(connection, TableOf(context.Asset), cancellationToken);
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_isMigrated)
            {
                await server.RetryAsync(
                    async token =>
                    {
                        await Migrations.ApplyAsync(await server.OwnerAsync(token), Published.Schema, Published.Migrations, token);
                        return true;
                    },
                    cancellationToken);
                _isMigrated = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static WarehouseTable TableOf(Asset asset) => (WarehouseTable)asset.Definition!;
}
