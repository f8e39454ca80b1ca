using System.Collections;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>A list that templates can change.</summary>
public sealed class JinjaList : JinjaObject, IReadOnlyList<object?>
{
    /// <summary>A list of these values.</summary>
    public JinjaList(IEnumerable<object?> items)
    {
        Items = [.. items];
    }

    /// <summary>An empty list.</summary>
    public JinjaList()
    {
        Items = [];
    }

    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <inheritdoc/>
    public override bool IsTrue => Items.Count > 0;

    /// <inheritdoc/>
    public int Count => Items.Count;

    internal List<object?> Items { get; }

    /// <inheritdoc/>
    public object? this[int index] => Items[index];

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Items.GetEnumerator();

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) => Representation.Sequence(evaluation, this, Items, "[", "]");
}

/// <summary>A fixed row of values.</summary>
public sealed class JinjaTuple(IReadOnlyList<object?> items) : JinjaObject, IReadOnlyList<object?>
{
    /// <inheritdoc/>
    public override string TypeName => "tuple";

    /// <inheritdoc/>
    public override bool IsTrue => items.Count > 0;

    /// <inheritdoc/>
    public int Count => items.Count;

    /// <summary>Names of the fields for tuples that have them (<c>groupby</c>), or null.</summary>
    internal IReadOnlyList<string>? Fields { get; init; }

    /// <inheritdoc/>
    public object? this[int index] => items[index];

    /// <inheritdoc/>
    public override bool Attribute(string name, out object? value)
    {
        for (var index = 0; index < (Fields?.Count ?? 0); index++)
        {
            if (Fields![index] == name)
            {
                value = items[index];
                return true;
            }
        }
        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) =>
        Representation.Sequence(evaluation, this, items, "(", items.Count == 1 ? ",)" : ")");
}

/// <summary>A dictionary that keeps the order of insertion; keys compare as Python's (<c>1</c>, <c>1.0</c> and <c>True</c> are one key).</summary>
public sealed class JinjaDict : JinjaObject, IEnumerable<KeyValuePair<object?, object?>>
{
    private readonly OrderedDictionary<object, object?> _entries = new(JinjaKeyComparer.Instance);

    /// <summary>An empty dictionary.</summary>
    public JinjaDict()
    {
    }

    /// <summary>A dictionary with these entries; a later one replaces an earlier one of the same key.</summary>
    public JinjaDict(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        foreach (var (key, value) in entries)
        {
            this[key] = value;
        }
    }

    /// <inheritdoc/>
    public override string TypeName => "dict";

    /// <inheritdoc/>
    public override bool IsMapping => true;

    /// <inheritdoc/>
    public override bool IsTrue => _entries.Count > 0;

    /// <summary>How many entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The keys in order.</summary>
    public IEnumerable<object?> Keys => _entries.Keys.Select(JinjaKeyComparer.Open);

    /// <summary>The values in order.</summary>
    public IEnumerable<object?> Values => _entries.Values;

    /// <summary>Gets (null when absent) or sets an entry.</summary>
    public object? this[object? key]
    {
        get => TryGet(key, out var value) ? value : null;
        set => _entries[JinjaKeyComparer.Wrap(key)] = value;
    }

    /// <summary>Looks a key up.</summary>
    public bool TryGet(object? key, out object? value) => _entries.TryGetValue(JinjaKeyComparer.Wrap(key), out value);

    /// <summary>Whether the key is there.</summary>
    public bool Contains(object? key) => _entries.ContainsKey(JinjaKeyComparer.Wrap(key));

    /// <summary>Removes an entry.</summary>
    public bool Remove(object? key) => _entries.Remove(JinjaKeyComparer.Wrap(key));

    /// <summary>Removes all entries.</summary>
    public void Clear() => _entries.Clear();

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<object?, object?>> GetEnumerator() =>
        _entries.Select(entry => KeyValuePair.Create(JinjaKeyComparer.Open(entry.Key), entry.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation)
    {
        using var nesting = evaluation.Nest(this, out var again);
        if (again)
        {
            return "{...}";
        }
        var text = new StringBuilder("{");
        foreach (var (key, value) in this)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(Representation.Of(evaluation, key)).Append(": ").Append(Representation.Of(evaluation, value));
            evaluation.Charge(8);
        }
        return text.Append('}').ToString();
    }
}

/// <summary>A set that keeps the order of insertion.</summary>
public sealed class JinjaSet : JinjaObject, IEnumerable<object?>
{
    private readonly JinjaDict _members = [];

    /// <summary>A set of these values.</summary>
    public JinjaSet(IEnumerable<object?> items)
    {
        foreach (var item in items)
        {
            _members[item] = true;
        }
    }

    /// <inheritdoc/>
    public override string TypeName => "set";

    /// <inheritdoc/>
    public override bool IsTrue => _members.Count > 0;

    /// <summary>How many members.</summary>
    public int Count => _members.Count;

    /// <summary>Whether it is a member.</summary>
    public bool Contains(object? item) => _members.Contains(item);

    /// <summary>Adds a member.</summary>
    public void Add(object? item) => _members[item] = true;

    /// <summary>Removes a member.</summary>
    public bool Remove(object? item) => _members.Remove(item);

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => _members.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) =>
        Count == 0 ? "set()" : Representation.Sequence(evaluation, this, [.. this], "{", "}");
}
