using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Escale.Explore.Questions;

/// <summary>A saved query with its chart: what <c>questions/ID.yml</c> holds.</summary>
public sealed record Question
{
    /// <summary>Stable: the file's name. Links and dashboards know the question by it.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>What it answers.</summary>
    public required string Title { get; init; }

    /// <summary>More about it; empty when there is nothing more to say.</summary>
    public string Description { get; init; } = "";

    /// <summary>Words by which it is found.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The query in steps; or <see cref="Sql"/>.</summary>
    public IReadOnlyList<Step>? Steps { get; init; }

    /// <summary>The query in SQL; or <see cref="Steps"/>.</summary>
    public string? Sql { get; init; }

    /// <summary>Values of the parameters of the SQL when nobody gives others.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>The chart, as <c>&lt;escale-chart&gt;</c> takes it.</summary>
    public JsonObject? Chart { get; init; }

    /// <summary>How questions are written in JSON and, through it, in YAML. Unknown keys are errors.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.Strict,
    };
}
