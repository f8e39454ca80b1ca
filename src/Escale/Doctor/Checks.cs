using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Escale.Engines;
using Escale.Engines.DuckDb;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Doctor;

/// <summary>One check: a name and how it looks. Users' mistakes that it meets are findings, not failures of the doctor.</summary>
internal sealed record Check(string Name, Func<IServiceProvider, CancellationToken, Task<Finding>> Look)
{
    public async Task<Finding> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            return await Look(services, cancellationToken);
        }
        catch (EscaleException error)
        {
            var place = error.Place is null ? "" : $" (at {error.Place})";
            return new Finding(Name, FindingStatus.Fail, $"{error.Code}: {error.Message}{place}", error.Remedy);
        }
    }
}

/// <summary>What the doctor looks at, in order.</summary>
internal static class Checks
{
    private const long LeastFreeBytes = 2L << 30;

    public static IReadOnlyList<Check> All { get; } =
    [
        new(".NET", (_, _) => Task.FromResult(Dotnet())),
        new("Node.js", NodeAsync),
        new("folder", (services, _) => Task.FromResult(Folder(services.GetRequiredService<ProjectRoot>()))),
        new("disk space", (services, _) => Task.FromResult(DiskSpace(services.GetRequiredService<ProjectRoot>()))),
        new("DuckDB", (_, _) => Task.FromResult(Duck())),
        new("project", (services, _) => Task.FromResult(ProjectFiles(services))),
        new("PostgreSQL", PostgresAsync),
    ];

    private static Finding Duck()
    {
        using var database = DuckDatabase.Open();
        using var connection = database.Connect();
        var answer = connection.Scalar<long>("select 42");
        return new Finding("DuckDB", answer == 42 ? FindingStatus.Ok : FindingStatus.Fail, $"{DuckDatabase.Version} answers");
    }

    private static Finding ProjectFiles(IServiceProvider services)
    {
        var root = services.GetRequiredService<ProjectRoot>();
        if (!ProjectFolder.IsProject(root.Folder))
        {
            return new Finding("project", FindingStatus.Warn, "this folder holds no project", "Create one with `escale init`, or name one with --project DIR.");
        }
        var project = services.GetRequiredService<Project>();
        var kinds = project.Graph.Assets.GroupBy(asset => asset.Kind).Select(group => $"{group.Count()} {(group.Key == "warehouse" ? "warehouse table" : group.Key)}{(group.Count() == 1 ? "" : "s")}");
        var detail = $"{project.Name}: {string.Join(", ", kinds)}";
        return project.Warnings.Count == 0
            ? new Finding("project", FindingStatus.Ok, detail)
            : new Finding("project", FindingStatus.Warn, $"{detail}; {project.Warnings[0]}");
    }

    /// <summary>Starts the project's server, or adopts the running one, and asks it. In a folder without a project nothing is started.</summary>
    private static async Task<Finding> PostgresAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!ProjectFolder.IsProject(services.GetRequiredService<ProjectRoot>().Folder))
        {
            return new Finding("PostgreSQL", FindingStatus.Ok, $"binaries are in {NativeFiles.PostgresFolder}");
        }
        var server = services.GetRequiredService<PostgresServer>();
        await using var command = (await server.OwnerAsync(cancellationToken)).CreateCommand("show server_version");
        var version = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        var address = await server.AddressAsync(cancellationToken);
        return new Finding("PostgreSQL", FindingStatus.Ok, $"{version} answers at {address.Url}{(address.IsEmbedded ? " (embedded)" : "")}");
    }

    private static Finding Dotnet() => Environment.Version.Major >= 10
        ? new Finding(".NET", FindingStatus.Ok, $"{Environment.Version}")
        : new Finding(".NET", FindingStatus.Fail, $"{Environment.Version} is too old", "Install the .NET 10 runtime with ASP.NET Core.");

    private static async Task<Finding> NodeAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        const string Remedy = "Install Node.js 20 or newer; it is needed to fetch the engines when building, not to run.";
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var text = (await node!.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
            await node.WaitForExitAsync(cancellationToken);
            var isNew = int.TryParse(text.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major >= 20;
            return new Finding("Node.js", isNew ? FindingStatus.Ok : FindingStatus.Warn, text, isNew ? null : Remedy);
        }
        catch (Win32Exception)
        {
            return new Finding("Node.js", FindingStatus.Warn, "not found", Remedy);
        }
    }

    private static Finding Folder(ProjectRoot root)
    {
        try
        {
            var probe = Path.Combine(root.Folder, $".escale-probe-{Guid.NewGuid():N}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return new Finding("folder", FindingStatus.Ok, $"{root.Folder} can be written");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Finding("folder", FindingStatus.Fail, error.Message, $"Give this user the right to write in {root.Folder}.");
        }
    }

    private static Finding DiskSpace(ProjectRoot root)
    {
        var free = new DriveInfo(root.Folder).AvailableFreeSpace;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free");
        return free >= LeastFreeBytes
            ? new Finding("disk space", FindingStatus.Ok, detail)
            : new Finding("disk space", FindingStatus.Warn, detail, "Free at least 2 GB: tables keep their old versions until `escale lake vacuum`.");
    }
}
