using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Collect.Definitions;
using Escale.Collect.Http;
using Escale.Collect.Loading;

namespace Escale.Collect.Rest;

/// <summary>Collects from REST APIs: pages, sign-in, cursors, resources under resources.</summary>
internal sealed class RestConnector(GuardedHttp http, RunEnvironment environment, TimeProvider clock) : Connector
{
    private readonly RestAuthenticator _authenticator = new(http, environment, clock);

    public override string Type => "rest_api";

    public override async Task<Intake?> CollectAsync(CollectContext context, CancellationToken cancellationToken)
    {
        var settings = (RestSettings)context.Table.Settings;
        var cursor = settings.Incremental is { } incremental ? new CursorTracker(incremental, context.State) : null;
        using var stage = new RecordStage(Path.Combine(context.Workspace, "records.ndjson"), settings.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sink = new RecordSink(settings, stage, cursor, hash);
        if (settings.Parent is { } parent)
        {
            await foreach (var (record, _) in RecordsAsync(parent with { Incremental = null }, null, null, null, cancellationToken))
            {
                await CollectOneAsync(context, settings, record, sink, cursor, cancellationToken);
            }
        }
        else
        {
            await CollectOneAsync(context, settings, null, sink, cursor, cancellationToken);
        }
        return Result(context, stage, cursor, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)));
    }

    private static Intake? Result(CollectContext context, RecordStage stage, CursorTracker? cursor, string content)
    {
        var part = stage.Finish();
        if (cursor is not null)
        {
            return stage.Count == 0 && stage.Rejects.Count == 0 && context.State is not null
                ? null
                : new Intake { Parts = [part], Rejects = stage.Rejects, State = cursor.State() };
        }
        return context.State?["content"]?.GetValue<string>() == content
            ? null
            : new Intake { Parts = [part], Rejects = stage.Rejects, State = new JsonObject { ["content"] = content } };
    }

    private async Task CollectOneAsync(CollectContext context, RestSettings settings, JsonElement? parent, RecordSink sink, CursorTracker? cursor, CancellationToken cancellationToken)
    {
        await foreach (var (record, origin) in RecordsAsync(settings, parent, cursor, context.Progress, cancellationToken))
        {
            if (!sink.Add(record, parent, origin))
            {
                break;
            }
        }
    }

    /// <summary>All records of all pages, one page in memory at a time.</summary>
    private async IAsyncEnumerable<(JsonElement Record, (string File, long Line) Origin)> RecordsAsync(
        RestSettings settings, JsonElement? parent, CursorTracker? cursor, IProgress<StepProgress>? progress,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = new Pages(RestRequest.First(settings, environment, parent, cursor), settings);
        long records = 0;
        while (pages.Next is { } request)
        {
            using var page = await FetchAsync(settings, request, cancellationToken);
            if (page is null)
            {
                yield break;
            }
            var inPage = 0;
            foreach (var record in RecordSelector.Select(page.Document.RootElement, settings, request, pages.Number == 1))
            {
                inPage++;
                records++;
                yield return (record, (GuardedHttp.Show(request.Address), inPage));
            }
            progress?.Report(new StepProgress(RowCount: records, Doing: $"page {pages.Number}"));
            pages.Advance(page, inPage);
        }
    }

    private async Task<Page?> FetchAsync(RestSettings settings, RestRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var ask = await _authenticator.SignAsync(settings, request.ToAsk(settings), cancellationToken);
            var canRefresh = attempt == 1 && settings.Client.Auth?.Kind == AuthKind.Oauth2ClientCredentials;
            ask = ask with { Accepts = status => (canRefresh && status == 401) || settings.ResponseActions.Any(action => action.StatusCode == status) };
            var (status, body, headers, address) = await http.SendAsync(ask, ReadPageAsync, cancellationToken);
            if (status == 401 && canRefresh)
            {
                _authenticator.Forget(settings);
                continue;
            }
            var text = settings.ResponseActions.Count > 0 ? System.Text.Encoding.UTF8.GetString(body) : "";
            var action = settings.ResponseActions.FirstOrDefault(candidate =>
                (candidate.StatusCode is null || candidate.StatusCode == status) && (candidate.Content is null || text.Contains(candidate.Content, StringComparison.Ordinal)));
            if (action is { Ignore: true })
            {
                return null;
            }
            if (action is not null || status >= 300)
            {
                throw new EscaleException("collect.http.status", $"{GuardedHttp.Show(address)} answered {status}, which the source file calls a failure.", null, new Place(GuardedHttp.Show(address)));
            }
            return new Page(Parse(body), headers, address, request);
        }
    }

    private static JsonDocument Parse(byte[] body) => JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 128 });

    /// <summary>Reads a page and makes sure that it is whole, while it can still be asked for again.</summary>
    private static async Task<(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers, Uri Address)> ReadPageAsync(HttpAnswer answer, CancellationToken cancellationToken)
    {
        var body = await answer.ReadAllAsync(cancellationToken);
        if (answer.Status is >= 200 and < 300)
        {
            if (body.Length == 0)
            {
                body = "[]"u8.ToArray();
            }
            var shown = GuardedHttp.Show(answer.Address);
            if (body.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            {
                throw new EscaleException("collect.rest.not-json", $"{shown} answered with markup, not with JSON.", "Check the path and the sign-in: this is often a login page.", new Place(shown));
            }
            try
            {
                using var _ = Parse(body);
            }
            catch (JsonException exception)
            {
                throw new TransportFault($"{shown} answered with a page that is not whole JSON", exception);
            }
        }
        return (answer.Status, body, answer.Headers, answer.Address);
    }
}

/// <summary>One page as it came.</summary>
internal sealed record Page(JsonDocument Document, IReadOnlyDictionary<string, string> Headers, Uri Address, RestRequest Request) : IDisposable
{
    public void Dispose() => Document.Dispose();
}

/// <summary>Puts the records of a resource into its stage: parents' fields added, old and known ones left out.</summary>
internal sealed class RecordSink(RestSettings settings, RecordStage stage, CursorTracker? cursor, IncrementalHash hash)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<(string Field, JsonPath Path)> _fromParent =
        [.. settings.IncludeFromParent.Select(field => ($"_{settings.Parent!.Name}_{field.Replace('.', '_')}", JsonPath.Parse(field)))];

    /// <summary>Adds one; false when no later record can be of use.</summary>
    public bool Add(JsonElement record, JsonElement? parent, (string File, long Line) origin)
    {
        switch (cursor?.Judge(record, origin) ?? CursorVerdict.Take)
        {
            case CursorVerdict.Skip:
                return true;
            case CursorVerdict.Stop:
                return false;
        }
        var raw = JsonMarshal.GetRawUtf8Value(record);
        if (record.ValueKind != JsonValueKind.Object || (_fromParent.Count > 0 && parent is not null))
        {
            raw = Rewrite(record, parent);
        }
        hash.AppendData(raw);
        stage.Add(raw, origin.File, origin.Line);
        return true;
    }

    private ReadOnlySpan<byte> Rewrite(JsonElement record, JsonElement? parent)
    {
        _buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        foreach (var (field, path) in _fromParent)
        {
            writer.WritePropertyName(field);
            if (parent is { } element && path.First(element) is { } value)
            {
                value.WriteTo(writer);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
        if (record.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in record.EnumerateObject())
            {
                property.WriteTo(writer);
            }
        }
        else
        {
            writer.WritePropertyName("value");
            record.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.Flush();
        return _buffer.WrittenSpan;
    }
}
