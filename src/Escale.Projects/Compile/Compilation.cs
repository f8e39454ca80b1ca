using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>One compile pass: the text asked for, and the ephemeral models that it reads.</summary>
internal sealed class Compilation(SqlCompiler compiler, CompileOptions options, CancellationToken cancellationToken)
{
    private readonly Dictionary<string, SourceText> _ephemerals = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<string> _reads = [];

    public CompiledSql Model(Asset asset, SqlModel model)
    {
        var rendering = Begin(asset, model.Table, model.File.Path);
        var body = Body(rendering, model.File.Path, model.File.Text, model.Name);
        return InAuthorsFile(Finish(body), model.File) with { PreHooks = Hooks(rendering, model, "pre_hook"), PostHooks = Hooks(rendering, model, "post_hook") };
    }

    /// <summary>The lines of a text that was made from another file stand where that file has them.</summary>
    private static CompiledSql InAuthorsFile(CompiledSql compiled, SqlFile file) => file.Places is not { } places
        ? compiled
        : compiled with { Lines = [.. compiled.Lines.Select(line => line.File == file.Path && line.Line is { } at && at <= places.Count ? places[at - 1] with { Column = null } : line)] };

    public CompiledSql SingularTest(Asset asset, DataTest test) =>
        Finish(Body(Begin(asset, null, test.File!.Path), test.File.Path, test.File.Text, test.Name));

