namespace Escale.Projects.Jinja;

/// <summary>Scopes, assignment, blocks, inheritance and imports.</summary>
public sealed partial class Evaluation
{
    private Inheritance? _inheritance;
    private System.Text.StringBuilder? _page;

    internal Scope Current { get; private set; } = new(null);

    /// <summary>Whether the template has given its page to its parent: it still sets, but no longer writes.</summary>
    internal bool IsSilent => _inheritance is { Parent: not null } lineage && ReferenceEquals(lineage.Root, Output);

    internal JinjaUndefined Undefined(string message) => new(message, Mode ?? Environment.Options.Undefined);

    /// <summary>What undefined names do in this rendering, where it differs from the environment.</summary>
    internal UndefinedMode? Mode { get; init; }

    /// <summary>Where each piece of the output came from, when somebody wants to know.</summary>
    internal List<OutputPiece>? Pieces { get; init; }

    internal object? Call(object? callee, Arguments arguments)
    {
        if (callee is JinjaObject { AsCallable: { } callable })
        {
            return callable.Call(this, arguments);
        }
        throw Fail("type", $"'{Representation.TypeName(callee)}' object is not callable");
    }

    internal void WriteTop(string text, bool isData = false)
    {
        if (!IsSilent)
        {
            Write(text, isData);
        }
    }

    internal T InScope<T>(Scope scope, Func<T> body)
    {
        var outer = Current;
        Current = scope;
        try
        {
            return body();
        }
        finally
        {
            Current = outer;
        }
    }

    internal void Assign(Expression target, object? value)
    {
        switch (target)
        {
            case NameNode name:
                Current[name.Name] = value;
                break;
            case NamespaceTarget member:
                if (!TryResolve(member.Namespace, out var holder) || holder is not JinjaNamespace space)
                {
                    throw Fail("type", "cannot assign attribute on non-namespace object", "Make it with {% set x = namespace() %}.");
                }
                space.Values[member.Member] = value;
                break;
            case SequenceNode names:
                Unpack(names, value);
                break;
        }
    }

    /// <summary>Runs a template's body in a scope; what it extends, too.</summary>
    internal Scope RunTemplate(JinjaTemplate template, Scope scope)
    {
        var outer = _inheritance;
        _inheritance = new Inheritance(scope, Output);
        _page ??= Output;
        try
        {
            Enter(template, scope, () =>
            {
                RunLineage(template);
                return true;
            });
        }
        finally
        {
            _inheritance = outer;
        }
        return scope;
    }

    internal void Extend(JinjaTemplate parent)
    {
        if (_inheritance!.Parent is not null)
        {
            throw Fail("runtime", "extended multiple times");
        }
        _inheritance.Parent = parent;
    }

    internal void RunBlock(BlockNode block)
    {
        var chain = _inheritance!.Chain(block.Name);
        if (chain.Count == 0)
        {
            chain.Add((block, Template));
        }
        if (chain[0].Block.IsRequired)
        {
            throw Fail("runtime", $"Required block '{block.Name}' not found");
        }
        RunBlock(block.Name, 0, chain[0].Block.IsScoped || block.IsScoped ? Current : _inheritance.Scope);
    }

    internal void RunBlock(string name, int depth, Scope scope)
    {
        var (block, template) = _inheritance!.Chain(name)[depth];
        var inner = new Scope(scope);
        inner["super"] = new BlockReference(name, depth + 1, scope, isSuper: true);
        inner["self"] = new SelfObject(scope);
        Enter(template, inner, () => block.Body.Execute(this));
    }

    internal bool HasBlock(string name, int depth) => _inheritance!.Chain(name).Count > depth;

    internal JinjaTemplate Load(object? value)
    {
        switch (value)
        {
            case JinjaTemplate given:
                return given;
            case string name:
                return Environment.TryGetTemplate(name, out var template) ? template : throw Missing([name]);
            case IReadOnlyList<object?> names:
                foreach (var candidate in names)
                {
                    if (candidate is JinjaTemplate given)
                    {
                        return given;
                    }
                    if (candidate is string text && Environment.TryGetTemplate(text, out var found))
                    {
                        return found;
                    }
                }
                throw Missing(names);
            case JinjaUndefined undefined:
                throw undefined.Failure(this);
            default:
                throw Fail("type", $"a template name must be a string, not {Representation.TypeName(value)}");
        }
    }

    internal JinjaModule Import(object? name, bool withContext)
    {
        var template = Load(name);
        var scope = new Scope(withContext ? Current : Globals);
        Capture(() => RunTemplate(template, scope));
        return new JinjaModule(template.Name ?? "", scope);
    }

