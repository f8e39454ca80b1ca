using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Transform.SqlModels;

/// <summary>What stands in the lake for an asset: read from the table's own last commit, or from the view.</summary>
internal static class LakeState
{
    /// <summary>The property of a commit that holds <see cref="StepContext.Fingerprint"/>.</summary>
    public const string Fingerprint = "escale.fingerprint";

    /// <summary>The property of a commit that names the run.</summary>
    public const string Run = "escale.run";

    /// <summary>The state of a table or view, or null when there is none.</summary>
    public static AssetState? Of(LakeCatalog catalog, TableName table)
    {
        if (catalog.View(table) is { } view)
        {
            return new AssetState(VersionOf(view), view.Fingerprint);
        }
        if (catalog.Table(table).TryRead() is not { } snapshot)
        {
            return null;
        }
        return new AssetState(
            snapshot.DataVersion.ToString(CultureInfo.InvariantCulture), snapshot.LastDataCommit.Properties.GetValueOrDefault(Fingerprint));
    }

    /// <summary>A view changes when its SELECT does; new data behind it is its inputs' matter.</summary>
    public static string VersionOf(LakeView view) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(view.Sql)).AsSpan(0, 8));

    /// <summary>The properties that a step leaves with its commit.</summary>
    public static Dictionary<string, string> Properties(StepContext context) => new(StringComparer.Ordinal)
    {
        [Fingerprint] = context.Fingerprint,
        [Run] = context.Run.Value,
    };

    /// <summary>Whether this very step is done already: it was committed, and the program ended before it was recorded.</summary>
    public static bool IsDone(LakeCatalog catalog, StepContext context, TableName table, out AssetState? state)
    {
        state = Of(catalog, table);
        return !context.FullRefresh && state?.Fingerprint == context.Fingerprint;
    }
}
