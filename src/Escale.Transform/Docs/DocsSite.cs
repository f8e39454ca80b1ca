using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Kernel;

namespace Escale.Transform.Docs;

/// <summary>Writes the site: one folder that works from the disk, without a server and without anything from elsewhere.</summary>
internal sealed class DocsSite(DurableWriter writer)
{
    private const string Resources = "Escale.Transform.Docs.Site.";

    // The default encoder escapes '<', '&' and everything that is not ASCII: the value is safe inside a script.
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes every file; returns the path of the page to open. Other files in the folder are left alone.</summary>
    public string Write(string folder, DocsData data)
    {
        writer.Files.CreateFolder(folder);
        var assembly = typeof(DocsSite).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            writer.Write(Path.Combine(folder, resource[Resources.Length..]), content);
        }
        writer.Write(Path.Combine(folder, "data.js"), Encoding.UTF8.GetBytes("const DATA = " + JsonSerializer.Serialize(data, _json) + ";\n"));
        return Path.Combine(folder, "index.html");
    }
}
