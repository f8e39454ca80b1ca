using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Projects;
using Npgsql;

namespace Escale.Modeling.Endpoints;

/// <summary>The endpoints and their keys in PostgreSQL. Thread-safe.</summary>
internal sealed class EndpointStore(ModelingDatabase database, ModelRegistry registry, TimeProvider clock)
{
    private const string Columns = "select name, model, routes::text, per_second, is_open, person, created_at, logging::text from modeling.endpoints";
    private const string All = Columns + " order by name";
    private const string ByName = Columns + " where name = $1";
    private const string Save = """
        insert into modeling.endpoints (name, model, routes, per_second, is_open, person, created_at, updated_at, logging) values ($1, $2, $3::jsonb, $4, $5, $6, $7, $7, $8::jsonb)
        on conflict (name) do update set model = excluded.model, routes = excluded.routes, per_second = excluded.per_second, is_open = excluded.is_open, logging = excluded.logging, updated_at = excluded.updated_at
        """;

    private const string Delete = "delete from modeling.endpoints where name = $1";
    private const string InsertKey = "insert into modeling.endpoint_keys (id, endpoint, prefix, hash, name, person, made_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string KeysOf = "select id, prefix, name, person, made_at, ends_at, revoked_at, hash, endpoint from modeling.endpoint_keys where $1::text is null or endpoint = $1 order by made_at desc";
    private const string RevokeKey = "update modeling.endpoint_keys set revoked_at = $3 where endpoint = $1 and id = $2 and revoked_at is null";
    private const string Number = "select number from modeling.changes";

    /// <summary>A number that grows with every change of what is served.</summary>
    public async Task<long> ChangesAsync(CancellationToken cancellationToken) => (await database.ReadAsync(Number, [], row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>All endpoints.</summary>
    public Task<IReadOnlyList<ModelEndpoint>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(All, [], EndpointOf, cancellationToken);

    /// <summary>An endpoint.</summary>
    /// <exception cref="EscaleException"><c>modeling.endpoint-not-found</c>.</exception>
    public async Task<ModelEndpoint> GetAsync(string name, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(ByName, [name], EndpointOf, cancellationToken);
        return found.Count > 0 ? found[0] : throw new EscaleException(
            "modeling.endpoint-not-found", $"There is no endpoint '{name}'.", Nearest.Remedy(name, (await ListAsync(cancellationToken)).Select(one => one.Name), "Make one from a registered model."));
    }

    /// <summary>Makes an endpoint or changes it.</summary>
    /// <exception cref="EscaleException"><c>modeling.endpoint-invalid</c>, <c>modeling.model-not-found</c>, <c>modeling.version-not-found</c>.</exception>
    public async Task<ModelEndpoint> SaveAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Name.Length is 0 or > 60 || !char.IsAsciiLetter(endpoint.Name[0]) || !endpoint.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new EscaleException("modeling.endpoint-invalid", $"'{endpoint.Name}' cannot be the name of an endpoint.", "Use letters, digits, - and _, beginning with a letter; 60 at most.");
        }
        if (endpoint.Routes.Count is 0 or > 20 || endpoint.Routes.Any(route => !(route.Weight >= 0) || double.IsInfinity(route.Weight)) || !endpoint.Routes.Any(route => !route.Shadow && route.Weight > 0) || endpoint.PerSecond <= 0)
        {
            throw new EscaleException("modeling.endpoint-invalid", "An endpoint needs from 1 to 20 routes, one of them with a weight above 0 that is no shadow, and a limit above 0 if any.", "Give routes such as [{\"version\": \"champion\", \"weight\": 1}].");
        }
        if (endpoint.Logging is not { Share: >= 0 and <= 1, Days: >= 1 and <= 3650, MostErrors: > 0 and <= 1, MostMilliseconds: > 0 and <= 3_600_000 })
        {
            throw new EscaleException("modeling.endpoint-invalid", "The share of requests to keep is from 0 to 1, they are kept for 1 to 3,650 days, and the limits of alerts are above 0.", "Correct what is out of bounds.");
        }
        foreach (var route in endpoint.Routes)
        {
            // The champion may come later: until then the newest version answers.
            await registry.FindAsync(endpoint.Model, route.Version == ModelRegistry.Champion ? null : route.Version, cancellationToken);
        }
        await database.WriteAsync(
            [(Save, [endpoint.Name, endpoint.Model, JsonSerializer.Serialize(endpoint.Routes, TrackingJson.Options), endpoint.PerSecond, endpoint.IsOpen, endpoint.Person, clock.GetUtcNow(), JsonSerializer.Serialize(endpoint.Logging, TrackingJson.Options)])], cancellationToken);
        return await GetAsync(endpoint.Name, cancellationToken);
    }

    /// <summary>Removes an endpoint with its keys.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => await database.WriteAsync([(Delete, [name])], cancellationToken) > 0;

    /// <summary>A new key; its text is known to nobody afterwards.</summary>
    public async Task<(EndpointKey Key, KeyText Text)> MakeKeyAsync(string endpoint, string name, Caller by, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await GetAsync(endpoint, cancellationToken);
        var (text, now) = (KeyText.Make(), clock.GetUtcNow());
        var key = new EndpointKey(Guid.CreateVersion7(now).ToString("N"), text.Prefix, name, by.Name, now, now + lifetime, null);
        await database.WriteAsync([(InsertKey, [key.Id, endpoint, text.Prefix, text.Hash(), name, by.Name, now, key.EndsAt])], cancellationToken);
        return (key, text);
    }

    /// <summary>The keys of an endpoint, the newest first.</summary>
    public async Task<IReadOnlyList<EndpointKey>> KeysAsync(string endpoint, CancellationToken cancellationToken) =>
        [.. (await database.ReadAsync(KeysOf, [endpoint], KeyOf, cancellationToken)).Select(key => key.Key)];

    /// <summary>The keys of all endpoints with their hashes.</summary>
    internal Task<IReadOnlyList<(EndpointKey Key, byte[] Hash, string Endpoint)>> AllKeysAsync(CancellationToken cancellationToken) => database.ReadAsync(KeysOf, [null], KeyOf, cancellationToken);

    /// <summary>Ends a key at once.</summary>
    public async Task<bool> RevokeKeyAsync(string endpoint, string id, CancellationToken cancellationToken) => await database.WriteAsync([(RevokeKey, [endpoint, id, clock.GetUtcNow()])], cancellationToken) > 0;

    private static ModelEndpoint EndpointOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), JsonSerializer.Deserialize<List<EndpointRoute>>(row.GetString(2), TrackingJson.Options)!, row.IsDBNull(3) ? null : row.GetInt32(3), row.GetBoolean(4),
        row.GetString(5), row.GetFieldValue<DateTimeOffset>(6)) { Logging = JsonSerializer.Deserialize<EndpointLogging>(row.GetString(7), TrackingJson.Options)! };

    private static (EndpointKey Key, byte[] Hash, string Endpoint) KeyOf(NpgsqlDataReader row) => (
        new EndpointKey(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6)), row.GetFieldValue<byte[]>(7), row.GetString(8));
}
