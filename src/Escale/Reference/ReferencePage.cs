using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Escale.Reference;

/// <summary>An operation of the API as the reference shows it.</summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">The address.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Parameters">Of the path and the query: name, where, type, whether it must be given.</param>
/// <param name="Body">The names and types of the body's properties; empty when it takes none.</param>
/// <param name="Answers">Status and type of each answer.</param>
/// <param name="Example">A call with curl.</param>
public sealed record Operation(
    string Method, string Path, string Summary, IReadOnlyList<(string Name, string Where, string Type, bool Required)> Parameters,
    IReadOnlyList<(string Name, string Type)> Body, IReadOnlyList<(string Status, string Type)> Answers, string Example);

/// <summary><c>/reference</c>: the OpenAPI document for people.</summary>
internal static class ReferencePage
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi("/openapi/{documentName}.json").For(Role.Viewer);
        endpoints.MapGet("/reference", async (HttpContext context, CancellationToken cancellationToken) =>
        {
            var document = await context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(ApiDocument.Name).GetOpenApiDocumentAsync(cancellationToken);
            return Page.Show<ReferenceView>(new { Groups = Groups(document, $"{context.Request.Scheme}://{context.Request.Host}") });
        }).For(Role.Viewer).ExcludeFromDescription();
    }

    private static IReadOnlyList<(string Tag, IReadOnlyList<Operation> Operations)> Groups(OpenApiDocument document, string here) =>
    [
        .. document.Paths
            .SelectMany(path => (path.Value.Operations ?? []).Select(operation => (Tag: operation.Value.Tags?.FirstOrDefault()?.Name ?? "", Shown: Of(path.Key, operation.Key.Method, operation.Value, here))))
            .GroupBy(entry => entry.Tag).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, (IReadOnlyList<Operation>)[.. group.Select(entry => entry.Shown)])),
    ];

    private static Operation Of(string path, string method, OpenApiOperation operation, string here)
    {
        var verb = method.ToUpperInvariant();
        var body = operation.RequestBody?.Content?.Values.FirstOrDefault()?.Schema;
        return new Operation(
            verb, path, operation.Summary ?? "",
            [.. (operation.Parameters ?? []).Select(parameter => (parameter.Name ?? "", parameter.In?.ToString().ToLowerInvariant() ?? "", TypeOf(parameter.Schema), parameter.Required))],
            [.. (body?.Properties ?? new Dictionary<string, IOpenApiSchema>()).Select(property => (property.Key, TypeOf(property.Value)))],
            [.. (operation.Responses ?? []).Select(answer => (answer.Key, TypeOf(answer.Value.Content?.Values.FirstOrDefault()?.Schema)))],
            $"curl {(verb == "GET" ? "" : $"-X {verb} ")}-H 'Authorization: Bearer TOKEN' {(body is null ? "" : "-H 'Content-Type: application/json' -d '{}' ")}{here}{path}");
    }

    private static string TypeOf(IOpenApiSchema? schema) => schema switch
    {
        null => "",
        OpenApiSchemaReference reference => reference.Reference.Id ?? "",
        { Items: { } items } => TypeOf(items) + "[]",
        { Type: { } type } => string.Join(" | ", Enum.GetValues<JsonSchemaType>().Where(one => one != 0 && type.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant())),
        _ => "",
    };
}
