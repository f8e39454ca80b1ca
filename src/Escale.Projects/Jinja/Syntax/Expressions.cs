using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>A node of the syntax tree that has a value.</summary>
internal abstract class Expression(Position at)
{
    public Position At => at;

    public object? Evaluate(Evaluation evaluation)
    {
        evaluation.EnsureStack();
        evaluation.At = at;
        evaluation.Charge(1);
        return Value(evaluation);
    }

    protected abstract object? Value(Evaluation evaluation);
}

internal sealed class LiteralNode(Position at, object? value) : Expression(at)
{
    public object? Constant => value;

    protected override object? Value(Evaluation evaluation) => value;
}

internal sealed class NameNode(Position at, string name) : Expression(at)
{
    public string Name => name;

    protected override object? Value(Evaluation evaluation) =>
        evaluation.TryResolve(name, out var value) ? value : evaluation.Undefined($"'{name}' is undefined");
}

internal sealed class SequenceNode(Position at, IReadOnlyList<Expression> items, bool isTuple) : Expression(at)
{
    public IReadOnlyList<Expression> Items => items;

    public bool IsTuple => isTuple;

    protected override object? Value(Evaluation evaluation)
    {
        var values = new object?[items.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = items[index].Evaluate(evaluation);
        }
        return isTuple ? new JinjaTuple(values) : new JinjaList(values);
    }
}

internal sealed class DictNode(Position at, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var dict = new JinjaDict();
        foreach (var (key, value) in entries)
        {
            var name = Operators.Key(evaluation, key.Evaluate(evaluation));
            dict[name] = value.Evaluate(evaluation);
        }
        return dict;
    }
}

internal sealed class UnaryNode(Position at, string symbol, Expression operand) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var value = operand.Evaluate(evaluation);
        evaluation.At = At;
        return symbol switch
        {
            "-" => Operators.Negate(evaluation, value),
            "+" => Operators.Plus(evaluation, value),
            _ => !Operators.IsTrue(evaluation, value),
        };
    }
}

internal sealed class BinaryNode(Position at, string symbol, Expression left, Expression right) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var first = left.Evaluate(evaluation);
        if (symbol is "and" or "or")
        {
            return Operators.IsTrue(evaluation, first) == (symbol == "or") ? first : right.Evaluate(evaluation);
        }
        var second = right.Evaluate(evaluation);
        evaluation.At = At;
        return Operators.Binary(evaluation, symbol, first, second);
    }
}

internal sealed class ConcatNode(Position at, IReadOnlyList<Expression> parts) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var values = parts.Select(part => part.Evaluate(evaluation)).ToArray();
        evaluation.At = At;
        var isMarkup = evaluation.Autoescape && values.Any(value => value is JinjaMarkup);
        var text = new StringBuilder();
        foreach (var value in values)
        {
            text.Append(isMarkup ? Html.Escape(evaluation, value) : Representation.Text(evaluation, value));
            evaluation.Allocate(text.Length);
        }
        return isMarkup ? new JinjaMarkup(text.ToString()) : text.ToString();
    }
}

internal sealed class CompareNode(Position at, Expression first, IReadOnlyList<(string Symbol, Expression Operand)> rest) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var left = first.Evaluate(evaluation);
        foreach (var (symbol, operand) in rest)
        {
            var right = operand.Evaluate(evaluation);
            evaluation.At = At;
            if (!Operators.Holds(evaluation, symbol, left, right))
            {
                return false;
            }
            left = right;
        }
        return true;
    }
}

internal sealed class ConditionNode(Position at, Expression condition, Expression yes, Expression? no) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        if (Operators.IsTrue(evaluation, condition.Evaluate(evaluation)))
        {
            return yes.Evaluate(evaluation);
        }
        evaluation.At = At;
        return no is null
            ? evaluation.Undefined("the inline if-expression evaluated to false and no else section was defined.")
            : no.Evaluate(evaluation);
    }
}

