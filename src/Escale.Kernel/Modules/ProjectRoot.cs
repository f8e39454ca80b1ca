namespace Escale.Kernel;

/// <summary>The folder of the open project and the places in it where state is kept. Registered in every project's container.</summary>
/// <param name="Folder">Absolute path of the folder that holds <c>escale.yml</c> or <c>dbt_project.yml</c>.</param>
public sealed record ProjectRoot(string Folder)
{
    /// <summary><c>.escale</c>: everything that the program writes in the project folder.</summary>
    public string StateFolder => Path.Combine(Folder, ".escale");

    /// <summary><c>.escale/lake</c>: the lake, unless <c>escale.yml</c> says otherwise.</summary>
    public string LakeFolder => LakePath ?? Path.Combine(StateFolder, "lake");

    /// <summary>Absolute path of the lake when <c>escale.yml</c> moves it, else null.</summary>
    public string? LakePath { get; init; }

    /// <summary><c>.escale/spill</c>: DuckDB's temporary files.</summary>
    public string SpillFolder => Path.Combine(StateFolder, "spill");

    /// <summary>Leaves no empty folders behind in a folder that is no project: for verbs that work without one.</summary>
    public void TidyUp()
    {
        foreach (var folder in new[] { SpillFolder, StateFolder })
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(Folder, "escale.yml")))
            {
                Directory.Delete(folder);
            }
        }
    }

    /// <summary>A path relative to the project with forward slashes, as messages show it.</summary>
    public string Show(string path) => Path.GetRelativePath(Folder, path).Replace('\\', '/');
}
