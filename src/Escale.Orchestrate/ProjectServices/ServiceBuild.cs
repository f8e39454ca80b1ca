using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.ProjectServices;

/// <summary>
/// The <c>build</c> of a service: run when what it <c>creates</c> is missing, or older than any file or folder of the project that its
/// command line names.
/// </summary>
internal sealed class ServiceBuild(ServiceSettings settings, ProjectRoot root, IReadOnlyDictionary<string, string> variables)
{
    private static readonly HashSet<string> _derivedFolders = new(["bin", "obj", "node_modules", ".escale", ".git"], StringComparer.Ordinal);
    private readonly ServiceFiles _files = new(root, settings.Name);

    /// <summary>Builds when there is need.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.service-build</c>.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (settings.Build.Count == 0 || IsCurrent())
        {
            return;
        }
        using var log = new ServiceLog(_files.LogFile);
        using var process = log.Attach(ServiceProcess.Launch(new CommandLineOf(root, settings, variables).Start(settings.Build), settings));
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0 || (settings.Creates is { } made && !Exists(made)))
        {
            var what = process.ExitCode != 0 ? $"ended with exit code {process.ExitCode}" : $"did not create {root.Show(settings.Creates!)}";
            throw new EscaleException("orchestrate.service-build", $"The build of the service '{settings.Name}' {what}{log.LastLine}",
                $"See {_files.ShownLog}.", settings.Place);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(_files.BuiltFile)!);
        await File.WriteAllTextAsync(_files.BuiltFile, "", cancellationToken);
    }

    private bool IsCurrent()
    {
        if (settings.Creates is not { } made || !Exists(made))
        {
            return false;
        }
        // An incremental build may leave its output untouched: what counts is when it last ran.
        var built = new[] { made, _files.BuiltFile }.Where(Exists).Max(File.GetLastWriteTimeUtc);
        return Sources().All(file => File.GetLastWriteTimeUtc(file) <= built);
    }

    private IEnumerable<string> Sources()
    {
        foreach (var path in settings.Build.Skip(1).Where(word => !word.StartsWith('-')).Select(word => Path.GetFullPath(word, root.Folder)))
        {
            if (!path.StartsWith(root.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                continue;
            }
            foreach (var file in Directory.Exists(path) ? FilesIn(path) : File.Exists(path) ? FilesOf(path) : [])
            {
                yield return file;
            }
        }
    }

    /// <summary>A project file stands for its folder.</summary>
    private static IEnumerable<string> FilesOf(string file) =>
        file.EndsWith("proj", StringComparison.Ordinal) ? FilesIn(Path.GetDirectoryName(file)!) : [file];

    private static IEnumerable<string> FilesIn(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(inner => !_derivedFolders.Contains(Path.GetFileName(inner))).SelectMany(FilesIn));

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
