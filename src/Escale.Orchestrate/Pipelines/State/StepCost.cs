using System.Text.Json;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>What a step cost besides its time, as its output says.</summary>
/// <param name="Rows">Rows written or read, or null where it does not say.</param>
/// <param name="Bytes">Bytes written, or null where it does not say.</param>
internal sealed record StepCost(long? Rows, long? Bytes)
{
    /// <summary>The cost that an output tells of: <c>{"rows": …, "bytes": …}</c> of a build, <c>{"count": …, "rows": […]}</c> of a query.</summary>
    public static StepCost Of(string? output)
    {
        if (output is null || !output.StartsWith('{'))
        {
            return new StepCost(null, null);
        }
        try
        {
            using var document = JsonDocument.Parse(output);
            return new StepCost(Number(document.RootElement, "rows") ?? (document.RootElement.TryGetProperty("rows", out _) ? Number(document.RootElement, "count") : null), Number(document.RootElement, "bytes"));
        }
        catch (JsonException)
        {
            return new StepCost(null, null); // what a step gives is its own affair
        }
    }

    private static long? Number(JsonElement output, string name) => output.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
