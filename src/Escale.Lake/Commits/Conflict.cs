using Escale.Kernel;

namespace Escale.Lake;

/// <summary>Whether a commit that another came before may still follow it (Delta protocol, "Conflict Resolution").</summary>
internal static class Conflict
{
    /// <exception cref="EscaleException"><c>lake.conflict</c> when it may not.</exception>
    public static void Check(DeltaCommit ours, LogEntry theirs, TableName table)
    {
        if (theirs.Protocol is not null && ours.Base is not null)
        {
            throw Error(table, theirs, "changed the table's protocol");
        }
        if (theirs.Metadata is not null)
        {
            throw Error(table, theirs, ours.Base is null ? "created the table" : "changed the table's columns or properties");
        }
        if (ours.Reads == ReadScope.WholeTable && theirs.Adds.Exists(file => file.DataChange))
        {
            throw Error(table, theirs, "added rows that this change should have seen");
        }
        if (ours.Reads == ReadScope.None && ours.Removes.Count == 0)
        {
            return;
        }
        var removed = ours.Removes.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var file in theirs.Removes)
        {
            if (removed.Contains(file.Path))
            {
                throw Error(table, theirs, "rewrote a file that this change rewrites too");
            }
            if (ours.Reads == ReadScope.WholeTable && file.DataChange)
            {
                throw Error(table, theirs, "removed rows that this change has read");
            }
        }
    }

    private static EscaleException Error(TableName table, LogEntry theirs, string what) => new(
        "lake.conflict", $"Another writer {what}: {theirs.Info?.Operation ?? "commit"} of {table} at version {theirs.Version}.",
        "Run it again: it will start from the new version.", new Place(null, Table: table.ToString()));
}
