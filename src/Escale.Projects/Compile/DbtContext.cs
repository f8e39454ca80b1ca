using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>The names that dbt puts into every model: references, configuration, the target, the run.</summary>
internal static partial class DbtContext
{
    /// <summary>Fills the context of a rendering.</summary>
    public static void Fill(Rendering rendering)
    {
        var context = rendering.Context;
        var subject = rendering.Subject;
        var reference = new NativeFunction("ref", "*names version=None v=None", (e, a) => Ref(rendering, e, a));
        var source = new NativeFunction("source", "*names", (e, a) => Source(rendering, e, (JinjaTuple)a[0]!));
        var config = new ConfigObject(rendering);
        var variable = new VariableObject(rendering);
        context["ref"] = reference;
        context["source"] = source;
        context["config"] = config;
        context["var"] = variable;
        context["env_var"] = new NativeFunction("env_var", "name default=?", (e, a) => EnvironmentVariable(rendering, e, a));
        context["builtins"] = new JinjaDict([new("ref", reference), new("source", source), new("config", config), new("var", variable)]);
        context["this"] = subject.Table is { } table ? new Relation(table) : null;
        context["model"] = Model(rendering);
        context["execute"] = rendering.Execute;
        context["target"] = Target(rendering.Compiler);
        context["flags"] = new JinjaDict([new("FULL_REFRESH", rendering.Options.FullRefresh), new("WHICH", rendering.Options.Verb), new("EMPTY", false), new("STORE_FAILURES", false)]);
        context["is_incremental"] = new NativeFunction("is_incremental", "", (_, _) => rendering.Options.IsIncremental);
        context["should_store_failures"] = new NativeFunction("should_store_failures", "", (_, _) => subject.Config.GetValueOrDefault("store_failures") is true);
        context["should_full_refresh"] = new NativeFunction("should_full_refresh", "", (_, _) => rendering.Options.FullRefresh);
        context["run_started_at"] = new JinjaMoment(rendering.Compiler.StartedAt.UtcDateTime, "UTC");
        context["invocation_id"] = rendering.Options.InvocationId;
        context["dbt_version"] = DbtNames.Version;
        context["project_name"] = rendering.Compiler.Project.Name;
        context["database"] = DbtNames.Database;
        context["schema"] = rendering.Compiler.Project.Settings.Schema;
        context["graph"] = rendering.Execute ? Graph(rendering.Compiler.Project) : new JinjaDict([new("nodes", new JinjaDict()), new("sources", new JinjaDict())]);
        context["adapter"] = new AdapterObject(rendering);
        context["api"] = new JinjaDict([new("Relation", Relation.Api), new("Column", Column.Type)]);
        context["exceptions"] = Exceptions(rendering);
        context["modules"] = Modules.Create(rendering.Compiler.StartedAt);
        context["context"] = new ContextObject();
        context["selected_resources"] = new JinjaList();
        context["dbt_metadata_envs"] = new JinjaDict();
        FillUtilities(rendering);
    }

    /// <summary>A name of the context that the namespace <c>dbt</c> has too: <c>dbt.is_incremental()</c>.</summary>
    public static JinjaCallable? Native(Rendering rendering, string name) =>
        rendering.Context.Own.TryGetValue(name, out var value) ? value as JinjaCallable : null;

    private static object? Ref(Rendering rendering, Evaluation evaluation, object?[] arguments)
    {
        var names = ((JinjaTuple)arguments[0]!).Select(name => Text(evaluation, name, "ref()")).ToArray();
        if (names.Length is 0 or > 2)
        {
            throw evaluation.Fail("type", "ref() takes a model, or a package and a model", "Write {{ ref('model') }}.");
        }
        var name = names[^1];
        if ((arguments[1] ?? arguments[2]) is { } version)
        {
            var versioned = $"{name}_v{Representation.Text(evaluation, version)}";
            name = rendering.Compiler.Project.Dbt.Packages.Any(package => package.ModelFiles.Any(file => file.Name == versioned)) ? versioned : name;
        }
        var call = new RefCall(names.Length == 2 ? names[0] : null, name, evaluation.Here);
        rendering.Refs.Add(call);
        return rendering.ResolveRef?.Invoke(call) ?? Guess(rendering, rendering.Compiler.Project.Settings.Schema, name);
    }

