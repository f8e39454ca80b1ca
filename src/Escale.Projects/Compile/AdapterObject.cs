using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary><c>adapter</c>: what a macro may ask about the database and the dialect.</summary>
internal sealed class AdapterObject(Rendering rendering) : JinjaObject
{
    public override string TypeName => "adapter";

    public override bool Attribute(string name, out object? value)
    {
        value = name switch
        {
            "dispatch" => new NativeFunction("dispatch", "macro_name macro_namespace=None packages=None", Dispatch),
            "type" => new NativeFunction("type", "", (_, _) => DbtNames.Adapter),
            "quote" => new NativeFunction("quote", "identifier", (e, a) => DuckSql.Name(Representation.Text(e, a[0]))),
            "quote_as_configured" => new NativeFunction("quote_as_configured", "identifier quote_key=None", (e, a) => DuckSql.Name(Representation.Text(e, a[0]))),
            "quote_seed_column" => new NativeFunction("quote_seed_column", "column quote_config=None", (e, a) => DuckSql.Name(Representation.Text(e, a[0]))),
            "get_relation" => new NativeFunction("get_relation", "database schema identifier", GetRelation),
            "load_cached_relation" => new NativeFunction("load_cached_relation", "relation", (_, a) => a[0] is Relation relation ? Existing(relation.Table) : null),
            "get_columns_in_relation" => new NativeFunction("get_columns_in_relation", "relation", Columns),
            "check_schema_exists" => new NativeFunction("check_schema_exists", "database schema", (_, _) => true),
            "get_incremental_strategy_macro" or "get_missing_columns" or "drop_relation" or "rename_relation" or "create_schema" or "expand_target_column_types"
                or "execute" or "run_sql" => new NativeFunction(name, "*args **named", (e, _) => throw Unsupported(e, $"adapter.{name}()")),
            _ => NativeFunction.Missing,
        };
        return !ReferenceEquals(value, NativeFunction.Missing);
    }

    public static EscaleException Unsupported(Evaluation evaluation, string what) => evaluation.Fail(
        "projects.compile.not-supported", $"{what} is not available here", "Models are written by the program; a macro may only compose SQL.");

    /// <summary>
    /// The macro of the dialect: in each package of the search order <c>duckdb__name</c>, then <c>default__name</c>. The order is that of
    /// <c>dispatch:</c> in <c>dbt_project.yml</c>, or the project, then the named package.
    /// </summary>
    private object? Dispatch(Evaluation evaluation, object?[] arguments)
    {
        var name = Representation.Text(evaluation, arguments[0]);
        if (name.Contains('.', StringComparison.Ordinal))
        {
            throw evaluation.Fail("type", $"adapter.dispatch() takes the package apart from the name: '{name}'", "Write adapter.dispatch('name', 'package').");
        }
        var wanted = arguments[1] is null ? null : Representation.Text(evaluation, arguments[1]);
        var root = rendering.Compiler.Project.Dbt.Root;
        IReadOnlyList<string> order = wanted is not null && root.Yml.Dispatch.TryGetValue(wanted, out var given) ? given
            : wanted is null ? [root.Name, rendering.Subject.Package] : [root.Name, wanted];
        foreach (var package in order)
        {
            foreach (var prefix in new[] { DbtNames.Adapter + "__", "default__" })
            {
                if (rendering.Macro(package, prefix + name, exact: true) is { } macro)
                {
                    return macro;
                }
            }
        }
        return (object?)rendering.Macro(MacroLibrary.BuiltIn, name, exact: true) ?? DbtContext.Native(rendering, name)
            ?? throw evaluation.Fail(
                "projects.compile.dispatch", $"no macro '{name}' for {DbtNames.Adapter} was found in {string.Join(", ", order)}",
                $"Define default__{name} or {DbtNames.Adapter}__{name}.");
    }

    private object? GetRelation(Evaluation evaluation, object?[] arguments)
    {
        evaluation.Charge(1);
        return rendering.Execute ? Existing(new TableName(Representation.Text(evaluation, arguments[1]), Representation.Text(evaluation, arguments[2]))) : null;
    }

    private Relation? Existing(TableName table) => rendering.Options.Columns?.Invoke(table) is null ? null : new Relation(table);

    private object? Columns(Evaluation evaluation, object?[] arguments)
    {
        if (!rendering.Execute)
        {
            return new JinjaList();
        }
        if (rendering.Options.Columns is not { } ask)
        {
            throw Unsupported(evaluation, "adapter.get_columns_in_relation()");
        }
        var columns = arguments[0] is Relation relation ? ask(relation.Table) ?? [] : [];
        return new JinjaList(columns.Select(column => new Column(column.Name, column.Type)));
    }
}
