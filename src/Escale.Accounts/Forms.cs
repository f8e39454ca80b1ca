using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Accounts;

/// <summary>The forms of this room's pages.</summary>
internal static class Forms
{
    /// <summary>Maps what a form is sent to. Its antiforgery token is checked for every endpoint of the program, before it comes here.</summary>
    public static RouteHandlerBuilder MapForm(this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) =>
        endpoints.MapPost(pattern, handler).DisableAntiforgery().ExcludeFromDescription();

    /// <summary>The page of a form again, with what must be corrected.</summary>
    public const int Correct = StatusCodes.Status422UnprocessableEntity;
}
