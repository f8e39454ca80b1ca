using System.Text.Json;
using System.Text.Json.Nodes;

namespace Escale.Learning.Persistence;

/// <summary>One part alone in a file: what is fitted without a target has no whole <see cref="Model"/> around it.</summary>
internal static class PartFile
{
    /// <summary>Writes a part.</summary>
    public static void Write(Stream stream, string kind, Action<SavedNode> save)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = kind }, new List<byte[]>());
        save(new SavedNode(json, arrays));
        ModelFile.Write(JsonSerializer.SerializeToUtf8Bytes(json), arrays, stream);
    }

    /// <summary>Reads a part.</summary>
    /// <exception cref="LearningException">The file is damaged, or holds another kind.</exception>
    public static T Read<T>(Stream stream, string kind, Func<SavedNode, T> load) =>
        ModelFile.Read(stream, node => node.Kind == kind ? load(node) : throw SavedNode.Damaged($"it holds '{node.Kind}', not '{kind}'"));
}
