using Escale.Collect.Definitions;
using Escale.Projects.Yaml;

namespace Escale.Collect.Rest;

/// <summary>Reads <c>client</c>, <c>resource_defaults</c> and <c>resources</c>, with the key names of dlt's <c>rest_api</c>.</summary>
internal sealed class RestReader(SourceHeader header)
{
    private readonly Dictionary<string, RestSettings> _byName = new(StringComparer.Ordinal);

    public IReadOnlyList<SourceTable> Read(YamlReader source)
    {
        var client = Client(source.Need("client").AsMap("the client").Reader("the client"));
        var defaults = source.Node("resource_defaults")?.AsMap("resource defaults");
        if (source.Items("resources").Count == 0)
        {
            throw source.Map.Error("projects.missing-key", "A REST source needs at least one resource.", "Add 'resources:' with one entry per table.");
        }
        var tables = new List<SourceTable>();
        foreach (var item in source.Items("resources"))
        {
            var map = item is YamlScalar ? throw item.WrongType("a resource (a mapping with name and endpoint)") : item.AsMap("a resource");
            var reader = (defaults is null ? map : map.WithDefaults(defaults)).Reader("a resource");
            var settings = Resource(reader, client);
            if (!_byName.TryAdd(settings.Name, settings))
            {
                throw reader.Need("name").Error("collect.resource-twice", $"There are two resources named '{settings.Name}'.", "Rename one of them.");
            }
            var isSelected = reader.Bool("selected", true);
            var table = TableReader.Read(reader, header.Name, header.Schema, settings, LoadMode.Append);
            if (isSelected)
            {
                tables.Add(table);
            }
        }
        return tables;
    }

    private static RestClient Client(YamlReader reader)
    {
        var url = reader.Text("base_url");
        var client = new RestClient
        {
            BaseUrl = url,
            Headers = reader.TextMap("headers"),
            Auth = RestAuth.Read(reader),
            Paginator = Paginator.Read(reader),
            Pace = new Http.HttpPace((int)(reader.Integer("concurrency", 1, 64) ?? 4), reader.Duration("delay") ?? TimeSpan.Zero),
            MaxPageSizeBytes = reader.SizeBytes("max_page_size") ?? 64L << 20,
            Place = reader.Place,
        };
        reader.Done();
        if (!url.StartsWith("${", StringComparison.Ordinal) && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
        {
            throw reader.Need("base_url").Error("collect.url", $"'{url}' is not an http address.", "Write it whole, such as https://api.example.org/v1/.");
        }
        return client;
    }

    private RestSettings Resource(YamlReader reader, RestClient client)
    {
        var name = reader.Text("name");
        if (reader.Has("processing_steps"))
        {
            throw reader.Need("processing_steps").Error(
                "collect.processing-steps", "processing_steps run code while collecting, which Escale does not do.", "Collect the records as they are, and filter or map them in a model.");
        }
        var settings = reader.Node("endpoint") switch
        {
            null => new RestSettings { Client = client, Name = name, Path = name, Place = reader.Place },
            YamlScalar path => new RestSettings { Client = client, Name = name, Path = path.Text, Place = path.Place },
            var node => Endpoint(node.AsMap("an endpoint").Reader("an endpoint"), name, client),
        };
        settings = settings with { IncludeFromParent = reader.Texts("include_from_parent"), Parent = ParentOf(settings, reader) };
        return settings.IncludeFromParent.Count > 0 && settings.Parent is null
            ? throw reader.Need("include_from_parent").Error("collect.no-parent", "include_from_parent needs a parent.", "Use {resources.<parent>.<field>} in the path or a parameter.")
            : settings;
    }

    private static RestSettings Endpoint(YamlReader reader, string name, RestClient client)
    {
        var (parameters, inline) = Params(reader);
        var settings = new RestSettings
        {
            Client = client,
            Name = name,
            Path = reader.Text("path", name),
            Method = MethodOf(reader),
            Params = parameters,
            Json = reader.Value("json"),
            Headers = reader.TextMap("headers"),
            Paginator = Paginator.Read(reader),
            DataSelector = reader.Node("data_selector") is { } selector ? JsonPath.Check(selector) : null,
            ResponseActions = [.. reader.Maps("response_actions", "a response action").Select(Action)],
            Incremental = reader.MapOrNull("incremental", "an incremental cursor") is { } cursor ? Incremental.Read(cursor) : inline,
            Place = reader.Place,
        };
        reader.Done();
        return settings;
    }

    private static HttpMethod MethodOf(YamlReader reader) => reader.Text("method", "GET").ToUpperInvariant() switch
    {
        "GET" => HttpMethod.Get,
        "POST" => HttpMethod.Post,
        _ => throw reader.Need("method").WrongType("GET or POST"),
    };

    private static (Dictionary<string, string> Params, Incremental? Inline) Params(YamlReader reader)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        Incremental? incremental = null;
        foreach (var (key, value) in reader.Node("params")?.AsMap("parameters").Entries ?? [])
        {
            if (value is not YamlMap map)
            {
                result[key.Text] = value.IsNull ? "" : value.AsText();
                continue;
            }
            var inner = map.Reader("a parameter");
            switch (inner.Text("type"))
            {
                case "resolve":
                    result[key.Text] = $"{{resources.{inner.Text("resource")}.{inner.Text("field")}}}";
                    inner.Done();
                    break;
                case "incremental":
                    incremental = Incremental.Read(inner) with { StartParam = key.Text };
                    break;
                default:
                    throw inner.Need("type").WrongType("resolve or incremental");
            }
        }
        return (result, incremental);
    }

    private static ResponseAction Action(YamlReader reader)
    {
        var status = reader.Integer("status_code", 100, 599);
        var content = reader.TextOrNull("content");
        var action = reader.Text("action");
        reader.Done();
        return action is "ignore" or "fail"
            ? new ResponseAction((int?)status, content, action == "ignore")
            : throw reader.Need("action").WrongType("ignore or fail");
    }

    private RestSettings? ParentOf(RestSettings settings, YamlReader reader)
    {
        var names = RestTemplate.ParentsIn(settings).Distinct().ToList();
        if (names.Count == 0)
        {
            return null;
        }
        if (names.Count > 1)
        {
            throw reader.Map.Error("collect.two-parents", $"The resource '{settings.Name}' names more than one parent: {string.Join(", ", names)}.", "Use one parent.");
        }
        return _byName.GetValueOrDefault(names[0]) ?? throw reader.Map.Error(
            "collect.unknown-parent", $"The resource '{settings.Name}' needs the resource '{names[0]}', which is not defined above it.",
            Projects.Nearest.Remedy(names[0], _byName.Keys, "Define the parent first."));
    }
}
