using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Escale.Explore.Profiles.Reports;

/// <summary>A profile as one HTML file that needs nothing else: no script, both languages, light or dark as the reader's system is.</summary>
internal static class ProfileReport
{
    /// <summary>Renders it. All values are encoded.</summary>
    public static async Task<string> RenderAsync(TableProfile profile, DateTimeOffset madeAt)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { ["Profile"] = profile, ["MadeAt"] = madeAt, ["Style"] = Style() });
        return await renderer.Dispatcher.InvokeAsync(async () => "<!DOCTYPE html>\n" + (await renderer.RenderComponentAsync<ReportView>(parameters)).ToHtmlString());
    }

    private static string Style()
    {
        var files = new[] { "tokens.css", "base.css", "components.css", "grid.css", "profile.css" }.Select(name =>
        {
            using var reader = new StreamReader(typeof(ProfileReport).Assembly.GetManifestResourceStream($"Escale.Explore.Profiles.{name}")!);
            return reader.ReadToEnd();
        });
        return string.Join('\n', files);
    }
}
