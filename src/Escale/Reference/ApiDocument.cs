using Microsoft.OpenApi;

namespace Escale.Reference;

/// <summary><c>/openapi/v1.json</c>: the REST API as an OpenAPI document, made from the endpoints themselves.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "Escale", Version = Name,
            Description = "Everything that the pages do. Send an API token of your account as 'Authorization: Bearer TOKEN'. Errors are problem details (RFC 9457) with a stable code, the place and the next step.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token of your account" };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
        return Task.CompletedTask;
    }));
}