    public CompiledSql GenericTest(Asset asset, DataTest test)
    {
        var path = test.Place.File ?? asset.Path ?? test.Name;
        var rendering = Begin(WithWhere(asset, path), null, path);
        var macro = FindTest(rendering, test);
        var tested = Resolved(compiler.Project.Graph[test.TestedId!], test.Place);
        try
        {
            object? model = rendering.Macro(test.Package, "get_where_subquery") is { } where && test.Config["where"] is not null
                ? rendering.Call(where, Arguments.Of(tested), path).Trim()
                : tested;
            var arguments = test.Arguments.Select(argument => KeyValuePair.Create(argument.Key, Argument(rendering, argument.Value, path))).ToList();
            if (test.ColumnName is not null && arguments.All(argument => argument.Key != "column_name"))
            {
                arguments.Add(new("column_name", test.ColumnName));
            }
            var sql = rendering.Call(macro, new Arguments([], [new("model", model), .. arguments]), path).Trim();
            return Finish(SourceText.Of(sql, test.Place)) with { Config = rendering.Config };
        }
        catch (EscaleException error) when (error.Place is null || error.Place.Line is null or < 1)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, test.Place, error);
        }
    }

    public CompiledSql Text(string text, string name)
    {
        var rendering = Begin(new RenderSubject(compiler.Project.Name, "inline", name, name), null);
        return Finish(SourceText.Of(compiler.Environment.Parse(text, name), rendering));
    }

    /// <summary>The asset with the Jinja of its <c>where</c> resolved.</summary>
    private Asset WithWhere(Asset asset, string path) => asset.Config.GetValueOrDefault("where") is string where && where.Contains("{{", StringComparison.Ordinal)
        ? asset with
        {
            Config = new Dictionary<string, object?>(asset.Config) { ["where"] = Begin(asset, null, path).Render(compiler.Environment.Parse(where, path)) },
        }
        : asset;

    /// <summary>A test's where, macro and arguments see the tested table as any reader does, also when it is ephemeral.</summary>
    private Relation Resolved(Asset asset, Place place) =>
        asset.Definition is SqlModel { Config.Materialized: Materialization.Ephemeral } model ? Cte(asset, model)
        : asset.Table is { } table ? Read(asset, new Relation(table, TypeOf(asset)))
        : throw new EscaleException("projects.compile.not-sql", $"'{asset.Id}' has no table to test.", "Remove the test.", place);

    private static string TypeOf(Asset asset) => asset.Definition is SqlModel { Config.Materialized: Materialization.View } ? "view" : "table";

    private JinjaMacro FindTest(Rendering rendering, DataTest test)
    {
        var name = "test_" + test.TestName;
        var found = test.TestPackage is { } package ? rendering.Macro(package, name, exact: true) : rendering.Macro(test.Package, name);
        var known = compiler.Macros.PackageNames.SelectMany(compiler.Macros.MacroNames)
            .Where(macro => macro.StartsWith("test_", StringComparison.Ordinal)).Select(macro => macro[5..]);
        return found ?? throw new EscaleException(
            "projects.compile.unknown-test", $"There is no generic test '{(test.TestPackage is null ? "" : test.TestPackage + ".")}{test.TestName}'.",
            Nearest.Remedy(test.TestName ?? "", known, "Define it with {% test name(model, column_name) %} in tests/generic or macros."), test.Place);
    }

    /// <summary>An argument that is Jinja (<c>ref('x')</c>) has its value; anything else is as written.</summary>
    private static object? Argument(Rendering rendering, object? value, string path)
    {
        switch (value)
        {
            case string text when AsExpression(text) is { } expression:
                return rendering.Evaluate(expression, path);
            case string text when text.Contains("{{", StringComparison.Ordinal):
                return rendering.Render(rendering.Compiler.Environment.Parse(text, path));
            case IReadOnlyDictionary<string, object?> map:
                return new JinjaDict(map.Select(entry => KeyValuePair.Create(entry.Key, Argument(rendering, entry.Value, path))));
            case IEnumerable<object?> list:
                return new JinjaList(list.Select(item => Argument(rendering, item, path)));
            default:
                return JinjaValue.From(value);
        }
    }

    private static string? AsExpression(string text)
    {
        var inner = text.Trim();
        if (inner.StartsWith("{{", StringComparison.Ordinal) && inner.EndsWith("}}", StringComparison.Ordinal) && inner.IndexOf("{{", 2, StringComparison.Ordinal) < 0)
        {
            return inner[2..^2].Trim();
        }
        return inner.EndsWith(')') && new[] { "ref", "source", "var", "env_var" }.Any(
            name => inner.StartsWith(name, StringComparison.Ordinal) && inner.AsSpan(name.Length).TrimStart().StartsWith('(')) ? inner : null;
    }

    private Rendering Begin(Asset asset, TableName? table, string path) => Begin(
        new RenderSubject(asset.Package, asset.Kind, asset.Name, path) { Id = asset.Id, Asset = asset, Table = table, Config = asset.Config }, asset);

    private Rendering Begin(RenderSubject subject, Asset? asset)
    {
        var rendering = new Rendering(compiler, subject, options, execute: true, cancellationToken)
        {
            ResolveRef = call => Ref(subject, asset, call),
            ResolveSource = call => Read(Planned(asset, compiler.References.Source(call.Source, call.Table, subject.Package, call.Place), call.Place), null),
        };
        DbtContext.Fill(rendering);
        return rendering;
    }

    private Relation Ref(RenderSubject subject, Asset? asset, RefCall call)
    {
        var found = Planned(asset, compiler.References.Ref(call.Package, call.Name, subject.Package, call.Place), call.Place);
        return found.Definition is SqlModel { Config.Materialized: Materialization.Ephemeral } model
            ? Cte(found, model)
            : Read(found, new Relation(found.Table!, TypeOf(found)));
    }

    /// <summary>What the graph does not know of may not be ready, and may not be visible.</summary>
    private static Asset Planned(Asset? reader, Asset read, Place place) => reader is null || reader.Reads.Contains(read.Id) || reader.Id == read.Id
        ? read
        : throw new EscaleException(
            "projects.compile.unplanned-ref", $"'{read.Name}' is read only when the model runs, so that the graph cannot know of it.",
            $"Add a comment at the top of the model: -- depends_on: {{{{ ref('{read.Name}') }}}}", place);

    private Relation Read(Asset asset, Relation? relation)
    {
        if (!_reads.Contains(asset.Id))
        {
            _reads.Add(asset.Id);
        }
        return relation ?? new Relation(asset.Table!);
    }

    private Relation Cte(Asset asset, SqlModel model)
    {
        var name = DbtNames.CtePrefix + model.Name;
        if (!_ephemerals.ContainsKey(asset.Id))
        {
            var body = Body(Begin(asset, model.Table, model.File.Path), model.File.Path, model.File.Text, model.Name);
            _ephemerals[asset.Id] = body;
            _order.Add(asset.Id);
        }
        return new Relation(model.Table, "cte", name);
    }

    private SourceText Body(Rendering rendering, string path, string text, string name)
    {
        var body = SourceText.Of(compiler.Template(path, text), rendering);
        return body.IsBlank
            ? throw new EscaleException("projects.compile.empty", $"'{name}' holds no SQL once its Jinja is resolved.", "Write a SELECT.", new Place(path, 1))
            : body;
    }

    private CompiledSql Finish(SourceText body)
    {
        var whole = _order.Count == 0 ? body : body.WithCtes(_order.Select(id =>
            (DbtNames.CtePrefix + compiler.Project.Graph[id].Name, _ephemerals[id])));
        return new CompiledSql { Sql = whole.Text, Lines = whole.Lines, Reads = _reads, Ephemerals = _order };
    }

    private List<string> Hooks(Rendering rendering, SqlModel model, string key)
    {
        var hooks = model.Config[key] switch { null => [], string one => [one], IEnumerable<object?> many => many, var other => [other] };
        var place = model.Config.PlaceOf(key);
        return
        [
            .. hooks.Select(hook => hook is IReadOnlyDictionary<string, object?> parts ? parts.GetValueOrDefault("sql") as string : hook as string)
                .Where(sql => !string.IsNullOrWhiteSpace(sql))
                .Select(sql => rendering.Render(compiler.Environment.Parse(sql!, place?.File ?? model.File.Path)).Trim())
                .Where(sql => sql.Length > 0),
        ];
    }
}
