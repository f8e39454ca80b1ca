using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Escale.Accounts;
using Escale.Kernel;
using Escale.Projects;
using Escale.Ui;
using Microsoft.AspNetCore.Builder.Extensions;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.WebEncoders;

namespace Escale.Hosting;

/// <summary>
/// The served program (<c>serve</c>, <c>up</c>): Kestrel with the pages and endpoints of all rooms. Its container is the project's container.
/// </summary>
/// <remarks>The order of the middleware is the order of <see cref="Compose"/>: read it as the life of a request. Thread-safe.</remarks>
internal sealed class WebServer(IReadOnlyList<EscaleModule> modules, ProjectRoot root, RunEnvironment environment, ProgramToken token, AccountsStart accounts, ServeSettings serve) : IProgramHost
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private WebApplication _application = null!;
    private Uri? _address;

    /// <summary>The container of a project and its web application.</summary>
    public static IServiceProvider Build(ProjectRoot root, IReadOnlyList<EscaleModule> modules, Action<IServiceCollection> addServices)
    {
        // The empty builder: no configuration files, no environment variables that could open a port that nobody asked for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "escale", ContentRootPath = root.Folder });
        addServices(builder.Services);
        var serve = Settings.Read(root).Serve;
        builder.Services.AddSingleton(serve);
        builder.Services.AddRouting();
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true; // antiforgery tokens are masked anew in every answer
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes.Except(["text/event-stream"]), "application/problem+json", "application/x-ndjson", "image/svg+xml"];
        });
        builder.Services.AddAntiforgery(options =>
        {
            options.HeaderName = UiModule.AntiforgeryHeader;
            options.Cookie.Name = serve.IsSecure ? "__Host-escale-antiforgery" : "escale-antiforgery";
            options.Cookie.Path = "/";
            options.Cookie.SecurePolicy = serve.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.SuppressXFrameOptionsHeader = true; // the security headers say it for every answer
        });
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.DictionaryKeyPolicy = null;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        });
        builder.Services.AddSingleton(new Mount(serve.PathBase));
        builder.Services.AddSingleton<WebServer>();
        builder.Services.AddSingleton<IProgramHost>(provider => provider.GetRequiredService<WebServer>());
        builder.Services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All)); // é as é
        foreach (var module in modules)
        {
            module.AddWebServices(builder.Services);
        }
        Tls.Configure(builder, serve);
        var application = builder.Build();
        var server = application.Services.GetRequiredService<WebServer>();
        server._application = application;
        return application.Services;
    }

    /// <inheritdoc/>
    public Task<Uri> ListenAsync(CancellationToken cancellationToken) => StartAsync(["http://127.0.0.1:0"], cancellationToken);

    /// <summary>Starts listening on these addresses unless it already listens; returns the first address with its real port.</summary>
    /// <exception cref="EscaleException"><c>host.port-in-use</c>, <c>host.bad-url</c>; <c>engines.postgres.*</c> when the database does not start.</exception>
    public async Task<Uri> StartAsync(IReadOnlyList<string> urls, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_address is null)
            {
                var addresses = urls.Select(ListenAddress.Parse).ToList();
                if (serve.Certificate is null && addresses.Exists(address => address.IsHttps))
                {
                    throw new EscaleException("host.no-certificate", "An https:// address needs a certificate.", "Name one under serve.certificate in escale.yml, or listen on http:// behind a proxy.");
                }
                foreach (var address in addresses)
                {
                    _application.Urls.Add(address.Url);
                }
                Compose(_application, addresses.All(address => address.IsLoopback));
                await accounts.OpenAsync(cancellationToken);
                _address = await Listening.StartAsync(_application, addresses, cancellationToken);
                environment.Set("ESCALE_URL", _address.GetLeftPart(UriPartial.Authority));
                environment.Trust(_address);
            }
            return _address;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops taking requests, and waits a little for those that are under way.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        await _application.StopAsync(patience.Token);
    }

    private void Compose(WebApplication application, bool loopbackOnly)
    {
        Proxies.Believe(application, serve);
        if (serve.PathBase.Length > 0)
        {
            // Not UsePathBase, which would look up the endpoint here, and answer those that are answered at once before anything below.
            application.UseMiddleware<UsePathBaseMiddleware>(new PathString(serve.PathBase));
        }
        application.UseMiddleware<SecurityHeaders>();
        application.UseMiddleware<ProblemDetailsMiddleware>(root);
        application.UseMiddleware<BrowserGuard>(loopbackOnly, serve);
        application.UseResponseCompression();
        application.UseRouting();
        application.UseAuthentication();
        application.Use((context, next) =>
        {
            context.User = token.PrincipalOf(context.Request) ?? context.User;
            return next(context);
        });
        application.UseRateLimiter();
        application.UseAuthorization();
        application.UseMiddleware<AntiforgeryGuard>();
        foreach (var module in modules)
        {
            module.MapEndpoints(application);
            module.MapIntake(application);
        }
        application.UseEndpoints(_ => { });
    }
}