internal sealed class AttributeNode(Position at, Expression target, string name) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        evaluation.At = At;
        return Lookup.Attribute(evaluation, value, name);
    }
}

internal sealed class ItemNode(Position at, Expression target, Expression key) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        if (key is SliceNode slice)
        {
            return slice.Cut(evaluation, value);
        }
        var index = key.Evaluate(evaluation);
        evaluation.At = At;
        return Lookup.Item(evaluation, value, index);
    }
}

internal sealed class SliceNode(Position at, Expression? start, Expression? stop, Expression? step) : Expression(at)
{
    public object? Cut(Evaluation evaluation, object? value)
    {
        var (from, to, by) = (start?.Evaluate(evaluation), stop?.Evaluate(evaluation), step?.Evaluate(evaluation));
        evaluation.At = At;
        return Lookup.Slice(evaluation, value, from, to, by);
    }

    protected override object? Value(Evaluation evaluation) => throw evaluation.Fail("type", "a slice is only possible inside brackets");
}

internal sealed record ArgumentNodes(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Rest, Expression? RestNamed)
{
    public static ArgumentNodes None { get; } = new([], [], null, null);

    public Arguments Evaluate(Evaluation evaluation)
    {
        var positional = new List<object?>(Positional.Count);
        foreach (var argument in Positional)
        {
            positional.Add(argument.Evaluate(evaluation));
        }
        if (Rest is not null)
        {
            positional.AddRange(Operators.Iterate(evaluation, Rest.Evaluate(evaluation)));
        }
        var named = new List<KeyValuePair<string, object?>>(Named.Count);
        foreach (var (name, value) in Named)
        {
            named.Add(new(name, value.Evaluate(evaluation)));
        }
        if (RestNamed is not null)
        {
            var values = RestNamed.Evaluate(evaluation) as JinjaDict
                ?? throw evaluation.Fail("type", "the argument after ** must be a mapping");
            named.AddRange(values.Select(entry => KeyValuePair.Create(Representation.Text(evaluation, entry.Key), entry.Value)));
        }
        return new Arguments(positional, named);
    }
}

internal sealed class CallNode(Position at, Expression target, ArgumentNodes arguments) : Expression(at)
{
    protected override object? Value(Evaluation evaluation) => Call(evaluation, null);

    public object? Call(Evaluation evaluation, JinjaMacro? caller)
    {
        var callee = target.Evaluate(evaluation);
        var values = arguments.Evaluate(evaluation);
        evaluation.At = At;
        return evaluation.Call(callee, caller is null ? values : values with { Named = [.. values.Named, new("caller", caller)] });
    }
}

internal sealed class FilterNode(Position at, Expression? target, string name, ArgumentNodes arguments) : Expression(at)
{
    protected override object? Value(Evaluation evaluation) => Apply(evaluation, target!.Evaluate(evaluation));

    /// <summary>The filter on a value; the innermost of a chain without target gets it.</summary>
    public object? Apply(Evaluation evaluation, object? value)
    {
        var input = target is FilterNode { IsOpen: true } inner ? inner.Apply(evaluation, value) : value;
        evaluation.At = At;
        var filter = evaluation.Environment.Filter(name) ?? throw evaluation.Fail("no-filter", $"No filter named '{name}'");
        var values = arguments.Evaluate(evaluation);
        evaluation.At = At;
        return filter.Call(evaluation, values.Before(input));
    }

    /// <summary>Whether the value comes from outside: a filter block.</summary>
    public bool IsOpen => target is null or FilterNode { IsOpen: true };
}

internal sealed class TestNode(Position at, Expression target, string name, ArgumentNodes arguments) : Expression(at)
{
    protected override object? Value(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        evaluation.At = At;
        var test = evaluation.Environment.Test(name) ?? throw evaluation.Fail("no-test", $"No test named '{name}'");
        var values = arguments.Evaluate(evaluation);
        evaluation.At = At;
        return test.Call(evaluation, values.Before(value));
    }
}
