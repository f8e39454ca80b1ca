using System.Globalization;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;

namespace Escale.Transform.SqlModels;

/// <summary>Makes SQL models: compiles them, and writes the lake table or saves the view. A failure leaves what stood.</summary>
/// <param name="project">The project.</param>
/// <param name="compiler">Its compiler.</param>
/// <param name="engine">The lake.</param>
/// <param name="files">Where compiled SQL is kept.</param>
public sealed class SqlModelRunner(Project project, SqlCompiler compiler, LakeEngine engine, CompiledFiles files) : IStepRunner
{
    /// <inheritdoc/>
    public string Kind => "model";

    /// <inheritdoc/>
    public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken)
    {
        if (asset.Table is null || asset.Definition is not SqlModel model)
        {
            return ValueTask.FromResult<AssetState?>(null);
        }
        // A table where a view should stand (or the reverse) is not what the code says, whatever its fingerprint.
        var state = LakeState.Of(engine.Catalog, asset.Table);
        var isView = engine.Catalog.View(asset.Table) is not null;
        return ValueTask.FromResult(state is not null && isView != (model.Config.Materialized == Materialization.View) ? state with { Fingerprint = null } : state);
    }

    /// <inheritdoc/>
    public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Run(() => Run(context, (SqlModel)context.Asset.Definition!, cancellationToken), cancellationToken);

    private StepResult Run(StepContext context, SqlModel model, CancellationToken cancellationToken)
    {
        var materialized = model.Config.Materialized;
        var isView = engine.Catalog.View(model.Table) is not null;
        if (isView == (materialized == Materialization.View) && LakeState.IsDone(engine.Catalog, context, model.Table, out var done))
        {
            return new StepResult { Changed = false, Version = done!.Version, Summary = "already there" };
        }
        var rebuilds = model.Config.Bool("full_refresh") ?? context.FullRefresh;
        var adds = materialized == Materialization.Incremental && !rebuilds && !isView && engine.Catalog.Exists(model.Table);
        using var session = new StepSession(project, engine, context, cancellationToken);
        if (adds)
        {
            session.Lake.Mount(model.Table);
        }
        var compiled = session.Compile(compiler, adds);
        var path = files.Write(context.Asset, compiled);
        session.MountReads(compiled.Reads);
        session.RunHooks(compiled.PreHooks, model.Config.PlaceOf("pre_hook"));
        session.Define(compiled, path);
        var rows = ModelContract.Apply(session, context.Asset, model);
        var result = materialized == Materialization.View
            ? SaveView(context, model, compiled)
            : Write(session, context, model, adds, rows, path, cancellationToken);
        if (compiled.PostHooks.Count > 0)
        {
            session.Lake.Mount(model.Table);
            session.RunHooks(compiled.PostHooks, model.Config.PlaceOf("post_hook"));
        }
        return result;
    }

    private StepResult SaveView(StepContext context, SqlModel model, CompiledSql compiled)
    {
        var before = engine.Catalog.View(model.Table);
        var reads = compiled.Reads.Select(id => project.Graph[id].Table).OfType<TableName>().Distinct().ToList();
        var view = new LakeView(model.Table, compiled.Sql, reads, context.Fingerprint)
        {
            Comment = context.Asset.Description.Length == 0 ? null : context.Asset.Description,
            Properties = new Dictionary<string, string> { [LakeState.Run] = context.Run.Value },
        };
        engine.Catalog.SaveView(view);
        var changed = before is null || before.Sql != view.Sql;
        return new StepResult { Changed = changed, Version = LakeState.VersionOf(view), Summary = "view" };
    }

    private StepResult Write(
        StepSession session, StepContext context, SqlModel model, bool adds, string rows, string path, CancellationToken cancellationToken)
    {
        var whole = new TableWrite
        {
            Table = model.Table,
            Sql = $"SELECT * FROM {rows}",
            Mode = WriteMode.Overwrite,
            SchemaChange = SchemaChange.Replace,
            PartitionBy = model.Config.Texts("partition_by"),
            Properties = LakeState.Properties(context),
            Comments = model.Columns.Where(column => column.Description.Length > 0).DistinctBy(column => column.Name, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(column => column.Name, column => column.Description),
            Description = context.Asset.Description,
        };
        var write = adds ? new IncrementalWrite(session, model, rows).Of(whole) : whole;
        using var progress = new WriteProgress(session.Connection, context.Progress);
        var outcome = session.Run(() => session.Lake.Write(write, cancellationToken), path);
        return new StepResult
        {
            Changed = outcome.Changed,
            Version = engine.Catalog.Table(model.Table).Read().DataVersion.ToString(CultureInfo.InvariantCulture),
            RowCount = outcome.RowsWritten,
            SizeBytes = outcome.SizeBytes,
            Summary = adds ? $"incremental, {write.Mode.ToString().ToLowerInvariant()}" : model.Config.Materialized.ToString().ToLowerInvariant(),
        };
    }
}
