namespace Escale.Projects.Jinja;

/// <summary>What a macro looks like in the template.</summary>
internal sealed record MacroShape(
    string Name, Position At, IReadOnlyList<(string Name, Expression? Default)> Parameters, Statement Body)
{
    public bool UsesVarargs { get; init; }

    public bool UsesKwargs { get; init; }

    public bool UsesCaller { get; init; }
}

/// <summary>A macro of a template, with the scope that it was defined in.</summary>
public sealed class JinjaMacro : JinjaCallable
{
    private readonly MacroShape _shape;
    private readonly JinjaTemplate _template;
    private readonly Scope _scope;

    internal JinjaMacro(MacroShape shape, JinjaTemplate template, Scope scope)
    {
        _shape = shape;
        _template = template;
        _scope = scope;
    }

    /// <summary>The name it was defined under.</summary>
    public string Name => _shape.Name;

    /// <summary>The template that defines it.</summary>
    public JinjaTemplate Template => _template;

    /// <summary>Whether it is the body of a call block: <c>return()</c> there leaves the macro around it.</summary>
    internal bool IsBlock { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "Macro";

    /// <inheritdoc/>
    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "name" => _shape.Name,
            "arguments" => new JinjaTuple([.. _shape.Parameters.Select(parameter => parameter.Name)]),
            "catch_kwargs" => _shape.UsesKwargs,
            "catch_varargs" => _shape.UsesVarargs,
            "caller" => _shape.UsesCaller,
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) => $"<Macro '{_shape.Name}'>";

    /// <inheritdoc/>
    public override object? Call(Evaluation evaluation, Arguments arguments)
    {
        var scope = new Scope(_scope);
        Bind(evaluation, arguments, scope);
        return evaluation.Enter(_template, scope, () =>
        {
            FillDefaults(evaluation, scope);
            try
            {
                var text = evaluation.Capture(() => _shape.Body.Execute(evaluation));
                return evaluation.Autoescape ? new JinjaMarkup(text) : (object?)text;
            }
            catch (MacroReturn result) when (!IsBlock)
            {
                return result.Value;
            }
        });
    }

    private void Bind(Evaluation evaluation, Arguments arguments, Scope scope)
    {
        var parameters = _shape.Parameters;
        for (var index = 0; index < Math.Min(parameters.Count, arguments.Positional.Count); index++)
        {
            scope[parameters[index].Name] = arguments.Positional[index];
        }
        if (arguments.Positional.Count > parameters.Count && !_shape.UsesVarargs)
        {
            throw evaluation.Fail("type", $"macro '{Name}' takes not more than {parameters.Count} argument(s)");
        }
        if (_shape.UsesVarargs)
        {
            scope["varargs"] = new JinjaTuple([.. arguments.Positional.Skip(parameters.Count)]);
        }
        var others = new JinjaDict();
        foreach (var (name, value) in arguments.Named)
        {
            if (parameters.Any(parameter => parameter.Name == name))
            {
                if (scope.Own.ContainsKey(name))
                {
                    throw evaluation.Fail("type", $"macro '{Name}' got multiple values for argument '{name}'");
                }
                scope[name] = value;
            }
            else if (name == "caller" && _shape.UsesCaller)
            {
                scope["caller"] = value;
            }
            else
            {
                others[name] = value;
            }
        }
        BindOthers(evaluation, others, scope);
    }

    private void BindOthers(Evaluation evaluation, JinjaDict others, Scope scope)
    {
        if (_shape.UsesCaller && !scope.Own.ContainsKey("caller"))
        {
            scope["caller"] = evaluation.Undefined("No caller defined");
        }
        if (_shape.UsesKwargs)
        {
            scope["kwargs"] = others;
        }
        else if (others.Count > 0)
        {
            throw evaluation.Fail("type", others.Contains("caller")
                ? $"macro '{Name}' was invoked with two values for the special caller argument or does not use it. This is most likely a bug."
                : $"macro '{Name}' takes no keyword argument '{others.Keys.First()}'");
        }
    }

    private void FillDefaults(Evaluation evaluation, Scope scope)
    {
        foreach (var (name, fallback) in _shape.Parameters)
        {
            if (!scope.Own.ContainsKey(name))
            {
                scope[name] = fallback is null
                    ? evaluation.Undefined($"parameter '{name}' was not provided")
                    : fallback.Evaluate(evaluation);
            }
        }
    }
}

/// <summary>Leaves a macro with a value (dbt's <c>return</c>).</summary>
internal sealed class MacroReturn(object? value) : Exception
{
    public object? Value => value;
}