    private static object? Source(Rendering rendering, Evaluation evaluation, JinjaTuple names)
    {
        if (names.Count != 2)
        {
            throw evaluation.Fail("type", "source() takes a source and a table", "Write {{ source('source', 'table') }}.");
        }
        var call = new SourceCall(Text(evaluation, names[0], "source()"), Text(evaluation, names[1], "source()"), evaluation.Here);
        rendering.Sources.Add(call);
        return rendering.ResolveSource?.Invoke(call) ?? Guess(rendering, call.Source, call.Table);
    }

    /// <summary>In the parse pass nothing is known of the table yet: a relation of that name, for macros that ask for its parts.</summary>
    private static Relation Guess(Rendering rendering, string schema, string name)
    {
        try
        {
            return new Relation(new TableName(schema, name));
        }
        catch (EscaleException)
        {
            return new Relation(new TableName(rendering.Compiler.Project.Settings.Schema, "unknown"), text: $"\"{schema}\".\"{name}\"");
        }
    }

    private static string Text(Evaluation evaluation, object? value, string what) => value as string
        ?? throw evaluation.Fail("type", $"{what} needs names in quotes, not {Representation.TypeName(value)}", "Put the name in quotes.");

    private static object? EnvironmentVariable(Rendering rendering, Evaluation evaluation, object?[] arguments)
    {
        var name = Text(evaluation, arguments[0], "env_var()");
        var value = rendering.Compiler.Variables[name];
        rendering.Outside["env " + name] = value ?? "absent";
        if (value is not null && IsSecret(name))
        {
            rendering.Secrets.Add(value);
        }
        return EnvironmentVariable(rendering.Compiler.Variables, evaluation, name, arguments[1]);
    }

    /// <summary>The value of a variable of the environment, or the fallback.</summary>
    public static object? EnvironmentVariable(RunEnvironment variables, Evaluation evaluation, object? named, object? fallback)
    {
        var name = Text(evaluation, named, "env_var()");
        if (name.StartsWith("DBT_ENV_SECRET", StringComparison.Ordinal))
        {
            throw evaluation.Fail(
                "projects.compile.secret", $"the secret environment variable '{name}' may not be read in SQL or in what is shown",
                "Secrets belong in the settings of a source, never in SQL: compiled SQL and configuration are kept and shown.");
        }
        return variables[name] ?? (ReferenceEquals(fallback, NativeFunction.Missing)
            ? throw evaluation.Fail("projects.compile.env-var-missing", $"the environment variable '{name}' is not set", $"Set {name}, or give env_var() a default.")
            : fallback);
    }

    private static bool IsSecret(string name) =>
        new[] { "SECRET", "PASSWORD", "TOKEN", "KEY", "CREDENTIAL" }.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static JinjaDict Target(SqlCompiler compiler) => Target(compiler.Project.Name, compiler.Target, compiler.Project.Settings);

    /// <summary><c>target</c>: where things are made.</summary>
    public static JinjaDict Target(string project, string name, Settings settings) => new(
    [
        new("name", name), new("target_name", name), new("profile_name", project), new("type", DbtNames.Adapter), new("schema", settings.Schema),
        new("database", DbtNames.Database), new("dbname", DbtNames.Database), new("threads", (long)(settings.Engine.Threads ?? System.Environment.ProcessorCount)),
    ]);

