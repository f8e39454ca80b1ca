using Escale.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore;

/// <summary>Notes what was changed, where the program keeps an audit log.</summary>
internal static class Audit
{
    public static Task NoteAsync(HttpContext context, string action, string subject) =>
        context.RequestServices.GetService<IAudit>()?.WriteAsync(context, action, subject) ?? Task.CompletedTask;
}
