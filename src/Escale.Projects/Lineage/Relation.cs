namespace Escale.Projects.Lineage;

/// <summary>What a value comes from. Immutable.</summary>
/// <param name="Set">Stored columns that certainly enter it.</param>
/// <param name="IsComplete">Whether there are no others.</param>
/// <param name="IsCopy">Whether it is that one column's own value, renamed or cast at most.</param>
internal sealed record Origins(IReadOnlySet<ColumnOrigin> Set, bool IsComplete, bool IsCopy = false)
{
    /// <summary>A constant.</summary>
    public static readonly Origins None = new(new HashSet<ColumnOrigin>(), true);

    /// <summary>Nobody can say.</summary>
    public static readonly Origins Unknown = new(new HashSet<ColumnOrigin>(), false);

    public static Origins Of(ColumnOrigin origin) => new(new HashSet<ColumnOrigin> { origin }, true, true);

    /// <summary>The same origins of a value that is computed from them.</summary>
    public Origins Computed() => IsCopy ? this with { IsCopy = false } : this;

    public Origins And(Origins other)
    {
        if (other.Set.Count == 0 && other.IsComplete)
        {
            return Computed();
        }
        var both = new HashSet<ColumnOrigin>(Set);
        both.UnionWith(other.Set);
        return new Origins(both, IsComplete && other.IsComplete, IsCopy && other.IsCopy && both.Count == 1);
    }

    public static Origins Union(IEnumerable<Origins> all) => all.Aggregate(None, (one, other) => one.And(other));
}

/// <summary>A column of a relation; the name is empty when it is DuckDB's rendering of an expression.</summary>
internal readonly record struct RelationColumn(string Name, Origins Origins);

/// <summary>How a relation answers for a name.</summary>
internal enum Found
{
    /// <summary>It has no such column.</summary>
    No,

    /// <summary>It has.</summary>
    Yes,

    /// <summary>It may have: not all its columns are known.</summary>
    Perhaps,
}

/// <summary>Something in a FROM, or the result of a query: known columns, and perhaps further ones that only a name can ask for.</summary>
internal sealed class Relation
{
    private readonly Func<string, Origins>? _others;

    /// <param name="columns">The known columns in order.</param>
    /// <param name="others">Answers for names that are not among them, when there may be such; null when there are none.</param>
    /// <param name="alias">The name under which a FROM has it, or null.</param>
    public Relation(IReadOnlyList<RelationColumn> columns, Func<string, Origins>? others = null, string? alias = null)
    {
        Columns = columns;
        Alias = alias;
        _others = others;
    }

    /// <summary>Nothing is known of it.</summary>
    public static readonly Relation Opaque = new([], _ => Origins.Unknown);

    public IReadOnlyList<RelationColumn> Columns { get; }

    public string? Alias { get; }

    /// <summary>Whether <see cref="Columns"/> are all there are.</summary>
    public bool IsClosed => _others is null;

    public Relation As(string? alias) => new(Columns, _others, alias);

    /// <summary>The first columns renamed, as <c>AS t(a, b)</c> does.</summary>
    public Relation Renamed(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return this;
        }
        if (!IsClosed && Columns.Count < names.Count)
        {
            // Which columns get the names is not known; that they exist is.
            return new Relation([.. names.Select(name => new RelationColumn(name, Origins.Unknown))], _ => Origins.Unknown, Alias);
        }
        return new Relation(
            [.. Columns.Select((column, at) => at < names.Count ? column with { Name = names[at] } : column)], _others, Alias);
    }

    public Found Has(string name, out Origins origins)
    {
        Origins? found = null;
        foreach (var column in Columns)
        {
            if (string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                // The same name twice: DuckDB takes the first, or refuses. Either way nothing can be said.
                found = found is null ? column.Origins : Origins.Unknown;
            }
        }
        if (found is not null)
        {
            origins = found;
            return Found.Yes;
        }
        if (_others is null && Columns.All(column => column.Name.Length > 0))
        {
            origins = Origins.None;
            return Found.No;
        }
        origins = _others?.Invoke(name) ?? Origins.Unknown;
        return Found.Perhaps;
    }

    /// <summary>All its columns in one value, as <c>SELECT t FROM t</c> gives.</summary>
    public Origins Row() => Origins.Union(Columns.Select(column => column.Origins)).And(IsClosed ? Origins.None : Origins.Unknown);
}
