using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Kernel;

/// <summary>The audit log: who changed what, when, with what result. Append-only.</summary>
public interface IAudit
{
    /// <summary>Adds an entry. Never put a secret in it.</summary>
    /// <param name="context">The request: who, from where.</param>
    /// <param name="action">What was done: <c>question.saved</c>, <c>run.started</c>, <c>sign-in</c>; words with a dot, past tense.</param>
    /// <param name="subject">What it was done to, such as a table's name; empty when there is nothing to name.</param>
    /// <param name="succeeded">Whether it was done, or was refused or failed.</param>
    /// <param name="detail">A few words more, or null.</param>
    Task WriteAsync(HttpContext context, string action, string subject, bool succeeded = true, string? detail = null);
}

/// <summary>Notes in the audit log what a request did.</summary>
public static class Audit
{
    /// <summary>As <see cref="IAudit.WriteAsync"/>; where no accounts are kept there is nothing to note.</summary>
    public static Task AuditAsync(this HttpContext context, string action, string subject, bool succeeded = true, string? detail = null) =>
        context.RequestServices.GetService<IAudit>()?.WriteAsync(context, action, subject, succeeded, detail) ?? Task.CompletedTask;
}
