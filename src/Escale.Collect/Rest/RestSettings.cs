using Escale.Projects.Yaml;

namespace Escale.Collect.Rest;

/// <summary>A REST API: where it is and how it is talked to (dlt's <c>client</c>).</summary>
internal sealed record RestClient
{
    public required string BaseUrl { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public RestAuth? Auth { get; init; }

    public Paginator? Paginator { get; init; }

    public Http.HttpPace Pace { get; init; } = Http.HttpPace.Api;

    public long MaxPageSizeBytes { get; init; } = 64L << 20;

    public required Place Place { get; init; }
}

internal enum AuthKind
{
    Bearer,
    ApiKey,
    HttpBasic,
    Oauth2ClientCredentials,
}

internal enum KeyLocation
{
    Header,
    Query,
    Param,
    Cookie,
}

/// <summary>How requests are signed in. All texts may hold variables.</summary>
internal sealed record RestAuth
{
    public required AuthKind Kind { get; init; }

    public string Token { get; init; } = "";

    public string Name { get; init; } = "Authorization";

    public string ApiKey { get; init; } = "";

    public KeyLocation Location { get; init; }

    public string Username { get; init; } = "";

    public string Password { get; init; } = "";

    public string AccessTokenUrl { get; init; } = "";

    public string ClientId { get; init; } = "";

    public string ClientSecret { get; init; } = "";

    public IReadOnlyDictionary<string, string> AccessTokenRequestData { get; init; } = new Dictionary<string, string>();

    public TimeSpan DefaultTokenExpiration { get; init; } = TimeSpan.FromHours(1);

    public static RestAuth? Read(YamlReader reader)
    {
        if (reader.MapOrNull("auth", "the auth settings") is not { } auth)
        {
            return null;
        }
        _ = auth.Need("type");
        var kind = auth.Choice("type", AuthKind.Bearer);
        var result = kind switch
        {
            AuthKind.Bearer => new RestAuth { Kind = kind, Token = auth.Text("token") },
            AuthKind.ApiKey => new RestAuth
            {
                Kind = kind, Name = auth.Text("name", "Authorization"), ApiKey = auth.Text("api_key"), Location = auth.Choice("location", KeyLocation.Header),
            },
            AuthKind.HttpBasic => new RestAuth { Kind = kind, Username = auth.Text("username"), Password = auth.Text("password") },
            _ => new RestAuth
            {
                Kind = kind,
                AccessTokenUrl = auth.Text("access_token_url"),
                ClientId = auth.Text("client_id"),
                ClientSecret = auth.Text("client_secret"),
                AccessTokenRequestData = auth.TextMap("access_token_request_data"),
                DefaultTokenExpiration = auth.Duration("default_token_expiration") ?? TimeSpan.FromHours(1),
            },
        };
        auth.Done();
        return result;
    }
}

internal enum PaginatorKind
{
    Auto,
    SinglePage,
    JsonLink,
    HeaderLink,
    HeaderCursor,
    Cursor,
    Offset,
    PageNumber,
}

/// <summary>How the next page is found. Names and defaults are dlt's.</summary>
internal sealed record Paginator
{
    public PaginatorKind Kind { get; init; }

    public string NextUrlPath { get; init; } = "paging.next";

    public string LinksNextKey { get; init; } = "next";

    public string CursorKey { get; init; } = "next";

    public string CursorPath { get; init; } = "cursors.next";

    public string CursorParam { get; init; } = "cursor";

    public string? CursorBodyPath { get; init; }

    public long Limit { get; init; } = 100;

    public long Offset { get; init; }

    public string OffsetParam { get; init; } = "offset";

    public string LimitParam { get; init; } = "limit";

    public long? MaximumOffset { get; init; }

    public long BasePage { get; init; }

    public string PageParam { get; init; } = "page";

    public long? MaximumPage { get; init; }

    /// <summary>Where the answer says how many there are; null: it does not.</summary>
    public string? TotalPath { get; init; } = "total";

    public string? HasMorePath { get; init; }

    public bool StopAfterEmptyPage { get; init; } = true;

    public static Paginator? Read(YamlReader reader)
    {
        if (reader.Node("paginator") is not { } node)
        {
            return null;
        }
        if (node is YamlScalar)
        {
            return new Paginator { Kind = reader.Choice("paginator", PaginatorKind.Auto) };
        }
        var inner = node.AsMap("a paginator").Reader("a paginator");
        var result = ReadKind(inner, inner.Choice("type", PaginatorKind.Auto));
        inner.Done();
        return result;
    }

