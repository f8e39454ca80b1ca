using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Polly;
using Polly.Retry;

namespace Escale.Collect.Http;

/// <summary>
/// The only way that Collect talks to the network. It resolves a host, checks the address and connects to that very address (S9),
/// follows redirects itself and checks each, limits what it reads (S10), tries again on 408, 429, 5xx and transport faults with
/// back-off and <c>Retry-After</c>, and keeps to one pace per host. Thread-safe; one per project.
/// </summary>
public sealed class GuardedHttp : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly HttpRequestOptionsKey<bool> _trusted = new("escale.trusted");

    private readonly AddressGuard _guard;
    private readonly RunEnvironment _environment;
    private readonly HttpPatience _patience;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly HostGates _gates;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _retry;

    /// <summary>Creates the client.</summary>
    /// <param name="guard">Which addresses are allowed.</param>
    /// <param name="environment">Which services are ours.</param>
    /// <param name="clock">For waits and back-off.</param>
    /// <param name="patience">Time-outs and tries; null for the defaults.</param>
    /// <param name="resolve">Name resolution; null for the system's.</param>
    public GuardedHttp(
        AddressGuard guard, RunEnvironment environment, TimeProvider clock, HttpPatience? patience = null,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _guard = guard;
        _environment = environment;
        _patience = patience ?? new HttpPatience();
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _gates = new HostGates(clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            // A proxy would resolve names for us, after our check.
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = _patience.ConnectTimeout,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _retry = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TransportFault>().Handle<StatusFault>(fault => fault.IsTransient),
                MaxRetryAttempts = Math.Max(1, _patience.Retries),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _patience.FirstDelay,
                MaxDelay = _patience.MaxDelay,
                DelayGenerator = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is StatusFault { RetryAfter: { } wait } ? (TimeSpan?)(wait < _patience.MaxDelay ? wait : _patience.MaxDelay) : null),
            })
            .Build();
        Clock = clock;
    }

    private TimeProvider Clock { get; }

    /// <summary>What we call ourselves to servers.</summary>
    public static string UserAgent { get; } = "Escale/" + (typeof(GuardedHttp).Assembly.GetName().Version?.ToString(2) ?? "0") + " (data collector; honours robots.txt)";

    /// <summary>Asks, reads the answer, and tries both again when the fault may pass.</summary>
    /// <param name="ask">The request.</param>
    /// <param name="read">Reads the answer; called once per try, so it must be able to start again.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <exception cref="EscaleException">
    /// <c>collect.http.blocked</c>, <c>collect.http.status</c>, <c>collect.http.unreachable</c>, <c>collect.http.redirect</c>,
    /// <c>collect.too-large</c>, <c>collect.decompression-ratio</c>.
    /// </exception>
    public async Task<T> SendAsync<T>(HttpAsk ask, Func<HttpAnswer, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.ExecuteAsync(async token => await TryAsync(ask, read, token), cancellationToken);
        }
        catch (StatusFault fault)
        {
            throw new EscaleException(
                "collect.http.status",
                $"{fault.Shown} answered {fault.Status}{(fault.IsTransient ? $", also after {_patience.Retries} more tries" : "")}{fault.Detail}.",
                Remedy(fault.Status), new Place(fault.Shown));
        }
        catch (TransportFault fault)
        {
            throw new EscaleException(
                "collect.http.unreachable", $"{fault.Message}, also after {_patience.Retries} more tries.",
                "Check that the address is right and the service is up, then run again.", new Place(Show(ask.Address)), fault);
        }
    }

    /// <summary>The whole body of a successful answer.</summary>
    public Task<byte[]> ReadAsync(HttpAsk ask, CancellationToken cancellationToken) =>
        SendAsync(ask, (answer, token) => answer.ReadAllAsync(token), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>An address as messages may show it: no user information, secrets in the query masked.</summary>
    public static string Show(Uri address)
    {
        if (!address.IsAbsoluteUri)
        {
            return address.ToString();
        }
        var query = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var name = pair.Split('=')[0];
            return IsSecret(name) ? name + "=***" : pair;
        });
        var shown = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        var joined = string.Join('&', query);
        return joined.Length == 0 ? shown : shown + "?" + joined;
    }

    private static bool IsSecret(string name) =>
        new[] { "key", "token", "secret", "pass", "sig", "auth", "code" }.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Remedy(int status) => status switch
    {
        401 or 403 => "Check the source's auth settings and that its variables are set.",
        404 or 410 => "Check the path in the source file.",
        429 => "Ask for less: lower the concurrency or raise the delay, then run again.",
        >= 500 => "The service has a problem of its own: run again later.",
        _ => "Check the source's settings against the service's documentation.",
    };

    private async Task<T> TryAsync<T>(HttpAsk ask, Func<HttpAnswer, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var current = ask;
        for (var hop = 0; ; hop++)
        {
            using var turn = await _gates.EnterAsync(current.Address, current.Pace, cancellationToken);
            using var request = Build(current);
            using var response = await SendOnceAsync(request, current, cancellationToken);
            var status = (int)response.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                current = Follow(current, status, location, hop);
                continue;
            }
            if (!response.IsSuccessStatusCode && !ask.Accepts(status))
            {
                throw await StatusFault.FromAsync(response, Show(current.Address), Clock, cancellationToken);
            }
            await using var body = await OpenBodyAsync(response, current, cancellationToken);
            return await read(new HttpAnswer(status, current.Address, body, HeadersOf(response)), cancellationToken);
        }
    }

    private static HttpAsk Follow(HttpAsk ask, int status, Uri location, int hop)
    {
        var target = location.IsAbsoluteUri ? location : new Uri(ask.Address, location);
        var shown = Show(ask.Address);
        var problem = hop >= MaxRedirects ? $"more than {MaxRedirects} times"
            : target.Scheme is not ("http" or "https") ? $"to the scheme '{target.Scheme}'"
            : ask.Address.Scheme == "https" && target.Scheme == "http" ? "from https to http"
            : null;
        if (problem is not null)
        {
            throw new EscaleException("collect.http.redirect", $"{shown} redirects {problem}.", "Use the final address in the source file.", new Place(shown));
        }
        var keepsMethod = status is 307 or 308 || ask.Method == HttpMethod.Get || ask.Method == HttpMethod.Head;
        return ask with
        {
            Address = target,
            Headers = target.Authority == ask.Address.Authority && target.Scheme == ask.Address.Scheme ? ask.Headers : new Dictionary<string, string>(),
            Method = keepsMethod ? ask.Method : HttpMethod.Get,
            Body = keepsMethod ? ask.Body : null,
        };
    }

    private HttpRequestMessage Build(HttpAsk ask)
    {
        if (ask.Address.Scheme is not ("http" or "https"))
        {
            throw new EscaleException("collect.http.scheme", $"'{ask.Address.Scheme}' is not a scheme that can be collected.", "Use http:// or https://.", new Place(Show(ask.Address)));
        }
        var request = new HttpRequestMessage(ask.Method, ask.Address) { VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        request.Options.Set(_trusted, _environment.IsTrusted(ask.Address));
        if (ask.Body is not null)
        {
            request.Content = new ByteArrayContent(ask.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ask.BodyType);
        }
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br");
        foreach (var (name, value) in ask.Headers)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, HttpAsk ask, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_patience.ResponseTimeout);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportFault($"{Show(ask.Address)} did not answer within {_patience.ResponseTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException exception) when (FindBlocked(exception) is { } blocked)
        {
            throw blocked;
        }
        catch (HttpRequestException exception)
        {
            throw new TransportFault($"{Show(ask.Address)} cannot be reached ({exception.InnerException?.Message ?? exception.Message})", exception);
        }
    }

    private static EscaleException? FindBlocked(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is EscaleException blocked)
            {
                return blocked;
            }
        }
        return null;
    }

    private async Task<Stream> OpenBodyAsync(HttpResponseMessage response, HttpAsk ask, CancellationToken cancellationToken)
    {
        var shown = Show(ask.Address);
        var wire = new CountingStream(await response.Content.ReadAsStreamAsync(cancellationToken));
        Stream plain = wire;
        foreach (var coding in response.Content.Headers.ContentEncoding.Reverse())
        {
            plain = coding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(plain, CompressionMode.Decompress),
                "deflate" => new ZLibStream(plain, CompressionMode.Decompress),
                "br" => new BrotliStream(plain, CompressionMode.Decompress),
                "identity" => plain,
                _ => throw new EscaleException("collect.http.encoding", $"{shown} sends an encoding that was not asked for: '{coding}'.", null, new Place(shown)),
            };
        }
        return new LimitedStream(plain, () => wire.Count, ask.MaxSizeBytes, ask.MaxRatio, shown, _patience.SilenceTimeout);
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = string.Join(", ", values);
        }
        return headers;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var isTrusted = context.InitialRequestMessage.Options.TryGetValue(_trusted, out var trusted) && trusted;
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await _resolve(host, cancellationToken);
        var refused = Array.Find(addresses, address => !isTrusted && !_guard.Allows(host, address));
        if (refused is not null)
        {
            throw new EscaleException(
                "collect.http.blocked", $"{host} is at {refused}, which is not a public address: the request was not made.",
                "If this service may be reached, the operator can add it to network.allow in escale.yml.",
                new Place(Show(context.InitialRequestMessage.RequestUri!)));
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class StatusFault(int status, string shown, string detail, TimeSpan? retryAfter) : Exception
    {
        public int Status => status;

        public string Shown => shown;

        public string Detail => detail;

        public TimeSpan? RetryAfter => retryAfter;

        public bool IsTransient => status is 408 or 429 or >= 500;

        public static async Task<StatusFault> FromAsync(HttpResponseMessage response, string shown, TimeProvider clock, CancellationToken cancellationToken)
        {
            var after = response.Headers.RetryAfter;
            var wait = after?.Delta ?? (after?.Date is { } date ? date - clock.GetUtcNow() : null);
            return new StatusFault((int)response.StatusCode, shown, await FirstWordsAsync(response, cancellationToken), wait is { } time && time >= TimeSpan.Zero ? time : null);
        }

        private static async Task<string> FirstWordsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            if (response.Content.Headers.ContentEncoding.Count > 0 || response.Content.Headers.ContentType?.MediaType is not { } type
                || !(type.Contains("json", StringComparison.Ordinal) || type.StartsWith("text/plain", StringComparison.Ordinal)))
            {
                return "";
            }
            var buffer = new byte[300];
            try
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                var got = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                var text = System.Text.Encoding.UTF8.GetString(buffer.AsSpan(0, got)).ReplaceLineEndings(" ").Trim();
                return text.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $": {text}");
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                return "";
            }
        }
    }
}
