namespace Escale.Projects.Jinja;

/// <summary>A loop: each turn has a scope of its own, so what it sets does not leave it.</summary>
internal sealed class ForNode(
    Position at, Expression target, Expression source, Expression? condition, Statement body, Statement? otherwise, bool isRecursive) : Statement(at)
{
    protected override Flow Run(Evaluation evaluation)
    {
        Loop(evaluation, source.Evaluate(evaluation), 0, evaluation.Current);
        return Flow.Normal;
    }

    /// <summary>One level of the loop over these items; a recursive loop calls it again from inside.</summary>
    internal void Loop(Evaluation evaluation, object? items, int depth, Scope outer)
    {
        evaluation.At = At;
        if (depth > evaluation.Environment.Options.Limits.MaxDepth)
        {
            throw evaluation.TooDeep();
        }
        var list = Filtered(evaluation, Operators.Iterate(evaluation, items), outer).ToList();
        if (list.Count == 0)
        {
            if (otherwise is not null)
            {
                evaluation.InScope(new Scope(outer), () => otherwise.Execute(evaluation));
            }
            return;
        }
        var loop = new LoopObject(list, depth, isRecursive ? inner => evaluation.Capture(() => Loop(evaluation, inner, depth + 1, outer)) : null);
        for (var index = 0; index < list.Count; index++)
        {
            loop.Index = index;
            var flow = evaluation.InScope(new Scope(outer), () =>
            {
                evaluation.Assign(target, list[loop.Index]);
                evaluation.Current["loop"] = loop;
                return body.Execute(evaluation);
            });
            if (flow == Flow.Break)
            {
                break;
            }
        }
    }

    private IEnumerable<object?> Filtered(Evaluation evaluation, IEnumerable<object?> items, Scope outer)
    {
        foreach (var item in items)
        {
            if (condition is null)
            {
                yield return item;
                continue;
            }
            var keep = evaluation.InScope(new Scope(outer), () =>
            {
                evaluation.Assign(target, item);
                return Operators.IsTrue(evaluation, condition.Evaluate(evaluation));
            });
            if (keep)
            {
                yield return item;
            }
        }
    }
}

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopObject(List<object?> items, int depth, Func<object?, string>? again) : JinjaCallable
{
    private JinjaTuple? _lastChecked;

    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "index" => (long)Index + 1,
            "index0" => (long)Index,
            "revindex" => (long)items.Count - Index,
            "revindex0" => (long)items.Count - Index - 1,
            "first" => Index == 0,
            "last" => Index == items.Count - 1,
            "length" => (long)items.Count,
            "depth" => (long)depth + 1,
            "depth0" => (long)depth,
            "previtem" => Index > 0 ? items[Index - 1] : Missing("previous"),
            "nextitem" => Index + 1 < items.Count ? items[Index + 1] : Missing("next"),
            "cycle" => new NativeFunction("cycle", "*values", Cycle),
            "changed" => new NativeFunction("changed", "*values", (_, arguments) => HasChanged((JinjaTuple)arguments[0]!)),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public override object? Call(Evaluation evaluation, Arguments arguments)
    {
        if (again is null)
        {
            throw evaluation.Fail("type", "The loop must have the 'recursive' marker to be called recursively.");
        }
        if (arguments.Positional.Count != 1)
        {
            throw evaluation.Fail("type", "loop() takes one argument: what to loop over");
        }
        var text = again(arguments.Positional[0]);
        return evaluation.Autoescape ? new JinjaMarkup(text) : text;
    }

    public override string Represent(Evaluation evaluation) => $"<LoopContext {Index + 1}/{items.Count}>";

    private static JinjaUndefined Missing(string which) => new($"there is no {which} item", UndefinedMode.Default);

    private object? Cycle(Evaluation evaluation, object?[] arguments)
    {
        var values = (JinjaTuple)arguments[0]!;
        return values.Count == 0 ? throw evaluation.Fail("type", "no items for cycling given") : values[Index % values.Count];
    }

    private bool HasChanged(JinjaTuple values)
    {
        var changed = _lastChecked is null || !Operators.AreEqual(_lastChecked, values);
        _lastChecked = values;
        return changed;
    }
}
