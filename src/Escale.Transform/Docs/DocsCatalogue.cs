using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Dbt;
using Escale.Projects.Lineage;
using Escale.Transform.Warehouse;

namespace Escale.Transform.Docs;

/// <summary>Gathers what is known of the project: its graph, the lake as it stands, the columns' origins, the newest results.</summary>
internal sealed class DocsCatalogue(Project project, LakeCatalog lake, SharedDatabase database, TimeProvider clock, IEnumerable<IStepHistory> histories)
{
    /// <summary>Gathers everything.</summary>
    /// <param name="compile">The compiled SQL of a model or test, or null.</param>
    /// <param name="warn">Told what could not be read; the rest is gathered all the same.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<DocsData> ReadAsync(Func<Asset, string?> compile, Action<string> warn, CancellationToken cancellationToken)
    {
        var graph = project.Graph;
        var compiled = graph.Assets.Where(asset => asset.Definition is SqlModel or DataTest).ToDictionary(asset => asset.Id, compile);
        var snapshots = Snapshots(warn);
        using var connection = database.Connect();
        var views = ViewColumns(connection, snapshots, warn);
        var lineage = ProjectLineage.Read(
            graph, connection, asset => compiled.GetValueOrDefault(asset.Id),
            asset => TypesOf(asset, snapshots, views)?.Select(column => column.Name).ToList(), cancellationToken);
        var results = await ResultsAsync(warn, cancellationToken);
        var quarantine = Quarantine(snapshots);
        return new DocsData
        {
            Project = project.Name,
            GeneratedAt = clock.GetUtcNow(),
            ResultsKnown = results.Count > 0,
            Quarantine = quarantine,
            Assets =
            [
                .. graph.Assets.Select(asset => Describe(
                    asset, snapshots, Columns(asset, TypesOf(asset, snapshots, views), lineage), lineage.All.ContainsKey(asset.Id)) with
                {
                    Compiled = compiled.GetValueOrDefault(asset.Id),
                    Result = results.GetValueOrDefault(asset.Id),
                    Quarantine = quarantine.FirstOrDefault(one => one.Asset == asset.Id)?.Rows,
                }),
            ],
        };
    }

    private Dictionary<TableName, Snapshot> Snapshots(Action<string> warn)
    {
        var snapshots = new Dictionary<TableName, Snapshot>();
        foreach (var name in lake.Tables())
        {
            try
            {
                snapshots[name] = lake.Table(name).Read();
            }
            catch (EscaleException error)
            {
                warn($"{name} could not be read: {error.Message}");
            }
        }
        return snapshots;
    }

    /// <summary>Views have no stored columns: DuckDB binds them over empty tables of the columns that there are.</summary>
    private Dictionary<TableName, IReadOnlyList<(string Name, string Type)>> ViewColumns(DuckConnection connection, Dictionary<TableName, Snapshot> snapshots, Action<string> warn)
    {
        var found = new Dictionary<TableName, IReadOnlyList<(string, string)>>();
        var views = lake.Views();
        if (views.Count == 0)
        {
            return found;
        }
        // A catalog of its own: the shared instance is everybody's.
        connection.Execute("ATTACH IF NOT EXISTS ':memory:' AS escale_docs; USE escale_docs");
        foreach (var schema in snapshots.Keys.Concat(views.Select(view => view.Name)).Select(name => name.Schema).Distinct())
        {
            connection.Execute($"CREATE SCHEMA IF NOT EXISTS \"{schema}\"");
        }
        foreach (var (name, snapshot) in snapshots)
        {
            var columns = snapshot.Schema.Columns.Select(column => $"{DuckSql.Name(column.Name)} {TableTypes.ToSql(column.Type)}");
            connection.Execute($"CREATE OR REPLACE TABLE {name.ToSql()} ({string.Join(", ", columns)})");
        }
        for (var pending = views.ToList(); pending.Count > 0;)
        {
            var ready = pending.Where(view => !pending.Exists(other => view.Reads.Contains(other.Name))).ToList();
            foreach (var view in ready)
            {
                try
                {
                    connection.Execute($"CREATE OR REPLACE VIEW {view.Name.ToSql()} AS {view.Sql}");
                    using var described = connection.Query($"DESCRIBE {view.Name.ToSql()}");
                    found[view.Name] = [.. described.Rows().Select(row => ((string)row[0]!, (string)row[1]!))];
                }
                catch (EscaleException error)
                {
                    warn($"the view {view.Name} could not be read: {error.Message}");
                }
            }
            pending.RemoveAll(ready.Contains);
            if (ready.Count == 0)
            {
                break;
            }
        }
        connection.Execute("USE memory; DETACH escale_docs");
        return found;
    }

