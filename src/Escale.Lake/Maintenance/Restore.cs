using System.Globalization;
using Escale.Kernel;

namespace Escale.Lake;

public sealed partial class DeltaTable
{
    /// <summary>
    /// Makes an earlier version the newest again, as a new commit: rows, columns, transactions and properties (so a collector goes on from
    /// the cursor it had then).
    /// </summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c>, <c>lake.files-missing</c> when it was vacuumed, <c>lake.conflict</c>.</exception>
    public CommitResult Restore(Snapshot target, CancellationToken cancellationToken = default)
    {
        var current = Read();
        var now = current.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var then = target.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var adds = target.Files.Where(file => !now.ContainsKey(file.Path)).ToList();
        CheckFiles(adds, target.Version);
        return Commit(new DeltaCommit
        {
            Operation = "RESTORE",
            Base = current,
            Adds = adds,
            Removes = [.. current.Files.Where(file => !then.ContainsKey(file.Path))],
            Metadata = target.Metadata.SaysTheSameAs(current.Metadata) ? null : target.Metadata,
            Parameters = new Dictionary<string, string> { ["version"] = target.Version.ToString(CultureInfo.InvariantCulture) },
            Properties = new Dictionary<string, string>(target.Properties, StringComparer.Ordinal) { [SnapshotBuilder.ResetTag] = "true" },
            ForcedTransactions = current.Transactions.Keys.Where(appId => target.Txn(appId) != current.Txn(appId))
                .ToDictionary(appId => appId, appId => target.Txn(appId) ?? -1, StringComparer.Ordinal),
        }, cancellationToken);
    }
}
