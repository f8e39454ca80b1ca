using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>
/// The context in which dbt renders YAML configuration: <c>env_var</c>, <c>var</c>, <c>target</c> and the conversions; no <c>ref</c> and no
/// macros, which are not known yet. Made when the first such text is met. Thread-safe.
/// </summary>
internal sealed class YamlContext
{
    private readonly RunEnvironment _variables;
    private readonly DateTimeOffset _startedAt;
    private readonly Func<Settings> _settings;
    private readonly Lazy<JinjaEnvironment> _environment = new(Create);

    public YamlContext(RunEnvironment variables, TimeProvider clock, Func<Settings> settings)
    {
        _variables = variables;
        _settings = settings;
        _startedAt = clock.GetUtcNow();
    }

    /// <summary>As <see cref="RenderYaml"/>.</summary>
    public object? Render(string text, YamlScope scope)
    {
        var template = _environment.Value.Parse(text);
        var globals = new Scope(null);
        foreach (var (name, value) in _environment.Value.Globals)
        {
            globals[name] = value;
        }
        var evaluation = new Evaluation(_environment.Value, template, globals, CancellationToken.None)
        {
            // A description may print a name that is not there, as in dbt; in configuration that would be a silent slip.
            Mode = scope.Doc is null ? UndefinedMode.Strict : UndefinedMode.Default,
        };
        var names = Fill(new Scope(globals), scope);
        if (((BlockOfStatements)template.Body).Statements is not [PrintNode only])
        {
            return template.Render(evaluation, names);
        }
        var native = evaluation.Enter(template, names, () => only.Value.Evaluate(evaluation));
        return native is JinjaUndefined undefined && scope.Doc is null
            ? throw undefined.Failure(evaluation)
            : native is JinjaObject and not (JinjaDict or JinjaList or JinjaTuple or JinjaSet or JinjaUndefined)
                ? Representation.Text(evaluation, native)
                : JinjaValue.ToClr(native);
    }

    private Scope Fill(Scope names, YamlScope scope)
    {
        var settings = _settings();
        DbtContext.FillConversions(names);
        names["env_var"] = new NativeFunction("env_var", "name default=?", (e, a) => DbtContext.EnvironmentVariable(_variables, e, a[0], a[1]));
        names["var"] = new NativeFunction("var", "name default=?", (e, a) => Variable(e, scope.Vars, Representation.Text(e, a[0]), a[1]));
        names["target"] = DbtContext.Target(scope.Project, TargetName.Of(_variables, settings), settings);
        names["modules"] = Modules.Create(_startedAt);
        names["run_started_at"] = new JinjaMoment(_startedAt.UtcDateTime, "UTC");
        names["dbt_version"] = DbtNames.Version;
        names["project_name"] = scope.Project;
        names["flags"] = new JinjaDict([new("FULL_REFRESH", false), new("WHICH", "run")]);
        if (scope.Doc is { } doc)
        {
            names["doc"] = new NativeFunction("doc", "first second=None", (e, a) => a[1] is null
                ? doc(null, Representation.Text(e, a[0]))
                : doc(Representation.Text(e, a[0]), Representation.Text(e, a[1])));
        }
        return names;
    }

    private static object? Variable(Evaluation evaluation, IReadOnlyDictionary<string, object?> vars, string name, object? fallback) =>
        vars.TryGetValue(name, out var value) ? JinjaValue.From(value)
        : !ReferenceEquals(fallback, NativeFunction.Missing) ? fallback
        : throw evaluation.Fail(
            "projects.compile.var-missing", $"there is no variable '{name}'",
            Nearest.Remedy(name, vars.Keys, "Add it under 'vars:' in dbt_project.yml, or give var() a default."));

    /// <summary>dbt's conversions mean something only here: in SQL everything is text.</summary>
    private static JinjaEnvironment Create()
    {
        var environment = new JinjaEnvironment(new JinjaOptions { DbtStatements = true });
        environment.AddFilter(new("as_text", "value", (e, a) => Representation.Text(e, a[0])));
        environment.AddFilter(new("as_native", "value", (e, a) => Literal(environment, e, a[0])));
        environment.AddFilter(new("as_bool", "value", (e, a) => Literal(environment, e, a[0]) as bool? ?? throw NotOf(e, a[0], "true or false")));
        environment.AddFilter(new("as_number", "value", (e, a) => Literal(environment, e, a[0]) is var number and (long or double or System.Numerics.BigInteger)
            ? number : throw NotOf(e, a[0], "a number")));
        return environment;
    }

    private static EscaleException NotOf(Evaluation evaluation, object? value, string expected) =>
        evaluation.Fail("type", $"{Representation.Of(evaluation, value)} is not {expected}", $"Give {expected}.");

    /// <summary>What a text says as a literal of the language, such as <c>true</c>, <c>12</c> or <c>['a']</c>; any other text is itself.</summary>
    private static object? Literal(JinjaEnvironment environment, Evaluation evaluation, object? value)
    {
        if (value is not string text)
        {
            return value;
        }
        try
        {
            evaluation.Charge(text.Length);
            var literal = environment.Evaluate(text.Trim());
            return literal is JinjaUndefined ? text : literal;
        }
        catch (EscaleException)
        {
            return text;
        }
    }
}

/// <summary><c>target.name</c>: the environment's <c>ESCALE_TARGET</c>, else what <c>escale.yml</c> says.</summary>
internal static class TargetName
{
    public static string Of(RunEnvironment variables, Settings settings) =>
        variables["ESCALE_TARGET"] is { Length: > 0 } target ? target : settings.Target;
}