    private static IReadOnlyList<(string Name, string Type)>? TypesOf(
        Asset asset, Dictionary<TableName, Snapshot> snapshots, Dictionary<TableName, IReadOnlyList<(string Name, string Type)>> views)
    {
        if (asset.Table is null || asset.Kind == "warehouse")
        {
            return null;
        }
        return snapshots.TryGetValue(asset.Table, out var snapshot)
            ? [.. snapshot.Schema.Columns.Select(column => (column.Name, TableTypes.ToSql(column.Type)))]
            : views.GetValueOrDefault(asset.Table);
    }

    private List<DocsColumn> Columns(Asset asset, IReadOnlyList<(string Name, string Type)>? stands, ProjectLineage lineage)
    {
        var traced = lineage[asset.Id];
        var published = Published(asset);
        var names = stands?.Select(column => column.Name) ?? (traced.Count > 0 ? traced.Select(column => column.Name) : asset.Columns.Select(column => column.Name));
        var columns = new List<DocsColumn>();
        foreach (var name in names.Concat(asset.Columns.Select(column => column.Name)).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var declared = asset.Columns.FirstOrDefault(column => Same(column.Name, name));
            var type = stands?.FirstOrDefault(column => Same(column.Name, name)).Type ?? declared?.DataType;
            var origin = traced.FirstOrDefault(column => Same(column.Name, name));
            // A published table has the columns of the model that it publishes.
            IReadOnlyList<DocsOrigin> from = published is not null
                ? [new DocsOrigin(published.Id, name)]
                : [.. origin?.From.Select(one => new DocsOrigin(one.Asset, one.Column)) ?? []];
            columns.Add(new DocsColumn(name, type, declared?.Description ?? "", from, origin?.IsComplete ?? asset.Definition is not SqlModel));
        }
        return columns;
    }

    /// <summary>The model that a warehouse table publishes; it reads others only for its keys.</summary>
    private Asset? Published(Asset asset) => asset.Definition is WarehouseTable table
        ? project.Graph.Assets.FirstOrDefault(read => asset.Reads.Contains(read.Id) && read.Table == table.Source)
        : null;

    private DocsAsset Describe(Asset asset, Dictionary<TableName, Snapshot> snapshots, List<DocsColumn> columns, bool isTraced)
    {
        var test = asset.Definition as DataTest;
        return new DocsAsset
        {
            Id = asset.Id,
            Kind = asset.Kind,
            Name = asset.Name,
            Source = asset.SourceName,
            Table = asset.Table?.ToString(),
            Path = asset.Path,
            Package = asset.Package,
            Description = asset.Description,
            Materialized = asset.Kind == "model" ? (asset.Definition as SqlModel)?.Config.Materialized.ToString().ToLowerInvariant() : null,
            Tags = asset.Tags,
            Config = asset.Config.Where(pair => pair.Key != "tags").ToDictionary(pair => pair.Key, pair => pair.Value),
            Columns = columns,
            Reads = asset.Reads,
            Sql = asset.Definition is SqlModel model ? model.File.Text : test?.File?.Text,
            Traced = isTraced || asset.Kind == "warehouse",
            Lake = asset.Table is { } name && asset.Kind != "warehouse" ? TableOf(name, snapshots) : null,
            Check = asset.IsCheck,
            TestName = test?.TestName,
            Column = test?.ColumnName,
            Tested = test?.TestedId,
        };
    }

    private static DocsTable? TableOf(TableName name, Dictionary<TableName, Snapshot> snapshots) => snapshots.TryGetValue(name, out var snapshot)
        ? new DocsTable(snapshot.DataVersion, snapshot.RowCount, snapshot.SizeBytes, snapshot.Files.Count, snapshot.LastDataCommit.Timestamp)
        : null;

    private List<DocsQuarantine> Quarantine(Dictionary<TableName, Snapshot> snapshots) =>
    [
        .. snapshots.Where(pair => pair.Key.Schema == "quarantine").OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => new DocsQuarantine(
            pair.Key.ToString(),
            project.Graph.Assets.FirstOrDefault(asset => asset.SourceName is not null && asset.Table is { } table &&
                (table.Name == pair.Key.Name || $"{table.Schema}_{table.Name}" == pair.Key.Name))?.Id,
            pair.Value.RowCount, pair.Value.LastDataCommit.Timestamp)),
    ];

    private async Task<Dictionary<string, DocsResult>> ResultsAsync(Action<string> warn, CancellationToken cancellationToken)
    {
        var results = new Dictionary<string, DocsResult>(StringComparer.Ordinal);
        foreach (var history in histories)
        {
            try
            {
                foreach (var step in await history.NewestAsync(cancellationToken))
                {
                    var status = step.Status == "failed" ? "failed" : step.IsWarning ? "warn" : step.Status;
                    results[step.AssetId] = new DocsResult(status, step.RowCount, step.Message, step.At);
                }
            }
            catch (EscaleException error)
            {
                warn($"the record of runs could not be read: {error.Message}");
            }
        }
        return results;
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
