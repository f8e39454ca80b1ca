namespace Escale.Testing;

/// <summary>The checkout that the tests run in.</summary>
public static class Repository
{
    /// <summary>The folder that holds Escale.slnx.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Escale.slnx")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException("The tests run inside a checkout.");
    }
}
