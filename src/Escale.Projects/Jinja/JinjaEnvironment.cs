using System.Collections.Concurrent;

namespace Escale.Projects.Jinja;

/// <summary>
/// Where templates come from and what they can use: options, globals, filters, tests and a loader. Set it up, then share it: reading and
/// rendering are thread-safe.
/// </summary>
/// <remarks>
/// An interpreter of the Jinja template language, written from its documentation. It is sandboxed: templates reach only the values and functions given to
/// them, and each rendering has limits (<see cref="JinjaLimits"/>).
/// </remarks>
public sealed class JinjaEnvironment
{
    private readonly ConcurrentDictionary<string, JinjaTemplate> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NativeFunction> _filters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NativeFunction> _tests = new(StringComparer.Ordinal);

    /// <summary>An environment with Jinja's own filters, tests and globals.</summary>
    public JinjaEnvironment(JinjaOptions? options = null)
    {
        Options = options ?? new JinjaOptions();
        TextFilters.Register(this);
        SequenceFilters.Register(this);
        SelectionFilters.Register(this);
        NumberFilters.Register(this);
        HtmlFilters.Register(this);
        BuiltinTests.Register(this);
        BuiltinGlobals.Register(this);
    }

    /// <summary>How templates are read.</summary>
    public JinjaOptions Options { get; }

    /// <summary>Names that every template sees, imported ones too.</summary>
    public IDictionary<string, object?> Globals { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Gives the source of a template by name, or null when there is none. Default: no templates.</summary>
    public Func<string, string?> Loader { get; init; } = _ => null;

    /// <summary>Adds or replaces a filter; its first argument is the value.</summary>
    public void AddFilter(NativeFunction filter) => _filters[filter.Name] = filter;

    /// <summary>Adds or replaces a test; its first argument is the value.</summary>
    public void AddTest(NativeFunction test) => _tests[test.Name] = test;

    /// <summary>Reads a template from text.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What errors call it, such as its path.</param>
    /// <exception cref="Kernel.EscaleException"><c>projects.jinja.syntax</c> with line and column.</exception>
    public JinjaTemplate Parse(string source, string? name = null)
    {
        var (body, blocks) = JinjaParser.Parse(source, name, Options);
        return new JinjaTemplate(this, name, body, blocks);
    }

    /// <summary>The value of an expression, such as a YAML value <c>{{ var('x') }}</c> without its braces.</summary>
    public object? Evaluate(string expression, IEnumerable<KeyValuePair<string, object?>>? values = null, string? name = null)
    {
        var node = JinjaParser.ParseExpression(expression, name, Options);
        object? result = null;
        var keep = new DoNode(node.At, new TapNode(node, value => result = value));
        new JinjaTemplate(this, name, new BlockOfStatements(node.At, [keep]), []).Render(values);
        return result;
    }

    /// <summary>A template through the loader, parsed once.</summary>
    public bool TryGetTemplate(string name, out JinjaTemplate template)
    {
        if (_templates.TryGetValue(name, out template!))
        {
            return true;
        }
        if (Loader(name) is not { } source)
        {
            return false;
        }
        template = _templates.GetOrAdd(name, Parse(source, name));
        return true;
    }

    internal NativeFunction? Filter(string name) => _filters.GetValueOrDefault(name);

    internal NativeFunction? Test(string name) => _tests.GetValueOrDefault(name);

    private sealed class TapNode(Expression inner, Action<object?> tap) : Expression(inner.At)
    {
        protected override object? Value(Evaluation evaluation)
        {
            var value = inner.Evaluate(evaluation);
            tap(value);
            return value;
        }
    }
}
