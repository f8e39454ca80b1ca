using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Npgsql;

namespace Escale.Transform.Warehouse;

/// <summary>The files that a lake table has gained and lost since the version that is published.</summary>
internal sealed record Changes(Snapshot Now, IReadOnlyList<DataFile> Added, Snapshot Before, IReadOnlyList<DataFile> Removed)
{
    /// <summary>
    /// The changes, or null when the whole table is to be published: the model is not incremental or has no key, nothing is published yet, its
    /// columns or constraints are others, or the old version is no longer in the lake.
    /// </summary>
    public static async Task<Changes?> SinceAsync(
        NpgsqlConnection connection, LakeEngine lake, WarehouseTable table, PublishedRow record, Snapshot now, CancellationToken cancellationToken)
    {
        if (!table.IsIncremental || table.MergeKey.Count == 0 || table.References.Any(reference => reference.MapsUnknown && reference.Source == table.Source)
            || await Published.ReadAsync(connection, table, cancellationToken) is not { LakeVersion: { } version } published
            || published.Shape != record.Shape || version > now.Version)
        {
            return null;
        }
        try
        {
            var delta = lake.Catalog.Table(table.Source);
            var before = delta.Read(version);
            var (old, present) = (before.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal), now.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal));
            var removed = before.Files.Where(file => !present.Contains(file.Path)).ToList();
            return removed.All(file => File.Exists(delta.LocationOf(file)))
                ? new Changes(now, [.. now.Files.Where(file => !old.Contains(file.Path))], before, removed)
                : null;
        }
        catch (EscaleException error) when (error.Code == "lake.version-not-found")
        {
            return null; // Vacuumed.
        }
    }

    /// <summary>Makes the rows of both visible in the session.</summary>
    public void Mount(LakeSession session, WarehouseTable table)
    {
        session.MountFiles(Now, Added, MergeStage.Added(table));
        session.MountFiles(Before, Removed, MergeStage.Removed(table));
    }
}
