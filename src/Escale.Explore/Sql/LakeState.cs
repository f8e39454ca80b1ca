using System.Text;
using System.Text.RegularExpressions;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Explore.Sql;

/// <summary>A table that a query read, in the version that it saw.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version of a table; null for a view.</param>
internal sealed record TableVersion(string Name, long? Version);

/// <summary>What the lake holds at a moment: every table in one version, every view. Immutable.</summary>
internal sealed partial class LakeState
{
    private readonly Dictionary<TableName, (LakeMount Mount, string Print)> _mounts;

    private LakeState(IReadOnlyList<LakeMount> mounts, IReadOnlyDictionary<TableName, EscaleException> failed)
    {
        _mounts = mounts.ToDictionary(mount => mount.Name, mount => (mount, Fingerprint.Of(mount.Sql)));
        Failed = failed;
        MountSql = mounts.Aggregate(new StringBuilder(), (text, mount) => text.Append(mount.Sql).Append(";\n")).ToString();
        Key = Fingerprint.Of(string.Join('\n', mounts.Select(mount => $"{mount.Name} {_mounts[mount.Name].Print}")));
    }

    /// <summary>Equal for equal states.</summary>
    public string Key { get; }

    /// <summary>The trusted statements that make the tables and views visible.</summary>
    public string MountSql { get; }

    /// <summary>What could not be read, and why.</summary>
    public IReadOnlyDictionary<TableName, EscaleException> Failed { get; }

    /// <summary>The tables and views there are.</summary>
    public IReadOnlyCollection<TableName> Names => _mounts.Keys;

    /// <summary>Reads the lake.</summary>
    public static LakeState Read(LakeCatalog catalog) => new(LakeMount.All(catalog, null, out var failed), failed);

    /// <summary>The tables and views that a text names, in their versions; those behind the views too.</summary>
    public IReadOnlyList<TableVersion> Named(string sql) =>
        [.. Reach(sql).Select(name => new TableVersion(name.ToString(), _mounts[name].Mount.Version)).OrderBy(table => table.Name, StringComparer.Ordinal)];

    /// <summary>What the answer to a query depends on: the states of what it names, or the whole state when that cannot be told from its words.</summary>
    public string KeyOf(string sql) => LooksAround().IsMatch(sql)
        ? Key
        : Fingerprint.Of(string.Join('\n', Reach(sql).OrderBy(name => name.ToString(), StringComparer.Ordinal).Select(name => $"{name} {_mounts[name].Print}")));

    /// <summary>The error of a damaged table that a query names, or null.</summary>
    public EscaleException? FailureOf(string sql) =>
        Failed.FirstOrDefault(entry => sql.Contains(entry.Key.Name, StringComparison.OrdinalIgnoreCase)).Value;

    private HashSet<TableName> Reach(string sql)
    {
        var words = Words().Matches(sql).Select(match => match.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var reached = new HashSet<TableName>();
        var open = new Stack<TableName>(_mounts.Keys.Where(name => words.Contains(name.Name)));
        while (open.TryPop(out var name))
        {
            if (_mounts.TryGetValue(name, out var entry) && reached.Add(name))
            {
                foreach (var read in entry.Mount.Reads)
                {
                    open.Push(read);
                }
            }
        }
        return reached;
    }

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Words();

    // Names that are put together, and what lists the tables.
    [GeneratedRegex(@"\b(query_table|query|show|describe|information_schema|pg_catalog|sqlite_master|duckdb_[a-z_]+|pragma_[a-z_]+|U&)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LooksAround();
}

/// <summary>The state of the lake as it is now, at most half a second old. Thread-safe.</summary>
internal sealed class LakeStates(LakeCatalog catalog, TimeProvider clock)
{
    private static readonly TimeSpan _fresh = TimeSpan.FromMilliseconds(500);
    private readonly Lock _gate = new();
    private LakeState? _state;
    private long _readAt;

    /// <summary>The state.</summary>
    public LakeState Current()
    {
        lock (_gate)
        {
            if (_state is null || clock.GetElapsedTime(_readAt) > _fresh)
            {
                var state = LakeState.Read(catalog);
                _state = _state?.Key == state.Key ? _state : state;
                _readAt = clock.GetTimestamp();
            }
            return _state;
        }
    }
}
