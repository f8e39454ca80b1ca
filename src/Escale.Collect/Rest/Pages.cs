using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Collect.Http;

namespace Escale.Collect.Rest;

/// <summary>Walks from page to page as a paginator says. A walk that comes back to where it was is an error, not a loop.</summary>
internal sealed partial class Pages
{
    private static readonly string[] _linkPaths = ["links.next", "next", "paging.next", "pagination.next", "_links.next.href", "links.next.href", "meta.next", "next_page_url", "next_url", "@odata.nextLink"];
    private static readonly (string Path, string Param)[] _cursorPaths =
    [
        ("cursors.next", "cursor"), ("next_cursor", "cursor"), ("meta.next_cursor", "cursor"), ("pagination.next_cursor", "cursor"),
        ("response_metadata.next_cursor", "cursor"), ("nextPageToken", "pageToken"), ("next_page_token", "page_token"), ("paging.cursors.after", "after"),
    ];

    private readonly RestSettings _settings;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private Paginator _paginator;
    private long _position;

    public Pages(RestRequest first, RestSettings settings)
    {
        _settings = settings;
        _paginator = settings.Paginator ?? settings.Client.Paginator ?? new Paginator();
        _position = _paginator.Kind == PaginatorKind.PageNumber ? _paginator.BasePage : _paginator.Offset;
        Next = _paginator.Kind switch
        {
            PaginatorKind.Offset => AtOffset(first),
            PaginatorKind.PageNumber => first.With(_paginator.PageParam, Show(_position)),
            _ => first,
        };
        _ = IsNew(Next);
    }

    /// <summary>The next request, or null when there are no more pages.</summary>
    public RestRequest? Next { get; private set; }

    /// <summary>The number of the page that <see cref="Next"/> asks for, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Goes on from a page that was read.</summary>
    public void Advance(Page page, int recordCount)
    {
        if (_paginator.Kind == PaginatorKind.Auto)
        {
            _paginator = Detect(page);
        }
        var next = _paginator.Kind switch
        {
            PaginatorKind.JsonLink => FollowLink(page, JsonPath.Parse(_paginator.NextUrlPath).Text(page.Document.RootElement)),
            PaginatorKind.HeaderLink => FollowLink(page, LinkIn(page.Headers, _paginator.LinksNextKey)),
            PaginatorKind.HeaderCursor => FollowCursor(page, page.Headers.GetValueOrDefault(_paginator.CursorKey)),
            PaginatorKind.Cursor => FollowCursor(page, JsonPath.Parse(_paginator.CursorPath).Text(page.Document.RootElement)),
            PaginatorKind.Offset => FollowOffset(page, recordCount),
            PaginatorKind.PageNumber => FollowNumber(page, recordCount),
            _ => null,
        };
        if (next is not null && !IsNew(next))
        {
            var shown = GuardedHttp.Show(page.Address);
            throw new EscaleException(
                "collect.rest.paging-loop", $"Page {Number} of '{_settings.Name}' leads back to a page that was read already.",
                "Check the paginator's settings against the API.", new Place(shown));
        }
        Next = next;
        Number++;
    }

    private bool IsNew(RestRequest request) => _seen.Add(request.Address + "\n" + request.Body?.ToJsonString());

    private static Paginator Detect(Page page)
    {
        var root = page.Document.RootElement;
        if (LinkIn(page.Headers, "next") is not null)
        {
            return new Paginator { Kind = PaginatorKind.HeaderLink };
        }
        foreach (var path in _linkPaths)
        {
            if (JsonPath.Parse(path).First(root) is { ValueKind: JsonValueKind.String } link && link.GetString() is ['/' or '?', ..] or ['h', 't', 't', 'p', ..])
            {
                return new Paginator { Kind = PaginatorKind.JsonLink, NextUrlPath = path };
            }
        }
        foreach (var (path, param) in _cursorPaths)
        {
            if (JsonPath.Parse(path).Text(root) is { Length: > 0 })
            {
                return new Paginator { Kind = PaginatorKind.Cursor, CursorPath = path, CursorParam = param };
            }
        }
        return new Paginator { Kind = PaginatorKind.SinglePage };
    }

    private RestRequest? FollowLink(Page page, string? link) => string.IsNullOrEmpty(link)
        ? null
        : Uri.TryCreate(page.Address, link, out var address)
            ? page.Request with { Address = address }
            : throw new EscaleException("collect.url", $"The next page of '{_settings.Name}' is at '{link}', which is no address.", "Check the paginator's settings.", new Place(GuardedHttp.Show(page.Address)));

    private RestRequest? FollowCursor(Page page, string? cursor)
    {
        if (string.IsNullOrEmpty(cursor) || cursor is "false")
        {
            return null;
        }
        return _paginator.CursorBodyPath is { } path ? page.Request.WithBody(path, cursor) : page.Request.With(_paginator.CursorParam, cursor);
    }

    private RestRequest? FollowOffset(Page page, int recordCount)
    {
        var total = TotalOf(page);
        _position += _paginator.Limit;
        var isOver = (recordCount == 0 && _paginator.StopAfterEmptyPage) || (total is { } all && _position >= all)
            || (_paginator.MaximumOffset is { } most && _position >= most) || HasNoMore(page)
            || (total is null && _paginator.HasMorePath is null && !_paginator.StopAfterEmptyPage && recordCount < _paginator.Limit);
        return isOver ? null : AtOffset(page.Request);
    }

    private RestRequest? FollowNumber(Page page, int recordCount)
    {
        // The total of a page-number paginator counts pages, as in dlt.
        _position++;
        var isOver = (recordCount == 0 && _paginator.StopAfterEmptyPage) || (TotalOf(page) is { } pages && _position >= pages + _paginator.BasePage)
            || (_paginator.MaximumPage is { } most && _position > most) || HasNoMore(page) || (recordCount == 0 && TotalOf(page) is null);
        return isOver ? null : page.Request.With(_paginator.PageParam, Show(_position));
    }

    private RestRequest AtOffset(RestRequest request) =>
        request.With(_paginator.OffsetParam, Show(_position)).With(_paginator.LimitParam, Show(_paginator.Limit));

    private bool HasNoMore(Page page) =>
        _paginator.HasMorePath is { } path && JsonPath.Parse(path).First(page.Document.RootElement) is not { ValueKind: JsonValueKind.True };

    private long? TotalOf(Page page)
    {
        if (_paginator.TotalPath is not { } path || JsonPath.Parse(path).Text(page.Document.RootElement) is not { } text)
        {
            return null;
        }
        return long.TryParse(text, CultureInfo.InvariantCulture, out var total)
            ? total
            : throw new EscaleException("collect.rest.total", $"The total at '{path}' is '{text}', not a number.", "Correct total_path.", new Place(GuardedHttp.Show(page.Address)));
    }

    private static string Show(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The address of a relation in a <c>Link</c> header (RFC 8288).</summary>
    private static string? LinkIn(IReadOnlyDictionary<string, string> headers, string relation)
    {
        foreach (Match match in Link().Matches(headers.GetValueOrDefault("Link") ?? ""))
        {
            if (match.Groups[2].Value.Split(' ').Contains(relation, StringComparer.OrdinalIgnoreCase))
            {
                return match.Groups[1].Value;
            }
        }
        return null;
    }

    [GeneratedRegex("""<([^<>]*)>[^<]*?;\s*rel="?([^",;]+)"?""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
