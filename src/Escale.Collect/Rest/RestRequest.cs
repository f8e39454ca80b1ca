using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Collect.Definitions;
using Escale.Collect.Http;

namespace Escale.Collect.Rest;

/// <summary>One request for a page, before it is signed in.</summary>
/// <param name="Address">The address with its query.</param>
/// <param name="Body">The JSON body, or null.</param>
/// <param name="Headers">Headers.</param>
internal sealed record RestRequest(Uri Address, JsonNode? Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The request for the first page.</summary>
    public static RestRequest First(RestSettings settings, RunEnvironment environment, JsonElement? parent, CursorTracker? cursor)
    {
        string Text(string text, bool escape) => RestTemplate.Fill(Variables.Expand(text, environment, settings.Place), parent, cursor?.Start, cursor?.End, settings.Place, escape);
        var address = Join(Variables.Expand(settings.Client.BaseUrl, environment, settings.Client.Place), Text(settings.Path, escape: true), settings);
        var query = settings.Params.Select(pair => (pair.Key, Value: (string?)Text(pair.Value, escape: false))).ToList();
        if (settings.Incremental is { } incremental)
        {
            query.Add((incremental.StartParam ?? "", cursor?.Start));
            query.Add((incremental.EndParam ?? "", cursor?.End));
        }
        foreach (var (name, value) in query.Where(pair => pair.Value is not null && pair.Key.Length > 0))
        {
            address = WithParam(address, name, value!);
        }
        var headers = new Dictionary<string, string>(Variables.Expand(settings.Client.Headers, environment, settings.Client.Place), StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in settings.Headers)
        {
            headers[name] = Text(value, escape: false);
        }
        headers.TryAdd("Accept", "application/json");
        return new RestRequest(address, RestTemplate.FillBody(settings.Json, parent, cursor?.Start, cursor?.End, settings.Place), headers);
    }

    /// <summary>The address with a query parameter set.</summary>
    public static Uri WithParam(Uri address, string name, string value)
    {
        var pairs = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(pair => Uri.UnescapeDataString(pair.Split('=')[0]) != name)
            .Append(Uri.EscapeDataString(name) + "=" + Uri.EscapeDataString(value));
        return new UriBuilder(address) { Query = string.Join('&', pairs) }.Uri;
    }

    public RestRequest With(string name, string value) => this with { Address = WithParam(Address, name, value) };

    /// <summary>The request with a value set in its body, at a path of names.</summary>
    public RestRequest WithBody(string path, JsonNode value)
    {
        var body = Body?.DeepClone() as JsonObject ?? [];
        var names = path.Split('.');
        var target = body;
        foreach (var name in names[..^1])
        {
            if (target[name] is not JsonObject inner)
            {
                target[name] = inner = [];
            }
            target = inner;
        }
        target[names[^1]] = value;
        return this with { Body = body };
    }

    public HttpAsk ToAsk(RestSettings settings) => new()
    {
        Address = Address,
        Method = settings.Method,
        Headers = Headers,
        Body = Body is null ? null : JsonSerializer.SerializeToUtf8Bytes(Body),
        MaxSizeBytes = settings.Client.MaxPageSizeBytes,
        Pace = settings.Client.Pace,
    };

    private static Uri Join(string baseUrl, string path, RestSettings settings)
    {
        if (path.StartsWith("http://", StringComparison.Ordinal) || path.StartsWith("https://", StringComparison.Ordinal))
        {
            return new Uri(path);
        }
        var joined = path.Length == 0 ? baseUrl : baseUrl.TrimEnd('/') + "/" + path.TrimStart('/');
        return Uri.TryCreate(joined, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new EscaleException("collect.url", $"'{joined}' is not an http address.", "Correct base_url or path.", settings.Place);
    }
}
