using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Escale.Ui;

/// <summary>Answers a request with a page: a Razor component rendered once on the server, with its parameters by name.</summary>
public static class Page
{
    /// <summary>The page.</summary>
    /// <param name="parameters">The component's parameters: <c>new { Table = table }</c>.</param>
    /// <param name="status">The HTTP status; 422 for a form that must be corrected (Turbo then shows the answer), 404 for what is not there.</param>
    public static RazorComponentResult<TComponent> Show<TComponent>(object? parameters = null, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new(parameters ?? new { }) { StatusCode = status, ContentType = "text/html; charset=utf-8" };
}
