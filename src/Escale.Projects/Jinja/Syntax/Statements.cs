using Escale.Kernel;

namespace Escale.Projects.Jinja;

internal enum Flow
{
    Normal,
    Break,
    Continue,
}

/// <summary>A node of the syntax tree that writes or changes something.</summary>
internal abstract class Statement(Position at)
{
    public Position At => at;

    public Flow Execute(Evaluation evaluation)
    {
        evaluation.EnsureStack();
        evaluation.At = at;
        evaluation.Charge(1);
        return Run(evaluation);
    }

    protected abstract Flow Run(Evaluation evaluation);
}

internal sealed class DataNode(Position at, string text) : Statement(at)
{
    public string Text => text;

    protected override Flow Run(Evaluation evaluation)
    {
        evaluation.WriteTop(text, isData: true);
        return Flow.Normal;
    }
}

internal sealed class PrintNode(Position at, Expression value) : Statement(at)
{
    public Expression Value => value;

    protected override Flow Run(Evaluation evaluation)
    {
        if (evaluation.IsSilent)
        {
            return Flow.Normal;
        }
        var result = value.Evaluate(evaluation);
        evaluation.At = At;
        evaluation.Write(evaluation.Autoescape ? Html.Escape(evaluation, result) : Representation.Text(evaluation, result));
        return Flow.Normal;
    }
}

internal sealed class BlockOfStatements(Position at, IReadOnlyList<Statement> statements) : Statement(at)
{
    public IReadOnlyList<Statement> Statements => statements;

    protected override Flow Run(Evaluation evaluation)
    {
        foreach (var statement in statements)
        {
            if (statement.Execute(evaluation) is var flow and not Flow.Normal)
            {
                return flow;
            }
        }
        return Flow.Normal;
    }
}

internal sealed class IfNode(Position at, IReadOnlyList<(Expression Condition, Statement Body)> branches, Statement? otherwise) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        foreach (var (condition, body) in branches)
        {
            if (Operators.IsTrue(evaluation, condition.Evaluate(evaluation)))
            {
                return body.Execute(evaluation);
            }
        }
        return otherwise?.Execute(evaluation) ?? Flow.Normal;
    }
}

internal sealed class DoNode(Position at, Expression value) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        value.Evaluate(evaluation);
        return Flow.Normal;
    }
}

internal sealed class JumpNode(Position at, Flow flow) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation) => flow;
}

internal sealed class SetNode(Position at, Expression target, Expression value) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var result = value.Evaluate(evaluation);
        evaluation.At = At;
        evaluation.Assign(target, result);
        return Flow.Normal;
    }
}

internal sealed class SetBlockNode(Position at, Expression target, FilterNode? filter, Statement body) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var text = evaluation.InScope(new Scope(evaluation.Current), () => evaluation.Capture(() => body.Execute(evaluation)));
        object? value = evaluation.Autoescape ? new JinjaMarkup(text) : text;
        value = filter is null ? value : filter.Apply(evaluation, value);
        evaluation.At = At;
        evaluation.Assign(target, value);
        return Flow.Normal;
    }
}

internal sealed class FilterBlockNode(Position at, FilterNode filter, Statement body) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var text = evaluation.InScope(new Scope(evaluation.Current), () => evaluation.Capture(() => body.Execute(evaluation)));
        var value = filter.Apply(evaluation, evaluation.Autoescape ? new JinjaMarkup(text) : text);
        evaluation.WriteTop(evaluation.Autoescape ? Html.Escape(evaluation, value) : Representation.Text(evaluation, value));
        return Flow.Normal;
    }
}

internal sealed class WithNode(Position at, IReadOnlyList<(Expression Target, Expression Value)> values, Statement body) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var results = values.Select(pair => pair.Value.Evaluate(evaluation)).ToArray();
        return evaluation.InScope(new Scope(evaluation.Current), () =>
        {
            for (var index = 0; index < results.Length; index++)
            {
                evaluation.Assign(values[index].Target, results[index]);
            }
            return body.Execute(evaluation);
        });
    }
}

internal sealed class AutoescapeNode(Position at, Expression enabled, Statement body) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var outer = evaluation.Autoescape;
        evaluation.Autoescape = Operators.IsTrue(evaluation, enabled.Evaluate(evaluation));
        try
        {
            return evaluation.InScope(new Scope(evaluation.Current), () => body.Execute(evaluation));
        }
        finally
        {
            evaluation.Autoescape = outer;
        }
    }
}

internal sealed class MacroNode(Position at, MacroShape shape) : Statement(at)
{
    public MacroShape Shape => shape;

    protected override Flow Run(Evaluation evaluation)
    {
        evaluation.Current[shape.Name] = new JinjaMacro(shape, evaluation.Template, evaluation.Current);
        return Flow.Normal;
    }
}

internal sealed class CallBlockNode(Position at, CallNode call, MacroShape caller) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var result = call.Call(evaluation, new JinjaMacro(caller, evaluation.Template, evaluation.Current) { IsBlock = true });
        evaluation.WriteTop(evaluation.Autoescape ? Html.Escape(evaluation, result) : Representation.Text(evaluation, result));
        return Flow.Normal;
    }
}

internal sealed class BlockNode(Position at, string name, bool isScoped, bool isRequired, Statement body) : Statement(at)
{
    public string Name => name;

    public bool IsRequired => isRequired;

    public bool IsScoped => isScoped;

    public Statement Body => body;

    protected override Flow Run(Evaluation evaluation)
    {
        if (!evaluation.IsSilent)
        {
            evaluation.RunBlock(this);
        }
        return Flow.Normal;
    }
}

internal sealed class ExtendsNode(Position at, Expression parent) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var name = parent.Evaluate(evaluation);
        evaluation.At = At;
        if (name is JinjaList or JinjaTuple)
        {
            throw evaluation.Fail("type", "a template extends one other, not a list of them");
        }
        evaluation.Extend(evaluation.Load(name));
        return Flow.Normal;
    }
}

internal sealed class IncludeNode(Position at, Expression name, bool withContext, bool ignoreMissing) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        if (evaluation.IsSilent)
        {
            return Flow.Normal;
        }
        var value = name.Evaluate(evaluation);
        JinjaTemplate template;
        try
        {
            evaluation.At = At;
            template = evaluation.Load(value);
        }
        catch (EscaleException missing) when (ignoreMissing && missing.Code == "projects.jinja.template-not-found")
        {
            return Flow.Normal;
        }
        var scope = new Scope(withContext ? evaluation.Current : evaluation.Globals);
        if (withContext && evaluation.TryResolve("loop", out var loop) && loop is LoopObject)
        {
            // As Jinja: an included template sees the loop's variables but not the loop itself.
            scope["loop"] = evaluation.Undefined("'loop' is undefined");
        }
        evaluation.RunTemplate(template, scope);
        return Flow.Normal;
    }
}

internal sealed class ImportNode(Position at, Expression name, string target, bool withContext) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        evaluation.Current[target] = evaluation.Import(name.Evaluate(evaluation), withContext);
        return Flow.Normal;
    }
}

internal sealed class FromNode(Position at, Expression name, IReadOnlyList<(string Name, string Alias)> names, bool withContext) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        var module = evaluation.Import(name.Evaluate(evaluation), withContext);
        evaluation.At = At;
        foreach (var (member, alias) in names)
        {
            evaluation.Current[alias] = module.Attribute(member, out var value)
                ? value
                : evaluation.Undefined($"the template '{module.Name}' (imported on line {At.Line}) does not export the requested name '{member}'");
        }
        return Flow.Normal;
    }
}