    private Kernel.EscaleException Missing(IReadOnlyList<object?> names) => Fail(
        "template-not-found", names.Count == 1
            ? $"there is no template '{names[0]}'"
            : $"there is none of the templates {string.Join(", ", names.Select(name => $"'{name}'"))}");

    private void RunLineage(JinjaTemplate template)
    {
        var lineage = _inheritance!;
        for (JinjaTemplate? current = template; current is not null; current = lineage.Parent)
        {
            lineage.Parent = null;
            Template = current;
            foreach (var block in current.Blocks)
            {
                lineage.Chain(block.Name).Add((block, current));
            }
            lineage.Scope["self"] = new SelfObject(lineage.Scope);
            current.Body.Execute(this);
            Charge(1);
            if (++lineage.Depth > Environment.Options.Limits.MaxDepth)
            {
                throw TooDeep();
            }
        }
    }

    private void Unpack(SequenceNode names, object? value)
    {
        var items = Operators.Iterate(this, value, "cannot unpack non-iterable {0} object").Take(names.Items.Count + 1).ToArray();
        if (items.Length != names.Items.Count)
        {
            throw Fail("type", items.Length > names.Items.Count
                ? $"too many values to unpack (expected {names.Items.Count})"
                : $"not enough values to unpack (expected {names.Items.Count}, got {items.Length})");
        }
        for (var index = 0; index < items.Length; index++)
        {
            Assign(names.Items[index], items[index]);
        }
    }

    private sealed class Inheritance(Scope scope, System.Text.StringBuilder root)
    {
        private readonly Dictionary<string, List<(BlockNode Block, JinjaTemplate Template)>> _chains = new(StringComparer.Ordinal);

        public Scope Scope => scope;

        public System.Text.StringBuilder Root => root;

        public JinjaTemplate? Parent { get; set; }

        public int Depth { get; set; }

        public List<(BlockNode Block, JinjaTemplate Template)> Chain(string name)
        {
            if (!_chains.TryGetValue(name, out var chain))
            {
                _chains[name] = chain = [];
            }
            return chain;
        }
    }
}

/// <summary>A piece of the output and the line of the template that wrote it.</summary>
/// <param name="Offset">Where it starts in the output.</param>
/// <param name="Template">The template.</param>
/// <param name="Line">The line from 1; of text as it stands in the template, its first line.</param>
/// <param name="IsData">Whether it is text of the template, so that its lines count on.</param>
internal sealed record OutputPiece(int Offset, JinjaTemplate Template, int Line, bool IsData);

/// <summary>The target of <c>set ns.x = …</c>.</summary>
internal sealed class NamespaceTarget(Position at, string space, string member) : Expression(at)
{
    public string Namespace => space;

    public string Member => member;

    protected override object? Value(Evaluation evaluation) => throw evaluation.Fail("type", "only a target of set");
}

/// <summary>What a template exports: its macros and top-level variables.</summary>
public sealed class JinjaModule : JinjaObject
{
    private readonly Scope _scope;

    internal JinjaModule(string name, Scope scope)
    {
        Name = name;
        _scope = scope;
    }

    /// <summary>The template's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string TypeName => "TemplateModule";

    /// <summary>The exported names and values; names that start with an underscore stay private.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Members => _scope.Own.Where(entry => entry.Key != "self");

    /// <inheritdoc/>
    public override bool Attribute(string name, out object? value)
    {
        value = null;
        return name[0] != '_' && name != "self" && _scope.Own.TryGetValue(name, out value);
    }

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) => $"<TemplateModule '{Name}'>";
}

/// <summary>The variable <c>self</c>: the blocks of the template.</summary>
internal sealed class SelfObject(Scope scope) : JinjaObject
{
    public override string TypeName => "TemplateReference";

    public override bool Attribute(string name, out object? value)
    {
        value = new BlockReference(name, 0, scope, isSuper: false);
        return name[0] != '_';
    }
}

/// <summary>A block that can be called: <c>self.name()</c>, <c>super()</c>.</summary>
internal sealed class BlockReference(string name, int depth, Scope scope, bool isSuper) : JinjaCallable
{
    public override string TypeName => "BlockReference";

    public override bool Attribute(string attribute, out object? value)
    {
        value = new BlockReference(name, depth + 1, scope, isSuper: true);
        return attribute == "super";
    }

    public override object? Call(Evaluation evaluation, Arguments arguments)
    {
        if (!evaluation.HasBlock(name, depth))
        {
            throw evaluation.Fail("undefined", isSuper
                ? $"there is no parent block called '{name}'."
                : $"'self' has no attribute '{name}'");
        }
        var text = evaluation.Capture(() => evaluation.RunBlock(name, depth, scope));
        return evaluation.Autoescape ? new JinjaMarkup(text) : text;
    }
}
