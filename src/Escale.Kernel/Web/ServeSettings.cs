namespace Escale.Kernel;

/// <summary>What <c>serve:</c> in <c>escale.yml</c> says: how the web application is reached and who may come in. Immutable.</summary>
public sealed record ServeSettings
{
    /// <summary><c>registration: open</c>: whoever reaches the sign-in page may make an account, as a viewer. Default: by invitation only.</summary>
    public bool IsRegistrationOpen { get; init; }

    /// <summary><c>public_url</c>: the address that people type, such as <c>https://escale.example.org/data</c>; null when it is the one listened on.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary><c>path_base</c>: the prefix that all addresses have, such as <c>/data</c>. Default: the path of <see cref="PublicUrl"/>, else empty.</summary>
    public string PathBase { get; init; } = "";

    /// <summary><c>proxies</c>: addresses and networks (CIDR) whose <c>X-Forwarded-*</c> headers are believed. Default: none.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary><c>certificate</c>: what <c>https://</c> addresses of <c>--urls</c> are served with; null when there is none.</summary>
    public CertificateSettings? Certificate { get; init; }

    /// <summary><c>exports_limit</c>, such as <c>10GB</c>: how much the Parquet files kept for downloads may take on the disk. Default: 4 GB.</summary>
    public long ExportsLimitBytes { get; init; } = 4_000_000_000;

    /// <summary><c>upload_limit</c>: the largest file that may be dropped into the browser. Default: 10 GB.</summary>
    public long UploadLimitBytes { get; init; } = 10_000_000_000;

    /// <summary><c>upload_quota</c>: what the uploads of one person may take together until they are sources. Default: 20 GB.</summary>
    public long UploadQuotaBytes { get; init; } = 20_000_000_000;

    /// <summary><c>sign_in</c>: other places where people may prove who they are (OpenID Connect). Default: none.</summary>
    public IReadOnlyList<SignInProvider> SignIn { get; init; } = [];

    /// <summary>Whether browsers see HTTPS, here or at the proxy in front: cookies are then for HTTPS only.</summary>
    public bool IsSecure => Certificate is not null || PublicUrl?.Scheme == Uri.UriSchemeHttps;
}

/// <summary><c>serve.certificate</c>.</summary>
/// <param name="File">Absolute path of a PEM file with the chain, or of a PKCS#12 file.</param>
/// <param name="Key">Absolute path of the private key in PEM; null when it is in <paramref name="File"/>.</param>
/// <param name="Password">Its password, read from the environment; null when it has none.</param>
public sealed record CertificateSettings(string File, string? Key, string? Password)
{
    /// <inheritdoc/>
    public override string ToString() => File;
}

/// <summary>One of <c>serve.sign_in</c>: a provider that speaks OpenID Connect.</summary>
public sealed record SignInProvider
{
    /// <summary><c>name</c>: letters, digits and hyphens; in the addresses and in the records.</summary>
    public required string Name { get; init; }

    /// <summary><c>label</c>: what the button says. Default: the name.</summary>
    public required string Label { get; init; }

    /// <summary><c>authority</c>: the issuer's address; <c>/.well-known/openid-configuration</c> below it says the rest. HTTPS, or loopback.</summary>
    public required Uri Authority { get; init; }

    /// <summary><c>client_id</c>: how the provider knows this program.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>client_secret</c>: as <c>${VARIABLE}</c>, read from the environment; empty for a public client.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary><c>scopes</c>. Default: openid, profile, email.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary><c>role_claim</c>: the claim that <see cref="Roles"/> are looked up by, such as <c>groups</c> or <c>realm_access.roles</c>; null when roles are given here.</summary>
    public string? RoleClaim { get; init; }

    /// <summary><c>roles</c>: from values of the claim to roles; the highest counts.</summary>
    public IReadOnlyDictionary<string, Role> Roles { get; init; } = new Dictionary<string, Role>();

    /// <summary><c>default_role</c>: the role of who has none of them; null (<c>none</c>): they may not come in. Default: viewer.</summary>
    public Role? DefaultRole { get; init; } = Role.Viewer;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
