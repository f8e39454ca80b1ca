using Escale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Ui;

/// <summary>What this room gives to the program: the frame of the pages, their language, the front's files, the search.</summary>
public sealed class UiModule : EscaleModule
{
    /// <summary>The header in which scripts send the antiforgery token.</summary>
    public const string AntiforgeryHeader = "X-Escale-Antiforgery";

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddSingleton<WebAssets>();
        services.AddSingleton<ShownOnce>();
        services.AddSingleton<IProblemTeller, ProblemTeller>();
        services.AddScoped(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext is { } context ? ReaderOf.Request(context) : new Reader(Language.English));
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        WebAssets.Map(endpoints);
        endpoints.MapGet("/favicon.svg", () => Results.Text(Favicon, "image/svg+xml")).ForAnyone().ShortCircuit().ExcludeFromDescription();
        SearchEndpoint.Map(endpoints);
    }

    private const string Favicon =
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0b5f8a"/><g fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"><path d="M12 10v9M6 13a6 6 0 0 0 12 0M4.8 13h2.4M16.8 13h2.4"/><circle cx="12" cy="7" r="2.4"/></g></svg>""";
}
