using Escale.Kernel;
using Escale.Projects.Compile;

namespace Escale.Transform.SqlModels;

/// <summary>Keeps the compiled SQL of each model and test where people can read it: <c>.escale/compiled/…</c>. Not state: rewritten at will.</summary>
/// <param name="root">The project.</param>
public sealed class CompiledFiles(ProjectRoot root)
{
    /// <summary>Writes the SQL and returns the path as messages show it.</summary>
    public string Write(Asset asset, CompiledSql compiled)
    {
        var relative = asset switch
        {
            { Path: { } path } when path.EndsWith(".sql", StringComparison.OrdinalIgnoreCase) => path,
            { Kind: "model", Path: { } made } => Path.ChangeExtension(made, ".sql"), // made from a file of another kind
            _ => $"tests/{asset.Name}.sql",
        };
        var file = Path.Combine(root.StateFolder, "compiled", Path.Combine(relative.Split('/')));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var text = compiled.Sql + "\n";
        if (!File.Exists(file) || File.ReadAllText(file) != text)
        {
            File.WriteAllText(file, text);
        }
        return root.Show(file);
    }
}
