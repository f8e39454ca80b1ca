using System.Runtime.Versioning;
using Escale.Kernel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Escale.Accounts.SignIn;

/// <summary>Keeps the keys that protect cookies in the project's state, in a folder that only the program's user can read, so that a restart signs nobody out.</summary>
internal sealed class KeptKeys(ProjectRoot root) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        var folder = Path.Combine(root.StateFolder, "keys");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            CreatePrivate(folder);
        }
        options.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(folder), NullLoggerFactory.Instance);
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivate(string folder)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
