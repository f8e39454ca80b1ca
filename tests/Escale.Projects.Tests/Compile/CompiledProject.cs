using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Testing;

namespace Escale.Projects.Tests.Compile;

/// <summary>A project in a folder of its own, with its compiler.</summary>
internal sealed class CompiledProject : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Lazy<(Project Project, SqlCompiler Compiler)> _opened;

    public CompiledProject(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            _folder.Write(path, text);
        }
        if (!File.Exists(_folder.File("dbt_project.yml")))
        {
            _folder.Write("dbt_project.yml", "name: shop\nmodels:\n  shop:\n    +materialized: view\nvars:\n  start: '2020-01-01'\n  limits: [1, 2]\n");
        }
        _opened = new(() =>
        {
            Project project = null!;
            SqlCompiler compiler = null!;
            project = new Project(new ProjectRoot(_folder.Path), () => [new DbtLoader(project, _ => compiler.Parse, (component, custom, node) => compiler.NameOf(component, custom, node))], Variables);
            compiler = new SqlCompiler(project, Variables, TimeProvider.System);
            return (project, compiler);
        });
    }

    public RunEnvironment Variables { get; } = new();

    public Project Project => _opened.Value.Project;

    public SqlCompiler Compiler => _opened.Value.Compiler;

    public Asset Asset(string id) => Project.Graph[id];

    public CompiledSql Compile(string id, CompileOptions? options = null) => Compiler.Compile(Asset(id), options);

    public string Sql(string id, CompileOptions? options = null) => Compile(id, options).Sql;

    public void Dispose() => _folder.Dispose();
}
