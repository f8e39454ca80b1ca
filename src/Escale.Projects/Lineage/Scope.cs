namespace Escale.Projects.Lineage;

/// <summary>What a name can mean at one place of a query: CTEs, the relations of the FROM, the SELECT's earlier aliases, and the scope around.</summary>
internal sealed class Scope
{
    public static readonly Scope None = new(null);

    /// <summary>Functions that SQL calls without parentheses: to the parser they are names like any other.</summary>
    private static readonly HashSet<string> _valueFunctions = new(
        ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "current_role", "session_user", "user"],
        StringComparer.OrdinalIgnoreCase);

    private readonly Scope? _outer;
    private readonly Dictionary<string, Relation> _ctes = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    public Scope(Scope? outer)
    {
        _outer = outer;
    }

    /// <summary>The relations of the FROM, from left to right.</summary>
    public FromClause From { get; set; } = FromClause.Empty;

    /// <summary>Earlier columns of the SELECT, which later ones may use by their alias.</summary>
    public Dictionary<string, Origins> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void AddCte(string name, Relation relation) => _ctes[name] = relation;

    public void AddParameter(string name) => _parameters.Add(name);

    public Relation? Cte(string name) => _ctes.TryGetValue(name, out var relation) ? relation : _outer?.Cte(name);

    /// <summary>What <c>a</c>, <c>a.b</c> or <c>a.b.c</c> comes from.</summary>
    public Origins Resolve(IReadOnlyList<string> names)
    {
        if (_parameters.Contains(names[0]))
        {
            return Origins.None;
        }
        if (names.Count > 1 && Qualified(names) is { } qualified)
        {
            return qualified;
        }
        var origins = Unqualified(names[0], names.Count == 1);
        return names.Count == 1 ? origins : origins.Computed(); // the field of a structure
    }

    /// <summary>The relation of an alias, here or around, or null.</summary>
    public Relation? RelationOf(string alias) => From.Of(alias) ?? _outer?.RelationOf(alias);

    private Origins? Qualified(IReadOnlyList<string> names)
    {
        // schema.table.column only when the table is known under that name.
        if (names.Count > 2 && From.Of(names[0]) is null && From.Of(names[1]) is { } withSchema && withSchema.Has(names[2], out var deep) != Found.No)
        {
            return names.Count == 3 ? deep : deep.Computed();
        }
        if (RelationOf(names[0]) is { } relation && relation.Has(names[1], out var origins) != Found.No)
        {
            return names.Count == 2 ? origins : origins.Computed();
        }
        return null;
    }

    private Origins Unqualified(string name, bool mayBeRow)
    {
        var found = From.Find(name, out var origins);
        if (found == Found.Yes)
        {
            return origins;
        }
        if (found == Found.Perhaps)
        {
            // One relation with unknown columns: the name is its column, unless something else could be meant.
            return Aliases.ContainsKey(name) || (_outer?.Knows(name) ?? false) ? Origins.Unknown : origins;
        }
        if (Aliases.TryGetValue(name, out var earlier))
        {
            return earlier;
        }
        if (mayBeRow && From.Of(name) is { } row)
        {
            return row.Row();
        }
        if (_outer is not null)
        {
            return _outer.Resolve([name]);
        }
        return _valueFunctions.Contains(name) ? Origins.None : Origins.Unknown;
    }

    /// <summary>Whether a name certainly or perhaps means something here.</summary>
    private bool Knows(string name) =>
        _parameters.Contains(name) || From.Find(name, out _) != Found.No || From.Of(name) is not null || (_outer?.Knows(name) ?? false);
}

/// <summary>The relations of a FROM, and the columns that a USING or NATURAL join made one.</summary>
internal sealed class FromClause
{
    public static readonly FromClause Empty = new([], new Dictionary<string, Origins>(), isStarKnown: true);

    private readonly IReadOnlyDictionary<string, Origins> _shared;

    public FromClause(IReadOnlyList<Relation> relations, IReadOnlyDictionary<string, Origins> shared, bool isStarKnown)
    {
        Relations = relations;
        _shared = shared;
        IsStarKnown = isStarKnown;
    }

    public IReadOnlyList<Relation> Relations { get; }

    /// <summary>Columns shared by joins, by name.</summary>
    public IReadOnlyDictionary<string, Origins> Shared => _shared;

    /// <summary>False when a NATURAL join of unknown tables hides which columns became one.</summary>
    public bool IsStarKnown { get; }

    public static FromClause Of(Relation relation) => new([relation], Empty._shared, isStarKnown: true);

    public Relation? Of(string alias) =>
        Relations.FirstOrDefault(relation => string.Equals(relation.Alias, alias, StringComparison.OrdinalIgnoreCase));

    public Found Find(string name, out Origins origins)
    {
        if (_shared.TryGetValue(name, out origins!))
        {
            return Found.Yes;
        }
        origins = Origins.None;
        var (certain, perhaps, fromPerhaps) = (0, 0, Origins.Unknown);
        foreach (var relation in Relations)
        {
            switch (relation.Has(name, out var its))
            {
                case Found.Yes:
                    certain++;
                    origins = its;
                    break;
                case Found.Perhaps:
                    perhaps++;
                    fromPerhaps = its;
                    break;
            }
        }
        if (certain > 0)
        {
            // Two certain ones would be ambiguous to DuckDB too, but for joins whose shared columns are not known.
            origins = certain == 1 && IsStarKnown ? origins : Origins.Unknown;
            return Found.Yes;
        }
        origins = perhaps == 1 ? fromPerhaps : Origins.Unknown;
        return perhaps > 0 ? Found.Perhaps : Found.No;
    }
}
