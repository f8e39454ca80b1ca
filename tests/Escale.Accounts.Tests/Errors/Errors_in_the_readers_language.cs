using System.Net;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Accounts.Tests.Errors;

public sealed class Errors_in_the_readers_language(ServedProgram program)
{
    [Theory]
    [InlineData("fr-FR,fr;q=0.9,en;q=0.5", "Il n'y a pas de question de cet identifiant.", "Voyez la liste des questions.")]
    [InlineData("en-GB,fr;q=0.5", null, null)]
    [InlineData(null, null, null)]
    public async Task Are_told_to_scripts_with_the_exact_message_as_the_detail(string? language, string? title, string? next)
    {
        using var browser = await program.SignInAsync(Role.Analyst);
        var problem = await AskAsync(browser, "/api/v1/questions/nothing-of-that-name", language, null);
        Assert.Equal("explore.question-not-found", problem.GetProperty("code").GetString());
        if (title is null)
        {
            Assert.Contains("nothing-of-that-name", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
            Assert.False(problem.TryGetProperty("detail", out _));
            return;
        }
        Assert.Equal((title, next), (problem.GetProperty("title").GetString(), problem.GetProperty("next").GetString()));
        Assert.Contains("nothing-of-that-name", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_the_language_chosen_on_a_page_before_the_browsers()
    {
        using var browser = await program.SignInAsync(Role.Analyst);
        var problem = await AskAsync(browser, "/api/v1/tables/gold.nothing", "en", "escale-language=fr");
        Assert.Equal("Il n'y a pas de table de ce nom dans le lac.", problem.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Are_pages_for_people()
    {
        using var browser = await program.SignInAsync(Role.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/settings/people") { Headers = { { "Accept", "text/html" }, { "Accept-Language", "fr" } } };
        var answer = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains("Demandez un autre rôle à un administrateur.", page, StringComparison.Ordinal);
        Assert.Contains("Your role does not allow this.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_pages_also_for_a_form_that_is_too_old()
    {
        using var browser = await program.SignInAsync(Role.Viewer);
        using var form = new FormUrlEncodedContent([new("name", "x")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/profile") { Content = form, Headers = { { "Accept", "text/html" }, { "Accept-Language", "fr" } } };
        var answer = await browser.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("Rechargez la page", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> AskAsync(Browser browser, string path, string? language, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (language is not null)
        {
            request.Headers.Add("Accept-Language", language);
        }
        if (cookie is not null)
        {
            browser.Cookies.SetCookies(browser.Client.BaseAddress!, cookie);
        }
        return JsonDocument.Parse(await (await browser.Client.SendAsync(request)).Content.ReadAsStringAsync()).RootElement;
    }
}
