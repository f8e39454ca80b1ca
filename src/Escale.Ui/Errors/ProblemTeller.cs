using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Ui;

/// <summary>Tells people of errors: in their language, and with a page where a browser asked for one.</summary>
internal sealed class ProblemTeller : IProblemTeller
{
    public ErrorWords? WordsOf(HttpContext context, string code) => ErrorGuide.WordsFor(ReaderOf.Request(context), code);

    public Task ShowAsync(HttpContext context, EscaleException error, int status) => Page.Show<ErrorPage>(new { Error = error, Status = status }, status).ExecuteAsync(context);
}
