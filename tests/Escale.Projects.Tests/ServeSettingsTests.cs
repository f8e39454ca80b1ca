using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Projects.Tests;

/// <summary><c>serve:</c> of <c>escale.yml</c>: what is right is read, what is wrong is named with its line and the way out.</summary>
public sealed class ServeSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_read()
    {
        Environment.SetEnvironmentVariable("ESCALE_TEST_SECRET", "of the environment");
        _folder.Write("escale.yml", """
            serve:
              registration: open
              public_url: https://escale.example.org/data/
              proxies: [10.0.0.0/8, 192.168.1.7]
              certificate: { file: tls/escale.pem, key: /etc/tls/escale.key, password: "${ESCALE_TEST_SECRET}" }
              sign_in:
                - name: keycloak
                  label: our company
                  authority: https://keycloak.example.org/realms/data
                  client_id: escale
                  client_secret: ${ESCALE_TEST_SECRET}
                  role_claim: realm_access.roles
                  roles: { data-admins: admin, staff: viewer }
                  default_role: none
            """);
        var serve = Settings.Read(ProjectFolder.Open(_folder.Path)).Serve;
        Assert.True(serve.IsRegistrationOpen && serve.IsSecure);
        Assert.Equal("/data", serve.PathBase);
        Assert.Equal(["10.0.0.0/8", "192.168.1.7"], serve.Proxies);
        Assert.Equal(new CertificateSettings(Path.Combine(_folder.Path, "tls", "escale.pem"), "/etc/tls/escale.key", "of the environment"), serve.Certificate);
        var provider = Assert.Single(serve.SignIn);
        Assert.Equal(("our company", "of the environment", (Role?)null, Role.Admin), (provider.Label, provider.ClientSecret, provider.DefaultRole, provider.Roles["data-admins"]));
        Assert.DoesNotContain("environment", $"{serve.Certificate} {provider}", StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_said_is_safe()
    {
        _folder.Write("escale.yml", "");
        var serve = Settings.Read(ProjectFolder.Open(_folder.Path)).Serve;
        Assert.False(serve.IsRegistrationOpen || serve.IsSecure);
        Assert.Empty(serve.Proxies);
        Assert.Equal("", serve.PathBase);
    }

    [Theory]
    [InlineData("registration: everyone", "projects.unknown-value", 2, "open")]
    [InlineData("registraton: open", "projects.unknown-key", 2, "registration")]
    [InlineData("public_url: escale.example.org", "projects.serve", 2, "https://HOST/PATH")]
    [InlineData("public_url: https://user:pw@escale.example.org", "projects.serve", 2, "https://HOST/PATH")]
    [InlineData("path_base: data", "projects.serve", 2, "/data")]
    [InlineData("path_base: /a/../b c", "projects.serve", 2, "/data")]
    [InlineData("proxies: [10.0.0.0/8, somewhere]", "projects.serve", 2, "10.0.0.0/8")]
    [InlineData("certificate: { key: a.key }", "projects.missing-key", 2, "file")]
    [InlineData("certificate:\n    file: a.pem\n    password: secret", "projects.serve", 4, "${A_VARIABLE}")]
    [InlineData("sign_in:\n    - name: Keycloak!\n      authority: https://a.example\n      client_id: x", "projects.wrong-type", 3, "")]
    [InlineData("sign_in:\n    - name: a\n      authority: http://a.example\n      client_id: x", "projects.serve", 4, "https://HOST/PATH")]
    [InlineData("sign_in:\n    - name: a\n      authority: https://a.example\n      client_id: x\n      client_secret: plain", "projects.serve", 6, "${A_VARIABLE}")]
    [InlineData("sign_in:\n    - { name: a, authority: https://a.example, client_id: x }\n    - { name: a, authority: https://b.example, client_id: y }", "projects.serve", 3, "a name of its own")]
    [InlineData("sign_in:\n    - { name: a, authority: https://a.example, client_id: x, roles: { staff: chief } }", "projects.wrong-type", 3, "")]
    public void A_mistake_is_named_with_its_line_and_the_next_step(string text, string code, int line, string step)
    {
        _folder.Write("escale.yml", "serve:\n  " + text);
        var error = Assert.Throws<EscaleException>(() => ProjectFolder.Open(_folder.Path));
        Assert.Equal((code, "escale.yml", line), (error.Code, error.Place!.File, error.Place.Line));
        Assert.Contains(step, error.Remedy ?? error.Message, StringComparison.Ordinal);
    }
}
