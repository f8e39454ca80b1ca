using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>
/// The versions of what steps read: of steps of this run as they ended, of everything else as it stands. Thread-safe.
/// </summary>
/// <remarks>
/// Assets that keep no data of their own pass the versions of what they read through: an ephemeral model's version is the hash of its
/// code and inputs, and a view's is the hash of its own token and its inputs, since a view shows new data without being run.
/// </remarks>
internal sealed class AssetVersions(IReadOnlyDictionary<string, Asset> graph, IReadOnlyDictionary<string, IStepRunner> runners)
{
    /// <summary>The version of an asset of which nothing stands.</summary>
    public const string Absent = "absent";

    private readonly ConcurrentDictionary<string, string> _ended = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _effective = new(StringComparer.Ordinal);

    /// <summary>A step of this run ended and this version stands.</summary>
    public void Ended(Asset asset, string? version) => _ended[asset.Id] = version ?? Absent;

    /// <summary>The versions of everything that the asset reads, by id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfInputsAsync(Asset asset, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in asset.Reads.Distinct(StringComparer.Ordinal))
        {
            if (graph.TryGetValue(id, out var input) && id != asset.Id)
            {
                versions[id] = await OfAsync(input, cancellationToken);
            }
        }
        return versions;
    }

    /// <summary>The hash that decides whether a step has anything to do.</summary>
    public static string Fingerprint(Asset asset, IReadOnlyDictionary<string, string> inputVersions) =>
        Hash(asset.CodeFingerprint, inputVersions);

    private Task<string> OfAsync(Asset asset, CancellationToken cancellationToken) =>
        _effective.GetOrAdd(asset.Id, _ => new Lazy<Task<string>>(() => ReadAsync(asset, cancellationToken))).Value;

    private async Task<string> ReadAsync(Asset asset, CancellationToken cancellationToken)
    {
        if (asset is { Runnable: false, Table: null })
        {
            return Hash(asset.CodeFingerprint, await OfInputsAsync(asset, cancellationToken));
        }
        if (!_ended.TryGetValue(asset.Id, out var version))
        {
            var state = runners.TryGetValue(asset.Kind, out var runner) ? await runner.InspectAsync(asset, cancellationToken) : null;
            version = state?.Version ?? Absent;
        }
        return asset.Config.TryGetValue("materialized", out var materialized) && materialized is "view"
            ? Hash(version, await OfInputsAsync(asset, cancellationToken))
            : version;
    }

    private static string Hash(string own, IReadOnlyDictionary<string, string> inputs)
    {
        // Lengths first, so that no two different lists read as the same text.
        var text = new StringBuilder().Append(own.Length).Append(':').Append(own);
        foreach (var (id, version) in inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(id.Length).Append(':').Append(id).Append(version.Length).Append(':').Append(version);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
