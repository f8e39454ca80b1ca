using System.Text.Json.Nodes;
using Escale.Learning.Persistence;

namespace Escale.Learning.Tests.Fixtures;

/// <summary>A part of a model file, through the text that JSON has in a file.</summary>
internal static class SavedPart
{
    public static SavedNode Of(string kind, Action<SavedNode> save)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = kind }, new List<byte[]>());
        save(new SavedNode(json, arrays));
        return new SavedNode(JsonNode.Parse(json.ToJsonString())!.AsObject(), arrays);
    }
}
