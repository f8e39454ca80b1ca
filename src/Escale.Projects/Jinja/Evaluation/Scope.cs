namespace Escale.Projects.Jinja;

/// <summary>The names visible at one point: its own, then its parents'.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public Scope? Parent => parent;

    public IReadOnlyDictionary<string, object?> Own => _values;

    public object? this[string name]
    {
        set => _values[name] = value;
    }

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._values.TryGetValue(name, out value))
            {
                return true;
            }
        }
        value = null;
        return false;
    }
}
