using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>A pipeline as a run has it: the file may have changed since.</summary>
/// <param name="Hash">The hash of its text.</param>
/// <param name="Pipeline">What it says.</param>
/// <param name="Graph">The order of its steps.</param>
internal sealed record Definition(string Hash, PipelineSpec Pipeline, FlowGraph Graph)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Its text.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The definition of a pipeline.</summary>
    public static Definition Of(PipelineSpec pipeline)
    {
        var text = JsonSerializer.Serialize(pipeline, _json);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        return new Definition(hash, pipeline, pipeline.Graph()) { Text = text };
    }

    /// <summary>The definition of a text.</summary>
    public static Definition Of(string hash, string text)
    {
        var pipeline = JsonSerializer.Deserialize<PipelineSpec>(text, _json)!;
        return new Definition(hash, pipeline, pipeline.Graph()) { Text = text };
    }
}

/// <summary>The definitions that runs name: read once, kept while they are used. Thread-safe.</summary>
internal sealed class Definitions(IPipelineStore store)
{
    private const int MostKept = 2000;

    private readonly ConcurrentDictionary<string, Definition> _byHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _kept = new(StringComparer.Ordinal);

    /// <summary>The definition of a hash.</summary>
    public async ValueTask<Definition> GetAsync(string hash, CancellationToken cancellationToken)
    {
        if (_byHash.TryGetValue(hash, out var known))
        {
            return known;
        }
        var text = await store.DefinitionAsync(hash, cancellationToken) ?? throw new InvalidOperationException($"The definition {hash} is gone.");
        return Remember(Definition.Of(hash, text));
    }

    /// <summary>Keeps definitions that runs are about to name.</summary>
    public async Task KeepAsync(IEnumerable<Definition> definitions, CancellationToken cancellationToken)
    {
        var missing = definitions.Where(definition => !_kept.ContainsKey(definition.Hash)).DistinctBy(definition => definition.Hash).ToDictionary(definition => definition.Hash);
        if (missing.Count == 0)
        {
            return;
        }
        await store.KeepDefinitionsAsync(missing.ToDictionary(pair => pair.Key, pair => pair.Value.Text), cancellationToken);
        foreach (var definition in missing.Values)
        {
            _kept.TryAdd(Remember(definition).Hash, 0);
        }
    }

    private Definition Remember(Definition definition)
    {
        if (_byHash.Count > MostKept)
        {
            _byHash.Clear();
        }
        return _byHash[definition.Hash] = definition;
    }
}
