using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Testing;

namespace Escale.Projects.Tests;

/// <summary>A project in a folder of its own.</summary>
internal sealed class TestProject : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<IAssetLoader> _others = [];

    public TestProject(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            _folder.Write(path, text);
        }
        if (!files.Any(file => file.Path is "dbt_project.yml" or "escale.yml"))
        {
            _folder.Write("dbt_project.yml", "name: shop\n");
        }
    }

    public string Folder => _folder.Path;

    public TestProject With(IAssetLoader loader)
    {
        _others.Add(loader);
        return this;
    }

    public Project Open()
    {
        Project project = null!;
        project = new Project(ProjectFolder.Open(_folder.Path), () => [.. _others, new DbtLoader(project, _ => ParseRefs)]);
        return project;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Stands for the interpreter's parse pass where these tests need one: finds the calls wherever they are.</summary>
    private static ParsedSql ParseRefs(SqlUnit unit) => new()
    {
        Refs = [.. Regex.Matches(unit.Text, @"ref\('(\w+)'\)").Select(match => new RefCall(null, match.Groups[1].Value, new Place(unit.Path, 1)))],
        Beyond = "macros",
    };
}
