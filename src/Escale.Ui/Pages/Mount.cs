namespace Escale.Ui;

/// <summary>Where the application is mounted: links begin with it. Empty, or <c>/path</c> behind a proxy that keeps a prefix.</summary>
/// <param name="Path">Without a slash at the end.</param>
public sealed record Mount(string Path)
{
    /// <summary>An address within the application.</summary>
    public string To(string path) => Path + path;
}
