using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>What a project remembers about its embedded server: <c>.escale/postgres/server.json</c>.</summary>
internal sealed record ServerState
{
    /// <summary>Random, names the project's folder under <see cref="OutsideRoot"/> and its socket folder.</summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the server's folder when it lies outside the project, else null: <c>server</c> beside this file.</summary>
    public string? Outside { get; init; }

    /// <summary>The user it runs as when root starts it, or null when a plain user made it.</summary>
    public string? User { get; init; }

    /// <summary>The port it listened on last and tries first, so that a BI tool's address stays good; 0 before the first start.</summary>
    public int Port { get; init; }

    /// <summary>The version of the roles and database that were made in it; 0 before.</summary>
    public int Roles { get; init; }

    /// <summary>Where servers live whose project folder the server's user cannot reach (a clone under root's own home).</summary>
    public const string OutsideRoot = "/var/lib/escale";

    /// <summary>A random hexadecimal id of 12 characters.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(12, lowercase: true);

    /// <summary>Reads the file; null when there is none.</summary>
    public static ServerState? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ServerStateJson.Default.ServerState) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new EscaleException(
                "engines.postgres.state", $"The embedded server's state file cannot be read: {exception.Message}",
                "Restore the file from a backup, or delete the folder it is in to start with an empty database.", new Place(path), exception);
        }
    }

    /// <summary>Writes the file durably.</summary>
    public void Write(string path, DurableWriter writer) => writer.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, ServerStateJson.Default.ServerState));
}

/// <summary>Generated at build: every start that needs the server reads this file, and reflection would take longer than the reading.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ServerState))]
internal sealed partial class ServerStateJson : JsonSerializerContext;
