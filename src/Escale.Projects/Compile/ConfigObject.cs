using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary><c>config(…)</c> sets; <c>config.get</c> and <c>config.require</c> read what the model has after all inheritance.</summary>
internal sealed class ConfigObject(Rendering rendering) : JinjaCallable
{
    public override string TypeName => "config";

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "get" => new NativeFunction("get", "name default=None validator=None", (e, a) => TryGet(Representation.Text(e, a[0]), out var found) ? found : a[1]),
            "require" => new NativeFunction("require", "name validator=None", (e, a) => TryGet(Representation.Text(e, a[0]), out var found)
                ? found
                : throw e.Fail(
                    "projects.compile.config-missing", $"the configuration '{Representation.Text(e, a[0])}' is required and not set", "Add it to config() of the model.")),
            "set" => new NativeFunction("set", "name value", (e, a) => Set(e, Representation.Text(e, a[0]), a[1])),
            "persist_relation_docs" or "persist_column_docs" => new NativeFunction(name, "", (_, _) => false),
            "model" => rendering.Subject.Asset is null ? null : new JinjaDict(),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public override object? Call(Evaluation evaluation, Arguments arguments)
    {
        rendering.ConfigPlace ??= evaluation.Here;
        if (arguments.Positional.Count > 1 || (arguments.Positional.Count == 1 && arguments.Positional[0] is not JinjaDict))
        {
            throw evaluation.Fail("type", "config() takes named values", "Write {{ config(materialized='table') }}.");
        }
        if (arguments.Positional is [JinjaDict all])
        {
            foreach (var (key, value) in all)
            {
                Set(evaluation, Representation.Text(evaluation, key), value);
            }
        }
        foreach (var (key, value) in arguments.Named)
        {
            Set(evaluation, key, value);
        }
        return "";
    }

    private string Set(Evaluation evaluation, string key, object? value)
    {
        evaluation.Charge(1);
        rendering.Config[key] = value is Relation relation ? relation.Text : Plain(evaluation, value);
        return "";
    }

    /// <summary>A value as YAML would give it.</summary>
    private static object? Plain(Evaluation evaluation, object? value) => value switch
    {
        JinjaDict dict => dict.ToDictionary(entry => Representation.Text(evaluation, entry.Key), entry => Plain(evaluation, entry.Value), StringComparer.Ordinal),
        JinjaList or JinjaTuple or JinjaSet or JinjaGenerator or JinjaRange or JinjaView =>
            Operators.Iterate(evaluation, value).Select(item => Plain(evaluation, item)).ToList(),
        JinjaUndefined => null,
        JinjaObject thing => thing.Show(evaluation),
        _ => JinjaValue.ToClr(value),
    };

    private bool TryGet(string name, out object? value)
    {
        if (rendering.Subject.Config.TryGetValue(name, out value) || rendering.Config.TryGetValue(name, out value)
            || (rendering.Subject.Config.TryGetValue("meta", out var meta) && meta is IReadOnlyDictionary<string, object?> more && more.TryGetValue(name, out value)))
        {
            value = JinjaValue.From(value);
            return value is not null;
        }
        return false;
    }
}

/// <summary><c>var('name', default)</c>.</summary>
internal sealed class VariableObject(Rendering rendering) : JinjaCallable
{
    private readonly Lazy<IReadOnlyDictionary<string, object?>> _defaults = new(() => rendering.Compiler.Project.Dbt.VarsOf(rendering.Subject.Package));

    public override string TypeName => "var";

    public override bool Attribute(string name, out object? value)
    {
        value = new NativeFunction("has_var", "name", (e, a) => TryGet(Representation.Text(e, a[0]), out _));
        return name == "has_var";
    }

    public override object? Call(Evaluation evaluation, Arguments arguments)
    {
        var name = arguments.Positional.Count > 0 ? arguments.Positional[0] as string : arguments.TryNamed("name", out var named) ? named as string : null;
        if (name is null)
        {
            throw evaluation.Fail("type", "var() needs the name of a variable in quotes", "Write {{ var('name') }}.");
        }
        if (TryGet(name, out var value))
        {
            return JinjaValue.From(value);
        }
        if (arguments.Positional.Count > 1)
        {
            return arguments.Positional[1];
        }
        return arguments.TryNamed("default", out var fallback)
            ? fallback
            : throw evaluation.Fail(
                "projects.compile.var-missing", $"there is no variable '{name}'",
                Nearest.Remedy(name, _defaults.Value.Keys, "Add it under 'vars:' in dbt_project.yml, or give var() a default."));
    }

    private bool TryGet(string name, out object? value)
    {
        var found = rendering.Options.Vars.TryGetValue(name, out value) || _defaults.Value.TryGetValue(name, out value);
        rendering.Outside["var " + name] = found ? Dbt.Fingerprint.Canonical(value) : "absent";
        return found;
    }
}
