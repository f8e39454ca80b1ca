using System.Net;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Projects;

/// <summary>Reads <c>serve:</c> of <c>escale.yml</c>. Secrets are named there as <c>${VARIABLE}</c> and never written.</summary>
internal static partial class ServeReading
{
    private enum Registration
    {
        Invitation,
        Open,
    }

    private enum DefaultRole
    {
        Viewer,
        Analyst,
        Engineer,
        Admin,
        None,
    }

    public static ServeSettings Read(ProjectRoot root, YamlReader? reader)
    {
        if (reader is null)
        {
            return new ServeSettings();
        }
        var publicUrl = Address(reader, "public_url");
        var settings = new ServeSettings
        {
            IsRegistrationOpen = reader.Choice("registration", Registration.Invitation) == Registration.Open,
            PublicUrl = publicUrl,
            PathBase = PathBase(reader, publicUrl),
            Proxies = Networks(reader),
            ExportsLimitBytes = reader.SizeBytes("exports_limit") ?? new ServeSettings().ExportsLimitBytes,
            UploadLimitBytes = reader.SizeBytes("upload_limit") ?? new ServeSettings().UploadLimitBytes,
            UploadQuotaBytes = reader.SizeBytes("upload_quota") ?? new ServeSettings().UploadQuotaBytes,
            Certificate = Certificate(root, reader.MapOrNull("certificate", "a certificate")),
            SignIn = [.. reader.Maps("sign_in", "a sign-in provider").Select(Provider)],
        };
        if (settings.SignIn.GroupBy(provider => provider.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw reader.Node("sign_in")!.Error("projects.serve", $"Two sign-in providers are named '{twice.Key}'.", "Give each a name of its own.");
        }
        reader.Done();
        return settings;
    }

    private static string PathBase(YamlReader reader, Uri? publicUrl)
    {
        var path = (reader.TextOrNull("path_base") ?? publicUrl?.AbsolutePath ?? "").TrimEnd('/');
        return path.Length == 0 || PlainPath().IsMatch(path)
            ? path
            : throw reader.Place.Error("projects.serve", $"'{path}' is not a path.", "Write path_base as /data, with letters, digits, hyphens and slashes.");
    }

    private static List<string> Networks(YamlReader reader)
    {
        var all = reader.Texts("proxies").ToList();
        foreach (var text in all.Where(text => !IPNetwork.TryParse(text, out _) && !IPAddress.TryParse(text, out _)))
        {
            throw reader.Node("proxies")!.Error("projects.serve", $"'{text}' is neither an address nor a network.", "Write 10.0.0.5 or 10.0.0.0/8.");
        }
        return all;
    }

    private static CertificateSettings? Certificate(ProjectRoot root, YamlReader? reader)
    {
        if (reader is null)
        {
            return null;
        }
        var key = reader.TextOrNull("key");
        var settings = new CertificateSettings(
            Path.GetFullPath(reader.Text("file"), root.Folder), key is null ? null : Path.GetFullPath(key, root.Folder), Secret(reader, "password"));
        reader.Done();
        return settings;
    }

    private static SignInProvider Provider(YamlReader reader)
    {
        var name = reader.Text("name");
        if (!PlainName().IsMatch(name))
        {
            throw reader.Need("name").WrongType("a name of small letters, digits and hyphens");
        }
        reader.Need("authority");
        var role = reader.Choice("default_role", DefaultRole.Viewer);
        var defaults = new SignInProvider { Name = name, Label = name, Authority = null!, ClientId = "" };
        var scopes = reader.Texts("scopes");
        var provider = defaults with
        {
            Label = reader.Text("label", name),
            Authority = Address(reader, "authority")!,
            ClientId = reader.Text("client_id"),
            ClientSecret = Secret(reader, "client_secret") ?? "",
            Scopes = scopes.Count > 0 ? scopes : defaults.Scopes,
            RoleClaim = reader.TextOrNull("role_claim"),
            Roles = Roles(reader),
            DefaultRole = role == DefaultRole.None ? null : (Role)(int)role,
        };
        reader.Done();
        return provider;
    }

    private static Dictionary<string, Role> Roles(YamlReader reader) => reader.TextMap("roles").ToDictionary(
        entry => entry.Key,
        entry => Enum.TryParse<Role>(entry.Value, ignoreCase: true, out var role) && !char.IsDigit(entry.Value[0]) ? role
            : throw reader.Node("roles")!.WrongType("a mapping of the provider's values to viewer, analyst, engineer or admin"),
        StringComparer.Ordinal);

    /// <summary>An address over HTTPS, or HTTP on this machine.</summary>
    private static Uri? Address(YamlReader reader, string key)
    {
        if (reader.Node(key) is not { } node)
        {
            return null;
        }
        return Uri.TryCreate(node.AsText(), UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || key == "public_url")))
            ? address
            : throw node.Error("projects.serve", $"'{key}' is not an address that can be used.", "Write https://HOST/PATH.");
    }

    private static string? Secret(YamlReader reader, string key)
    {
        if (reader.Node(key) is not { } node)
        {
            return null;
        }
        var match = Variable().Match(node.AsText());
        if (!match.Success)
        {
            throw node.Error("projects.serve", $"'{key}' must not be written here.", $"Write {key}: ${{A_VARIABLE}} and set that variable in the environment.");
        }
        return Environment.GetEnvironmentVariable(match.Groups[1].Value);
    }

    private static EscaleException Error(this Place place, string code, string message, string remedy) => new(code, message, remedy, place);

    [GeneratedRegex(@"^(/[A-Za-z0-9._~-]+)+$", RegexOptions.NonBacktracking)]
    private static partial Regex PlainPath();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.NonBacktracking)]
    private static partial Regex PlainName();

    [GeneratedRegex(@"^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
