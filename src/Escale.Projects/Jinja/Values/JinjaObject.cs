namespace Escale.Projects.Jinja;

/// <summary>
/// A value with attributes of its own that templates can reach. Templates see only what <see cref="Attribute"/> gives: there is no
/// reflection anywhere (security requirement S13).
/// </summary>
public abstract class JinjaObject
{
    /// <summary>The type's name as templates see it in messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>The attribute or key <paramref name="name"/>; false when there is none.</summary>
    public virtual bool Attribute(string name, out object? value)
    {
        value = null;
        return false;
    }

    /// <summary>Whether it counts as true.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Whether it passes for a mapping (the test <c>mapping</c>).</summary>
    public virtual bool IsMapping => false;

    /// <summary>How it prints.</summary>
    public virtual string Show(Evaluation evaluation) => Represent(evaluation);

    /// <summary>How it prints inside a list or by <c>%r</c>.</summary>
    public virtual string Represent(Evaluation evaluation) => $"<{TypeName}>";

    /// <summary>The result of an operator such as <c>+</c> with another value, or <see cref="NativeFunction.Missing"/> when there is none.</summary>
    public virtual object? Operate(string symbol, object? other, bool isLeft) => NativeFunction.Missing;

    /// <summary>Calls it, or null when it cannot be called.</summary>
    public virtual JinjaCallable? AsCallable => this as JinjaCallable;
}

/// <summary>Something that templates can call.</summary>
public abstract class JinjaCallable : JinjaObject
{
    /// <summary>Calls it.</summary>
    public abstract object? Call(Evaluation evaluation, Arguments arguments);
}

/// <summary>The arguments of one call: positional, then named.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name, in the order written.</param>
public sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyList<KeyValuePair<string, object?>> Named)
{
    /// <summary>No arguments.</summary>
    public static Arguments None { get; } = new([], []);

    /// <summary>Positional arguments only.</summary>
    public static Arguments Of(params object?[] positional) => new(positional, []);

    /// <summary>The same with one more in front.</summary>
    internal Arguments Before(object? first) => new([first, .. Positional], Named);

    /// <summary>The value of a named argument.</summary>
    public bool TryNamed(string name, out object? value)
    {
        foreach (var (key, found) in Named)
        {
            if (key == name)
            {
                value = found;
                return true;
            }
        }
        value = null;
        return false;
    }
}

/// <summary>Text that is already safe for HTML and is not escaped again.</summary>
/// <param name="Text">The markup.</param>
public sealed record JinjaMarkup(string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A lazy sequence, as the filters <c>map</c> and <c>select</c> give.</summary>
internal sealed class JinjaGenerator(IEnumerable<object?> items, string name) : JinjaObject
{
    public override string TypeName => "generator";

    public IEnumerable<object?> Items => items;

    public override string Represent(Evaluation evaluation) => $"<generator object {name}>";
}

/// <summary>A view such as <c>dict.items()</c>.</summary>
internal sealed class JinjaView(string typeName, Func<IEnumerable<object?>> items, Func<int> count) : JinjaObject
{
    public override string TypeName => typeName;

    public IEnumerable<object?> Items => items();

    public int Count => count();

    public override bool IsTrue => Count > 0;

    public override string Represent(Evaluation evaluation) => $"{typeName}({new JinjaList(items()).Represent(evaluation)})";
}

/// <summary>Numbers in a row that are not stored.</summary>
internal sealed class JinjaRange(long start, long stop, long step, int count) : JinjaObject
{
    public override string TypeName => "range";

    public int Count => count;

    public override bool IsTrue => count > 0;

    public object? this[int index] => start + (index * step);

    public IEnumerable<object?> Items
    {
        get
        {
            for (var index = 0; index < count; index++)
            {
                yield return start + (index * step);
            }
        }
    }

    public override string Represent(Evaluation evaluation) => step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})";
}

/// <summary>An object that only holds what <c>set ns.x</c> puts on it: survives loops, where plain <c>set</c> does not.</summary>
internal sealed class JinjaNamespace(JinjaDict values) : JinjaObject
{
    public JinjaDict Values => values;

    public override string TypeName => "Namespace";

    public override bool Attribute(string name, out object? value) => values.TryGet(name, out value);

    public override string Represent(Evaluation evaluation) => $"<Namespace {values.Represent(evaluation)}>";
}
