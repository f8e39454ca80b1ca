using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>What is being rendered.</summary>
/// <param name="Package">The package whose macros it sees first.</param>
/// <param name="Kind"><c>model</c>, <c>test</c> or <c>inline</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">The file as messages show it.</param>
internal sealed record RenderSubject(string Package, string Kind, string Name, string Path)
{
    public string Id { get; init; } = "";

    public Asset? Asset { get; init; }

    public TableName? Table { get; init; }

    public IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();
}

/// <summary>
/// One rendering of a model, test or other text in dbt's context. The parse pass and the compile pass differ in
/// <see cref="Execute"/> and in what <c>ref</c> and <c>source</c> answer.
/// </summary>
internal sealed class Rendering
{
    private readonly Scope _globals = new(null);
    private readonly Dictionary<string, Scope> _packageScopes = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellationToken;

    public Rendering(SqlCompiler compiler, RenderSubject subject, CompileOptions options, bool execute, CancellationToken cancellationToken)
    {
        Compiler = compiler;
        Subject = subject;
        Options = options;
        Execute = execute;
        _cancellationToken = cancellationToken;
        foreach (var (name, value) in compiler.Environment.Globals)
        {
            _globals[name] = value;
        }
        Context = new Scope(_globals);
    }

    public SqlCompiler Compiler { get; }

    public RenderSubject Subject { get; }

    public CompileOptions Options { get; }

    /// <summary>False in the parse pass: nothing is asked of a database.</summary>
    public bool Execute { get; }

    /// <summary>Whether an undefined name is an error although nothing is executed.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The names that dbt gives.</summary>
    public Scope Context { get; }

    /// <summary>What <c>ref</c> answers in the compile pass; the parse pass answers by name alone.</summary>
    public Func<RefCall, Relation>? ResolveRef { get; init; }

    /// <summary>What <c>source</c> answers in the compile pass.</summary>
    public Func<SourceCall, Relation>? ResolveSource { get; init; }

    /// <summary>What <c>config()</c> set.</summary>
    public Dictionary<string, object?> Config { get; } = new(StringComparer.Ordinal);

    public Place? ConfigPlace { get; set; }

    public List<RefCall> Refs { get; } = [];

    public List<SourceCall> Sources { get; } = [];

    /// <summary>Variables and environment that were read, with their values.</summary>
    public Dictionary<string, string> Outside { get; } = new(StringComparer.Ordinal);

    /// <summary>Values that must not reach a log.</summary>
    public HashSet<string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Results of statement blocks, by name.</summary>
    public Dictionary<string, object?> Results { get; } = new(StringComparer.Ordinal);

    public List<OutputPiece> Pieces { get; } = [];

    /// <summary>Renders a text of the subject.</summary>
    public string Render(JinjaTemplate template)
    {
        var evaluation = Begin(template);
        try
        {
            return template.Render(evaluation, ScopeOf(Subject.Package));
        }
        catch (MacroReturn)
        {
            throw new EscaleException(
                "projects.jinja.runtime", "return() stands outside a macro.", "Use it only inside {% macro %}.", evaluation.Here);
        }
    }

    /// <summary>The value of an expression in the same context.</summary>
    public object? Evaluate(string expression, string name)
    {
        var node = JinjaParser.ParseExpression(expression, name, Compiler.Environment.Options);
        var template = new JinjaTemplate(Compiler.Environment, name, new BlockOfStatements(node.At, []), []);
        var evaluation = Begin(template);
        return evaluation.Enter(template, ScopeOf(Subject.Package), () => node.Evaluate(evaluation));
    }

    /// <summary>Calls something in the same context and gives its text.</summary>
    public string Call(JinjaCallable callee, Arguments arguments, string name) => Call(callee, arguments, new Place(name));

    /// <summary>The same; <paramref name="from"/> is where an error stands that has no place inside.</summary>
    public string Call(JinjaCallable callee, Arguments arguments, Place from)
    {
        var at = new Position(from.Line ?? 0, from.Column ?? 0);
        var evaluation = Begin(new JinjaTemplate(Compiler.Environment, from.File, new BlockOfStatements(at, []), []));
        evaluation.At = at;
        return Representation.Text(evaluation, callee.Call(evaluation, arguments));
    }

    /// <summary>
    /// A macro bound to this rendering's context. A built-in one gives way to the project's own of the dialect
    /// (<c>duckdb__name</c>, <c>default__name</c>).
    /// </summary>
    public JinjaMacro? Macro(string package, string name, bool exact = false)
    {
        var macros = Compiler.Macros;
        var found = exact && package != MacroLibrary.BuiltIn ? macros.FindIn(package, name)
            : (exact ? null : macros.FindIn(package, name) ?? macros.FindIn(macros.RootName, name)) ?? BuiltIn(macros, name);
        return found is { } macro ? new JinjaMacro(macro.Shape, macro.Template, ScopeOf(macro.Package)) : null;
    }

    private static (string Package, MacroShape Shape, JinjaTemplate Template)? BuiltIn(MacroLibrary macros, string name)
    {
        var plain = name.StartsWith("default__", StringComparison.Ordinal) ? name[9..] : name;
        if (macros.FindIn(MacroLibrary.BuiltIn, plain) is not { } builtIn)
        {
            return null;
        }
        return plain != name ? builtIn
            : macros.FindIn(macros.RootName, DbtNames.Adapter + "__" + name) ?? macros.FindIn(macros.RootName, "default__" + name) ?? builtIn;
    }

    /// <summary>The names as the code of a package sees them.</summary>
    public Scope ScopeOf(string package)
    {
        if (!_packageScopes.TryGetValue(package, out var scope))
        {
            bool Find(string name, out object? value)
            {
                value = Macro(package, name) ?? (object?)(Compiler.Macros.PackageNames.Contains(name) ? new MacroNamespace(this, name) : null);
                return value is not null;
            }

            _packageScopes[package] = scope = new Scope(Context, Find);
        }
        return scope;
    }

    public string Mask(string text) => Secrets.Where(secret => secret.Length > 0)
        .Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));

    private Evaluation Begin(JinjaTemplate template) => new(Compiler.Environment, template, _globals, _cancellationToken)
    {
        Mode = Execute || IsStrict ? UndefinedMode.Default : UndefinedMode.Permissive,
        Pieces = Pieces,
    };
}

/// <summary>The macros of one package: <c>dbt_utils.star(…)</c>.</summary>
internal sealed class MacroNamespace(Rendering rendering, string package) : JinjaObject
{
    public override string TypeName => "package";

    public override bool Attribute(string name, out object? value)
    {
        // The built-in namespace answers with the project's own macro first: that is how dbt lets a project replace one.
        value = package == MacroLibrary.BuiltIn
            ? rendering.Macro(MacroLibrary.BuiltIn, name, exact: true) ?? (object?)DbtContext.Native(rendering, name)
            : rendering.Macro(package, name, exact: true);
        return value is not null;
    }

    public override string Represent(Evaluation evaluation) => $"<package '{package}'>";
}
