namespace Escale.Projects.Jinja;

/// <summary>The names visible at one point: its own, then its parents'.</summary>
internal sealed class Scope(Scope? parent, Scope.Finder? finder = null)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>Finds names that are made only when asked for (a project's macros); nearer than the parents, behind the scope's own.</summary>
    public delegate bool Finder(string name, out object? value);

    public Scope? Parent => parent;

    public IReadOnlyDictionary<string, object?> Own => _values;

    private Finder? Lazy => finder;

    public object? this[string name]
    {
        set => _values[name] = value;
    }

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._values.TryGetValue(name, out value) || (scope.Lazy is { } lazy && lazy(name, out value)))
            {
                return true;
            }
        }
        value = null;
        return false;
    }
}
