using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>A parsed template. Immutable and thread-safe; each rendering has its own <see cref="Evaluation"/>.</summary>
public sealed class JinjaTemplate : JinjaObject
{
    internal JinjaTemplate(JinjaEnvironment environment, string? name, Statement body, IReadOnlyList<BlockNode> blocks)
    {
        Environment = environment;
        Name = name;
        Body = body;
        Blocks = blocks;
    }

    /// <summary>The name, which errors show as the file, or null.</summary>
    public string? Name { get; }

    /// <inheritdoc/>
    public override string TypeName => "Template";

    internal JinjaEnvironment Environment { get; }

    internal Statement Body { get; }

    internal IReadOnlyList<BlockNode> Blocks { get; }

    /// <summary>The names of the macros at the top of the template.</summary>
    public IEnumerable<string> MacroNames => ((BlockOfStatements)Body).Statements.OfType<MacroNode>().Select(macro => macro.Shape.Name);

    /// <summary>Renders the template.</summary>
    /// <param name="values">The names it sees besides the environment's globals.</param>
    /// <param name="cancellationToken">Stops it between steps.</param>
    /// <exception cref="EscaleException"><c>projects.jinja.…</c> with the template's name, line and column.</exception>
    public string Render(IEnumerable<KeyValuePair<string, object?>>? values = null, CancellationToken cancellationToken = default)
    {
        var (evaluation, scope) = Begin(values, cancellationToken);
        evaluation.RunTemplate(this, scope);
        return evaluation.Output.ToString();
    }

    /// <summary>Runs the template for what it defines: its macros and top-level variables.</summary>
    public JinjaModule Module(IEnumerable<KeyValuePair<string, object?>>? values = null, CancellationToken cancellationToken = default)
    {
        var (evaluation, scope) = Begin(values, cancellationToken);
        evaluation.RunTemplate(this, scope);
        return new JinjaModule(Name ?? "", scope);
    }

    /// <summary>Renders in an evaluation that somebody else has prepared.</summary>
    internal string Render(Evaluation evaluation, Scope scope)
    {
        evaluation.RunTemplate(this, new Scope(scope));
        return evaluation.Output.ToString();
    }

    /// <summary>The macros at the top of the template, without running it.</summary>
    internal IEnumerable<MacroShape> Macros => ((BlockOfStatements)Body).Statements.OfType<MacroNode>().Select(macro => macro.Shape);

    private (Evaluation Evaluation, Scope Scope) Begin(IEnumerable<KeyValuePair<string, object?>>? values, CancellationToken cancellationToken)
    {
        var globals = new Scope(null);
        foreach (var (key, value) in Environment.Globals)
        {
            globals[key] = value;
        }
        var given = new Scope(globals);
        foreach (var (key, value) in values ?? [])
        {
            given[key] = JinjaValue.From(value);
        }
        return (new Evaluation(Environment, this, globals, cancellationToken), new Scope(given));
    }
}
