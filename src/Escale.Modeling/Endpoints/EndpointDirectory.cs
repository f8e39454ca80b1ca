using System.Collections.Frozen;
using Escale.Kernel;
using Escale.Modeling.Registry;

namespace Escale.Modeling.Endpoints;

/// <summary>A version that answers an endpoint's requests, with the share of them that it gets.</summary>
/// <param name="Model">The version in memory.</param>
/// <param name="Until">Where its share ends, of 0 to 1.</param>
internal readonly record struct ServedRoute(ServedModel Model, double Until);

/// <summary>An endpoint in memory. What is served is never changed: another takes its place.</summary>
internal sealed class ServedEndpoint
{
    private const double GoldenRatio = 0.6180339887498949;
    private long _requests;

    public required ModelEndpoint Settings { get; init; }

    public required ServedRoute[] Routes { get; init; }

    public required ServedModel[] Shadows { get; init; }

    public required FrozenDictionary<KeyHash, ServedKey> Keys { get; init; }

    /// <summary>How often people's tokens may ask, all together: they are looked up in the record each time.</summary>
    public required TokenBucket Tokens { get; init; }

    public required EndpointCounts Counts { get; init; }

    /// <summary>Its number in the log of predictions; −1 until its first request.</summary>
    public int LogNumber { get; set; } = -1;

    /// <summary>The version for the next request: shares come out even over any few requests, without chance.</summary>
    public ServedModel Next()
    {
        if (Routes.Length == 1)
        {
            return Routes[0].Model;
        }
        var place = Interlocked.Increment(ref _requests) * GoldenRatio % 1;
        foreach (var route in Routes)
        {
            if (place < route.Until)
            {
                return route.Model;
            }
        }
        return Routes[^1].Model;
    }
}

/// <summary>A key in memory.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EndsAt">Until when it is good.</param>
/// <param name="Limit">How often it may ask; null for no limit.</param>
internal sealed record ServedKey(string Id, DateTimeOffset EndsAt, TokenBucket? Limit);

/// <summary>What an endpoint has done since the program started.</summary>
internal sealed class EndpointCounts
{
    public long Requests;
    public long Rows;
    public long Errors;
    public long ShadowRows;
    public long ShadowDiffers;

    /// <summary>Requests, errors and times, minute by minute.</summary>
    public readonly Watching.MinuteCounts Minutes = new();
}

/// <summary>
/// The endpoints in memory. A request finds everything here; PostgreSQL is asked once a second whether something changed, and while it is away what is known goes on. Thread-safe.
/// </summary>
internal sealed class EndpointDirectory(EndpointStore store, ModelRegistry registry, TimeProvider clock) : IAsyncDisposable
{
    private const int TokensPerSecond = 600;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<(string Sha256, int Version), ServedModel> _models = [];
    private readonly Dictionary<string, EndpointCounts> _counts = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<string, ServedEndpoint>? _served;
    private long _number = -1;
    private Task _watching = Task.CompletedTask;

    /// <summary>The endpoint of a name, when it is in memory already; at most the first request of the program finds nothing here.</summary>
    public bool TryFind(string name, out ServedEndpoint? endpoint)
    {
        endpoint = null;
        if (_served is not { } served)
        {
            return false;
        }
        served.TryGetValue(name, out endpoint);
        return true;
    }

    /// <summary>The endpoint of a name, or null.</summary>
    public async ValueTask<ServedEndpoint?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_served is null)
        {
            await RefreshAsync(cancellationToken);
        }
        return _served!.GetValueOrDefault(name);
    }

    /// <summary>Looks for changes at once: for who has just made one.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var number = await store.ChangesAsync(cancellationToken);
            if (number != _number)
            {
                _served = await LoadAsync(cancellationToken);
                _number = number;
            }
            if (_watching.IsCompleted && !_ended.IsCancellationRequested)
            {
                _watching = WatchAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ended.Dispose();
        _gate.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            await Task.Delay(_pause, clock, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RefreshAsync(_ended.Token);
            }
            catch (Exception error) when (error is EscaleException or OperationCanceledException or Npgsql.NpgsqlException)
            {
                // What is known stays in use until the record can be asked again.
            }
        }
    }

    private async Task<FrozenDictionary<string, ServedEndpoint>> LoadAsync(CancellationToken cancellationToken)
    {
        var keys = (await store.AllKeysAsync(cancellationToken)).Where(key => key.Key.RevokedAt is null).ToLookup(key => key.Endpoint, StringComparer.Ordinal);
        var served = new Dictionary<string, ServedEndpoint>(StringComparer.Ordinal);
        var used = new HashSet<(string, int)>();
        foreach (var endpoint in (await store.ListAsync(cancellationToken)).Where(endpoint => endpoint.IsOpen))
        {
            try
            {
                served[endpoint.Name] = await ServeAsync(endpoint, keys[endpoint.Name], used, cancellationToken);
            }
            catch (EscaleException error) when (error.Code.StartsWith("modeling.", StringComparison.Ordinal) && _served?.GetValueOrDefault(endpoint.Name) is { } before)
            {
                served[endpoint.Name] = before; // A model that cannot be read does not take the place of one that can.
            }
            catch (EscaleException error) when (error.Code.StartsWith("modeling.", StringComparison.Ordinal))
            {
                // It is not served; its page says why.
            }
        }
        foreach (var gone in _models.Keys.Except(used.Select(key => (key.Item1, key.Item2))).ToList())
        {
            _models.Remove(gone);
        }
        return served.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private async Task<ServedEndpoint> ServeAsync(ModelEndpoint endpoint, IEnumerable<(EndpointKey Key, byte[] Hash, string Endpoint)> keys, HashSet<(string, int)> used, CancellationToken cancellationToken)
    {
        var (routes, shadows, sum) = (new List<ServedRoute>(), new List<ServedModel>(), endpoint.Routes.Where(route => !route.Shadow).Sum(route => route.Weight));
        var until = 0.0;
        foreach (var route in endpoint.Routes)
        {
            var version = await registry.FindAsync(endpoint.Model, route.Version == ModelRegistry.Champion ? null : route.Version, cancellationToken);
            var key = (version.Sha256, version.Version);
            if (!_models.TryGetValue(key, out var model) || model.Version.Name != version.Name)
            {
                model = _models[key] = new ServedModel(version, registry.Load(version), registry.PreparationOf(version));
            }
            used.Add(key);
            if (route.Shadow)
            {
                shadows.Add(model);
            }
            else if (route.Weight > 0)
            {
                routes.Add(new ServedRoute(model, until += route.Weight / sum));
            }
        }
        return new ServedEndpoint
        {
            Settings = endpoint, Routes = [.. routes], Shadows = [.. shadows], Tokens = new TokenBucket(Math.Min(endpoint.PerSecond ?? TokensPerSecond, TokensPerSecond), clock),
            Counts = _counts.TryGetValue(endpoint.Name, out var counts) ? counts : _counts[endpoint.Name] = new EndpointCounts(),
            Keys = keys.ToFrozenDictionary(key => KeyHash.Of(key.Hash), key => new ServedKey(key.Key.Id, key.Key.EndsAt, endpoint.PerSecond is { } limit ? new TokenBucket(limit, clock) : null)),
        };
    }
}
