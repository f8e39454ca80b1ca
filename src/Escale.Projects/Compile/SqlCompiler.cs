using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Graph;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>
/// Turns the Jinja of SQL models and tests into SQL, as dbt does in two passes: the parse pass finds references and configuration with
/// nothing executed; the compile pass writes the SQL. One per project; thread-safe.
/// </summary>
public sealed partial class SqlCompiler
{
    private readonly ConcurrentDictionary<string, ReadTemplate> _templates = new(StringComparer.Ordinal);
    // By what they were made from: a project that is read again has new ones.
    private readonly ConditionalWeakTable<DbtProject, MacroLibrary> _macros = [];
    private readonly ConditionalWeakTable<AssetGraph, ReferenceIndex> _references = [];

    private sealed record ReadTemplate(string Text, JinjaTemplate Template);

    /// <summary>Creates it; reads nothing yet.</summary>
    /// <param name="project">The project.</param>
    /// <param name="environment">Where <c>env_var()</c> looks.</param>
    /// <param name="clock">Gives <c>run_started_at</c>: the moment this was created.</param>
    public SqlCompiler(Project project, RunEnvironment environment, TimeProvider clock)
    {
        Project = project;
        Variables = environment;
        StartedAt = clock.GetUtcNow();
        Environment = new JinjaEnvironment(new JinjaOptions { DbtStatements = true });
        foreach (var filter in DbtContext.NativeFilters)
        {
            Environment.AddFilter(filter);
        }
    }

    internal Project Project { get; }

    internal RunEnvironment Variables { get; }

    internal DateTimeOffset StartedAt { get; }

    internal string Target => TargetName.Of(Variables, Project.Settings);

    internal JinjaEnvironment Environment { get; }

    internal MacroLibrary Macros => _macros.GetValue(Project.Dbt, dbt => new MacroLibrary(dbt, Environment));

    internal ReferenceIndex References => _references.GetValue(Project.Graph, graph => new ReferenceIndex(graph, Project.Name));

    /// <summary>The parse pass over one text.</summary>
    /// <exception cref="EscaleException">The template is wrong, with its place.</exception>
    public ParsedSql Parse(SqlUnit unit)
    {
        var template = Template(unit.Path, unit.Text);
        var first = Parse(unit, template, isIncremental: false);
        if (unit.Text.Contains("is_incremental", StringComparison.Ordinal))
        {
            // What the model reads only when it adds to itself is read all the same: the order of steps must not depend on what stands.
            var second = Parse(unit, template, isIncremental: true);
            first.Refs.AddRange(second.Refs.Where(call => !first.Refs.Contains(call)));
            first.Sources.AddRange(second.Sources.Where(call => !first.Sources.Contains(call)));
        }
        return new ParsedSql
        {
            Refs = first.Refs,
            Sources = first.Sources,
            Config = first.Config,
            ConfigPlace = first.ConfigPlace,
            Beyond = Beyond(unit, first),
        };
    }

    /// <summary>The compile pass of a model, ephemeral model, singular or generic test.</summary>
    /// <exception cref="EscaleException">The template is wrong or reads what it may not, with the place in the author's file.</exception>
    public CompiledSql Compile(Asset asset, CompileOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= CompileOptions.Default;
        return asset.Definition switch
        {
            SqlModel model => new Compilation(this, options, cancellationToken).Model(asset, model),
            DataTest { File: { } } test => new Compilation(this, options, cancellationToken).SingularTest(asset, test),
            DataTest test => new Compilation(this, options, cancellationToken).GenericTest(asset, test),
            _ => throw new EscaleException(
                "projects.compile.not-sql", $"'{asset.Id}' is not made by SQL.", "Compile a model or a test.", asset.Path is { } path ? new Place(path) : null),
        };
    }

    /// <summary>Compiles a text that is no file of the project, such as a query typed by a person; it may use <c>ref</c> and macros.</summary>
    /// <param name="text">The SQL with Jinja.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">As for models.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public CompiledSql CompileText(string text, string name = "query", CompileOptions? options = null, CancellationToken cancellationToken = default) =>
        new Compilation(this, options ?? CompileOptions.Default, cancellationToken).Text(text, name);

    internal JinjaTemplate Template(string path, string text)
    {
        if (_templates.TryGetValue(path, out var known) && known.Text == text)
        {
            return known.Template;
        }
        var template = Environment.Parse(text, path);
        _templates[path] = new ReadTemplate(text, template);
        return template;
    }

    private Rendering Parse(SqlUnit unit, JinjaTemplate template, bool isIncremental)
    {
        var subject = new RenderSubject(unit.Package, unit.Kind, unit.Name, unit.Path) { Config = unit.Config, Id = $"{unit.Kind}.{unit.Package}.{unit.Name}" };
        var rendering = new Rendering(this, subject, new CompileOptions { IsIncremental = isIncremental }, execute: false, CancellationToken.None);
        DbtContext.Fill(rendering);
        rendering.Render(template);
        return rendering;
    }

    private string Beyond(SqlUnit unit, Rendering rendering)
    {
        var macros = Macros.Reachable(unit.Text);
        var vars = Project.Dbt.VarsOf(unit.Package);
        var outside = new Dictionary<string, string>(rendering.Outside, StringComparer.Ordinal);
        foreach (var name in macros.Prepend(unit.Text).SelectMany(ReferenceIndex.VariablesNamedIn))
        {
            outside["var " + name] = vars.TryGetValue(name, out var value) ? Fingerprint.Canonical(value) : "absent";
        }
        if (macros.Prepend(unit.Text).Any(text => text.Contains("target", StringComparison.Ordinal)))
        {
            outside["target"] = $"{Target} {Project.Settings.Schema}";
        }
        return Fingerprint.Of([.. macros, .. outside.Keys.Order(StringComparer.Ordinal).Select(key => $"{key}={outside[key]}")]);
    }
}
