using System.Net;
using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>
/// What a run listens with when a source waits for pushed events and no web application is served: a free loopback port, the intake
/// endpoints of the rooms and nothing else. Thread-safe.
/// </summary>
internal sealed class IntakeServer(
    IServiceProvider project, IReadOnlyList<EscaleModule> modules, ProjectRoot root, RunEnvironment environment, ProgramToken token) : IProgramHost, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private WebApplication? _application;
    private Uri? _address;

    /// <inheritdoc/>
    public async Task<Uri> ListenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_address is null)
            {
                _application = Build();
                _address = await Listening.StartAsync(_application, [new ListenAddress(IPAddress.Loopback, 0)], cancellationToken);
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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await application.StopAsync(patience.Token);
            await application.DisposeAsync();
        }
        _gate.Dispose();
    }

    private WebApplication Build()
    {
        // The empty builder: no configuration files, no environment variables that could open a port that nobody asked for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "escale", ContentRootPath = root.Folder });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, 0);
        });
        var application = builder.Build();
        application.UseMiddleware<ProblemDetailsMiddleware>(root);
        application.UseMiddleware<BrowserGuard>(true, new ServeSettings());
        application.Use((context, next) =>
        {
            context.RequestServices = project; // the rooms' endpoints ask for the project's services
            context.User = token.PrincipalOf(context.Request) ?? context.User;
            return next(context);
        });
        application.UseRouting();
        foreach (var module in modules)
        {
            module.MapIntake(application);
        }
        application.UseEndpoints(_ => { });
        return application;
    }
}