    private static Paginator ReadKind(YamlReader inner, PaginatorKind kind)
    {
        var plain = new Paginator { Kind = kind };
        return kind switch
        {
            PaginatorKind.JsonLink => plain with { NextUrlPath = PathOr(inner, "next_url_path", plain.NextUrlPath) },
            PaginatorKind.HeaderLink => plain with { LinksNextKey = inner.Text("links_next_key", plain.LinksNextKey) },
            PaginatorKind.HeaderCursor => plain with
            {
                CursorKey = inner.Text("cursor_key", plain.CursorKey), CursorParam = inner.Text("cursor_param", plain.CursorParam),
            },
            PaginatorKind.Cursor => plain with
            {
                CursorPath = PathOr(inner, "cursor_path", plain.CursorPath),
                CursorParam = inner.Text("cursor_param", plain.CursorParam),
                CursorBodyPath = inner.TextOrNull("cursor_body_path"),
            },
            PaginatorKind.Offset => plain with
            {
                Limit = inner.Integer("limit", 1, 1_000_000) ?? plain.Limit,
                Offset = inner.Integer("offset", 0) ?? 0,
                OffsetParam = inner.Text("offset_param", plain.OffsetParam),
                LimitParam = inner.Text("limit_param", plain.LimitParam),
                TotalPath = TotalOr(inner),
                MaximumOffset = inner.Integer("maximum_offset", 0),
                StopAfterEmptyPage = inner.Bool("stop_after_empty_page", true),
                HasMorePath = PathOrNull(inner, "has_more_path"),
            },
            PaginatorKind.PageNumber => plain with
            {
                BasePage = inner.Integer("base_page", 0) ?? 0,
                PageParam = inner.Text("page_param", plain.PageParam),
                TotalPath = TotalOr(inner),
                MaximumPage = inner.Integer("maximum_page", 0),
                StopAfterEmptyPage = inner.Bool("stop_after_empty_page", true),
                HasMorePath = PathOrNull(inner, "has_more_path"),
            },
            _ => plain,
        };
    }

    private static string? TotalOr(YamlReader inner) => inner.Map.Entry("total_path") is { Value.IsNull: true } ? Allow(inner, "total_path") : PathOr(inner, "total_path", "total");

    private static string? Allow(YamlReader inner, string key)
    {
        inner.Allow(key);
        return null;
    }

    private static string PathOr(YamlReader inner, string key, string fallback) => PathOrNull(inner, key) ?? fallback;

    private static string? PathOrNull(YamlReader inner, string key) => inner.Node(key) is { } node ? JsonPath.Check(node) : null;
}

/// <summary>One resource of a REST API: how its records are asked for.</summary>
internal sealed record RestSettings
{
    public required RestClient Client { get; init; }

    public required string Name { get; init; }

    public string Path { get; init; } = "";

    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Query parameters; values may hold <c>{resources.parent.field}</c> and <c>{incremental.start_value}</c>.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>The JSON body, or null.</summary>
    public object? Json { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public Paginator? Paginator { get; init; }

    public string? DataSelector { get; init; }

    public IReadOnlyList<ResponseAction> ResponseActions { get; init; } = [];

    public Incremental? Incremental { get; init; }

    public IReadOnlyList<string> IncludeFromParent { get; init; } = [];

    /// <summary>The resource whose records this one is asked for one by one, or null.</summary>
    public RestSettings? Parent { get; init; }

    public required Place Place { get; init; }
}

/// <summary>What to do with an answer of a certain status.</summary>
internal sealed record ResponseAction(int? StatusCode, string? Content, bool Ignore);

internal enum CursorMissing
{
    Raise,
    Include,
    Exclude,
}

internal enum RowOrder
{
    None,
    Asc,
    Desc,
}

/// <summary>How only what is new is asked for.</summary>
internal sealed record Incremental
{
    public required string CursorPath { get; init; }

    public string? InitialValue { get; init; }

    public string? EndValue { get; init; }

    public string? StartParam { get; init; }

    public string? EndParam { get; init; }

    /// <summary>How far back to ask again: seconds for times, units for numbers.</summary>
    public double Lag { get; init; }

    public RowOrder RowOrder { get; init; }

    public CursorMissing OnMissing { get; init; }

    public static Incremental Read(YamlReader reader)
    {
        var result = new Incremental
        {
            CursorPath = JsonPath.Check(reader.Need("cursor_path")),
            InitialValue = reader.TextOrNull("initial_value"),
            EndValue = reader.TextOrNull("end_value"),
            StartParam = reader.TextOrNull("start_param"),
            EndParam = reader.TextOrNull("end_param"),
            Lag = reader.Number("lag", 0) ?? 0,
            RowOrder = reader.Choice("row_order", RowOrder.None),
            OnMissing = reader.Choice("on_cursor_value_missing", CursorMissing.Raise),
        };
        reader.Done();
        return result;
    }
}
