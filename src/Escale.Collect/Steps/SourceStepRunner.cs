using System.Globalization;
using System.Text.Json.Nodes;
using Escale.Collect.Definitions;
using Escale.Collect.Loading;
using Escale.Engines.Tables;

namespace Escale.Collect.Steps;

/// <summary>Runs a <c>source</c> asset: asks its connector for what is new and loads that. Nothing new is nothing done.</summary>
/// <param name="lake">The lake.</param>
/// <param name="connectors">The connectors; made when the first source is asked.</param>
/// <param name="loader">Loads what they bring.</param>
/// <param name="limits">How much of what is rejected is held in memory.</param>
/// <param name="root">Where to work.</param>
internal sealed class SourceStepRunner(LakeEngine lake, Func<IEnumerable<Connector>> connectors, TableLoader loader, LoadLimits limits, ProjectRoot root) : IStepRunner
{
    private readonly Lazy<Dictionary<string, Connector>> _connectors = new(() => connectors().ToDictionary(connector => connector.Type, StringComparer.Ordinal));

    public string Kind => "source";

    public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken)
    {
        var snapshot = asset.Table is null ? null : SnapshotOf(asset.Table);
        return ValueTask.FromResult(snapshot is null
            ? null
            : new AssetState(snapshot.DataVersion.ToString(CultureInfo.InvariantCulture), snapshot.Properties.GetValueOrDefault("escale.fingerprint")));
    }

    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Asset.Definition is not SourceStep step)
        {
            // Declared in a schema file and filled by something else: there is nothing to collect.
            return new StepResult { Changed = false, Version = VersionOf(context.Asset.Table is { } table ? SnapshotOf(table) : null), Summary = "not collected" };
        }
        var before = SnapshotOf(step.Table.Table);
        var state = context.FullRefresh ? null : TableState.Of(before);
        var workspace = MakeWorkspace(context, step.Table);
        try
        {
            var collect = new CollectContext
            {
                Table = step.Table,
                State = ConnectorState(state, step),
                Workspace = workspace,
                Run = context.Run,
                Progress = context.Progress,
                Log = context.Log,
            };
            var connector = _connectors.Value[step.Source.Connector];
            var intake = await connector.CollectAsync(collect, cancellationToken);
            if (intake is null)
            {
                return new StepResult { Changed = false, Version = VersionOf(before), RowCount = 0, Summary = "nothing new" };
            }
            var outcome = await loader.LoadAsync(Job(context, step, intake, workspace, TableState.Of(before)), cancellationToken);
            connector.Committed(collect, intake);
            return Result(step.Table, outcome);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
    }

    private LoadJob Job(StepContext context, SourceStep step, Intake intake, string workspace, TableState? state) => new()
    {
        Table = step.Table,
        Intake = intake,
        Workspace = workspace,
        Run = context.Run,
        Fingerprint = context.Fingerprint,
        Code = step.Code,
        Sequence = (state?.Sequence ?? 0) + 1,
        FullRefresh = context.FullRefresh,
        Progress = context.Progress,
        Limits = limits,
    };

    private StepResult Result(SourceTable table, LoadOutcome outcome) => new()
    {
        Changed = outcome.Changed,
        Version = VersionOf(SnapshotOf(table.Table)),
        RowCount = outcome.RowCount,
        SizeBytes = outcome.SizeBytes,
        QuarantinedCount = outcome.QuarantinedCount,
        Warning = outcome.QuarantinedCount > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{outcome.QuarantinedCount:N0} rows went to {table.Quarantine}")
            : null,
        Summary = table.Mode.ToString().ToLowerInvariant(),
    };

    /// <summary>A changed source file may read the same content otherwise: what only says "seen before" is forgotten, cursors are kept.</summary>
    private static JsonObject? ConnectorState(TableState? state, SourceStep step)
    {
        if (state is null || state.Code == step.Code)
        {
            return state?.Connector;
        }
        if (step.Table.Mode == LoadMode.Replace)
        {
            return null;
        }
        var kept = state.Connector.DeepClone().AsObject();
        kept.Remove("content");
        if (step.Table.Mode == LoadMode.Merge)
        {
            kept.Remove("files");
        }
        return kept;
    }

    private string MakeWorkspace(StepContext context, SourceTable table)
    {
        var folder = Path.Combine(root.StateFolder, "collect", string.Create(CultureInfo.InvariantCulture, $"{context.Run.Value}-{table.Table}-{context.Attempt}"));
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        Directory.CreateDirectory(folder);
        return folder;
    }

    private Lake.Snapshot? SnapshotOf(TableName table) => lake.Catalog.Exists(table) ? lake.Catalog.Table(table).TryRead() : null;

    private static string? VersionOf(Lake.Snapshot? snapshot) => snapshot?.DataVersion.ToString(CultureInfo.InvariantCulture);
}
