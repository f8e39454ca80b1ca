namespace Escale.Collect.Http;

/// <summary>One request to make, with its limits.</summary>
public sealed record HttpAsk
{
    /// <summary>Where to.</summary>
    public required Uri Address { get; init; }

    /// <summary>The method; default GET.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Headers. None of them follows a redirect to another host.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body, or null.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string BodyType { get; init; } = "application/json";

    /// <summary>How many bytes of body to accept, after decompression; default 64 MB.</summary>
    public long MaxSizeBytes { get; init; } = 64L << 20;

    /// <summary>How much larger than what was transferred the decompressed body may be; default 200 (and never refused below 1 MB).</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Status codes beside 2xx that the reader handles itself (404 with a response action, 304).</summary>
    public Func<int, bool> Accepts { get; init; } = _ => false;

    /// <summary>How gently the host is treated.</summary>
    public HttpPace Pace { get; init; } = HttpPace.Api;
}

/// <summary>How gently a host is treated.</summary>
/// <param name="Concurrency">Requests under way at once, per host.</param>
/// <param name="Delay">Time from the end of one request to the start of the next, per host.</param>
public sealed record HttpPace(int Concurrency, TimeSpan Delay)
{
    /// <summary>For APIs and files: four at once, no delay.</summary>
    public static HttpPace Api { get; } = new(4, TimeSpan.Zero);

    /// <summary>For web pages: one at a time, one second apart.</summary>
    public static HttpPace Web { get; } = new(1, TimeSpan.FromSeconds(1));
}

/// <summary>How often and how long to try.</summary>
public sealed record HttpPatience
{
    /// <summary>Tries beside the first; default 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The first back-off, doubled each time, with jitter; default 0.5 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait, also when <c>Retry-After</c> asks for more; default 60 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>To connect; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the request to the response's headers; default 60 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest silence in the middle of a body; default 60 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What came back, while its body is being read.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Address">The address that answered, after redirects.</param>
/// <param name="Body">The decompressed body, limited; throws a typed error beyond the limits.</param>
/// <param name="Headers">All response headers, names ignoring case; repeated ones joined by <c>, </c>.</param>
public sealed record HttpAnswer(int Status, Uri Address, Stream Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Reads the whole body into memory.</summary>
    public async Task<byte[]> ReadAllAsync(CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await Body.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }
}

/// <summary>A fault worth another try: the connection broke, the body was cut, the page was not whole.</summary>
internal sealed class TransportFault(string message, Exception? inner = null) : Exception(message, inner);
