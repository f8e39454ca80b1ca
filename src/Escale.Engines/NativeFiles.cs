using System.Reflection;
using System.Runtime.InteropServices;
using Escale.Kernel;

namespace Escale.Engines;

/// <summary>
/// Where the native engines are: beside the program when it was published (<c>native/duckdb</c>, <c>native/postgres</c>),
/// else where the build installed them.
/// </summary>
public static class NativeFiles
{
    /// <summary>Full path of DuckDB's shared library.</summary>
    /// <exception cref="EscaleException"><c>engines.native-missing</c>: it is in neither place.</exception>
    public static string DuckDbLibrary => Find("duckdb", "Escale.DuckDbFolder", DuckDbFileName);

    /// <summary>Full path of the folder that holds PostgreSQL's <c>bin</c>, <c>lib</c> and <c>share</c>; its libraries' links are in place.</summary>
    /// <exception cref="EscaleException"><c>engines.native-missing</c>: it is in neither place.</exception>
    public static string PostgresFolder => Path.GetDirectoryName(Path.GetDirectoryName(Find(
        "postgres", "Escale.PostgresFolder", Path.Combine("bin", OperatingSystem.IsWindows() ? "postgres.exe" : "postgres"))))!;

    private static string DuckDbFileName =>
        OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";

    private static string Find(string publishedFolder, string metadataKey, string file)
    {
        var published = Path.Combine(AppContext.BaseDirectory, "native", publishedFolder, file);
        if (File.Exists(published))
        {
            return published;
        }
        var built = typeof(NativeFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == metadataKey).Value!;
        var inTree = Path.Combine(built, file);
        return File.Exists(inTree)
            ? inTree
            : throw new EscaleException(
                "engines.native-missing",
                $"The native engine '{file}' for {RuntimeInformation.RuntimeIdentifier} is neither at {published} nor at {inTree}.",
                "Build Escale again on this machine, or copy the whole published folder.");
    }
}
