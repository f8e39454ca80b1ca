using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>Kestrel, with the certificate of <c>serve.certificate</c> for its <c>https://</c> addresses.</summary>
internal static class Tls
{
    public static void Configure(WebApplicationBuilder builder, ServeSettings serve)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.AddServerHeader = false);
        if (serve.Certificate is { } settings)
        {
            var certificate = Load(settings);
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        }
    }

    private static X509Certificate2 Load(CertificateSettings settings)
    {
        try
        {
            if (Path.GetExtension(settings.File) is ".pfx" or ".p12")
            {
                return X509CertificateLoader.LoadPkcs12FromFile(settings.File, settings.Password);
            }
            var key = settings.Key ?? settings.File;
            return settings.Password is { } password ? X509Certificate2.CreateFromEncryptedPemFile(settings.File, password, key) : X509Certificate2.CreateFromPemFile(settings.File, key);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EscaleException("host.bad-certificate", $"The certificate {settings.File} cannot be used: {error.Message}",
                "Give a PEM file with its key, or a PKCS#12 file with its password, in serve.certificate of escale.yml.", inner: error);
        }
    }
}
