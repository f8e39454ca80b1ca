using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>
/// The passwords of the embedded server's roles: random, made once, in libpq's own file format, so that a person connects with
/// <c>PGPASSFILE=… psql</c>. The folder is 0700 before the file is written and the file is 0600.
/// </summary>
internal sealed class Passwords
{
    private readonly Dictionary<string, string> _byRole;

    private Passwords(Dictionary<string, string> byRole) => _byRole = byRole;

    /// <summary>The password of a role.</summary>
    public string this[string role] => _byRole[role];

    public static string PathIn(string state) => Path.Combine(state, "secrets", "pgpass");

    /// <summary>Reads the file, making it first when it is not there.</summary>
    public static Passwords ReadOrCreate(string state, DurableWriter writer)
    {
        var path = PathIn(state);
        if (!File.Exists(path))
        {
            Create(path, writer);
        }
        var byRole = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadAllLines(path))
        {
            if (line.Split(':') is [_, _, _, var role, var password])
            {
                byRole[role] = password;
            }
        }
        var missing = Roles.All.FirstOrDefault(role => !byRole.ContainsKey(role));
        return missing is null ? new Passwords(byRole) : throw new EscaleException(
            "engines.postgres.state", $"The password file has no line for {missing}.",
            "Restore the file from a backup: host:port:database:role:password, one line per role.", new Place(path));
    }

    /// <summary>
    /// What the server keeps in place of a password (RFC 7677): made here, so that no password is ever in a statement, hence never in
    /// the server's log.
    /// </summary>
    public static string Verifier(string password)
    {
        const int Iterations = 4096; // PostgreSQL's default; the passwords have 128 random bits, so stretching adds nothing.
        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        var storedKey = SHA256.HashData(clientKey);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}";
    }

    private static void Create(string path, DurableWriter writer)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var text = new StringBuilder();
        foreach (var role in Roles.All)
        {
            text.Append("*:*:*:").Append(role).Append(':').Append(RandomNumberGenerator.GetHexString(32, lowercase: true)).Append('\n');
        }
        writer.Write(path, Encoding.ASCII.GetBytes(text.ToString()));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