    private static JinjaDict Model(Rendering rendering)
    {
        var subject = rendering.Subject;
        var table = subject.Table;
        var definition = subject.Asset?.Definition as SqlModel;
        return new JinjaDict(
        [
            new("unique_id", subject.Id), new("name", subject.Name), new("resource_type", subject.Kind), new("package_name", subject.Package),
            new("original_file_path", subject.Path), new("path", PathOf(subject)),
            new("schema", table?.Schema ?? rendering.Compiler.Project.Settings.Schema), new("alias", table?.Name ?? subject.Name),
            new("database", DbtNames.Database), new("description", subject.Asset?.Description ?? ""), new("config", JinjaValue.From(subject.Config)),
            new("tags", new JinjaList(subject.Asset?.Tags ?? [])), new("meta", JinjaValue.From(subject.Config.GetValueOrDefault("meta")) ?? new JinjaDict()),
            new("version", null), new("raw_code", definition?.File.Text ?? ""),
            new("fqn", new JinjaList(subject.Asset?.Fqn ?? [])), new("columns", new JinjaDict((definition?.Columns ?? []).Select(column => KeyValuePair.Create(
                column.Name, (object?)new JinjaDict([new("name", column.Name), new("description", column.Description), new("data_type", column.DataType)]))))),
            new("depends_on", new JinjaDict([new("nodes", new JinjaList(subject.Asset?.Reads ?? [])), new("macros", new JinjaList())])),
        ]);
    }

    /// <summary>dbt's <c>path</c>: below the configured folder, which is the first of the file's own.</summary>
    private static string PathOf(RenderSubject subject) => subject.Asset is { Fqn.Count: > 1, Kind: "model" or "seed" } asset
        ? string.Join('/', asset.Fqn.Skip(1).SkipLast(1).Append(Path.GetFileName(subject.Path)))
        : subject.Path;

    private static JinjaDict Graph(Project project)
    {
        JinjaDict Nodes(bool areSources) => new(project.Graph.Assets.Where(asset => asset.Kind == "source" == areSources).Select(asset => KeyValuePair.Create(
            asset.Id, (object?)new JinjaDict(
            [
                new("unique_id", asset.Id), new("name", asset.Name), new("resource_type", asset.Kind), new("package_name", asset.Package),
                new("schema", asset.Table?.Schema), new("alias", asset.Table?.Name), new("source_name", asset.SourceName), new("description", asset.Description),
                new("tags", new JinjaList(asset.Tags)), new("original_file_path", asset.Path),
                new("config", new JinjaDict(asset.Config.Where(entry => entry.Value is null or string or bool or long or double))),
                new("depends_on", new JinjaDict([new("nodes", new JinjaList(asset.Reads))])),
            ]))));
        return new JinjaDict([new("nodes", Nodes(false)), new("sources", Nodes(true)), new("exposures", new JinjaDict()), new("metrics", new JinjaDict())]);
    }

    private static JinjaDict Exceptions(Rendering rendering)
    {
        object? Raise(Evaluation evaluation, object?[] arguments) => throw evaluation.Fail(
            "projects.compile.raised", rendering.Mask(Representation.Text(evaluation, arguments[0])), "The project's own code refused this; see the place shown.");
        object? Warn(Evaluation evaluation, object?[] arguments)
        {
            if (rendering.Execute)
            {
                rendering.Options.Log("warning: " + rendering.Mask(Representation.Text(evaluation, arguments[0])));
            }
            return "";
        }

        var exceptions = new JinjaDict([new("warn", new NativeFunction("warn", "msg *rest **named", Warn))]);
        foreach (var name in new[]
        {
            "raise_compiler_error", "raise_database_error", "raise_dependency_error", "raise_parsing_error", "raise_not_implemented",
            "raise_duplicate_alias", "raise_contract_error", "raise_fail_fast_error",
        })
        {
            exceptions[name] = new NativeFunction(name, "msg *rest **named", Raise);
        }
        return exceptions;
    }

    /// <summary><c>context['name']</c>: the names by text.</summary>
    private sealed class ContextObject : JinjaObject
    {
        public override string TypeName => "context";

        public override bool Attribute(string name, out object? value)
        {
            value = name == "get"
                ? new NativeFunction("get", "name default=None", (e, a) => e.TryResolve(Representation.Text(e, a[0]), out var found) ? found : a[1])
                : new NativeFunction(name, "*args **named", (e, a) => e.TryResolve(name, out var found)
                    ? e.Call(found, new Arguments((JinjaTuple)a[0]!, [.. ((JinjaDict)a[1]!).Select(entry => KeyValuePair.Create((string)entry.Key!, entry.Value))]))
                    : throw e.Fail("undefined", $"'{name}' is undefined"));
            return !name.StartsWith("__", StringComparison.Ordinal);
        }
    }
}
