using System.Security.Cryptography;
using Escale.Collect.Files;
using Escale.Collect.Rest;
using Escale.Collect.Streams;
using Escale.Collect.Web;
using Escale.Projects.Yaml;

namespace Escale.Collect.Definitions;

/// <summary>Reads <c>sources/*.yml</c> (and below). One per project; reads the folder anew at each call of <see cref="Read"/>.</summary>
internal sealed class SourceCatalog(ProjectRoot root)
{
    // What reads a connector's keys and tables. The connectors themselves, with their engines and clients, are not needed to know the sources.
    private static readonly Dictionary<string, Func<SourceHeader, YamlReader, IReadOnlyList<SourceTable>>> _types = new(StringComparer.Ordinal)
    {
        ["files"] = FilesConnector.Read,
        ["rest_api"] = (header, source) => new RestReader(header).Read(source),
        ["web"] = WebReader.Read,
        ["stream"] = StreamConnector.Read,
    };

    /// <summary>The sources, by file name.</summary>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    public IReadOnlyList<SourceDefinition> Read()
    {
        var folder = Path.Combine(root.Folder, "sources");
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var sources = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => ReadFile(YamlFile.Read(root, path)))
            .ToList();
        RefuseDoubles(sources);
        return sources;
    }

    /// <summary>A hash of a file's bytes: changes in it are changes in the code of its assets.</summary>
    public string FingerprintOf(SourceDefinition source) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(root.Folder, source.Path))).AsSpan(0, 12));

    internal SourceDefinition ReadFile(YamlNode document)
    {
        var reader = document.AsMap("a source file").Reader("a source file");
        var name = reader.Text("source");
        if (name.Length == 0 || name.Any(letter => !(char.IsAsciiLetterOrDigit(letter) || letter == '_')))
        {
            throw reader.Need("source").Error("collect.source-name", $"'{name}' is not a name for a source.", "Use letters, digits and underscores.");
        }
        reader.Allow("description");
        var type = reader.Text("type");
        if (!_types.TryGetValue(type, out var read))
        {
            throw reader.Need("type").Error(
                "projects.unknown-value", $"There is no connector '{type}'.",
                Projects.Nearest.Remedy(type, _types.Keys, "It is one of " + string.Join(", ", _types.Keys.Order(StringComparer.Ordinal)) + "."));
        }
        var tables = read(new SourceHeader(name, reader.Text("schema", "bronze")), reader);
        reader.Done();
        return new SourceDefinition(name, type, document.File, tables);
    }

    private static void RefuseDoubles(List<SourceDefinition> sources)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tables = new Dictionary<TableName, SourceTable>();
        var streams = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (!names.Add(source.Name))
            {
                throw new EscaleException("collect.source-twice", $"The source '{source.Name}' is defined in more than one file.", "Rename one of them.", new Place(source.Path));
            }
            foreach (var table in source.Tables)
            {
                if (table.Settings is Streams.StreamSettings stream && !streams.Add(stream.Stream))
                {
                    throw new EscaleException("collect.stream-twice", $"The stream '{stream.Stream}' fills another table already.", "Fill one table from it, and make the others with models.", table.Place);
                }
                if (!tables.TryAdd(table.Table, table))
                {
                    throw new EscaleException(
                        "collect.table-twice", $"The table {table.Table} is also filled at {tables[table.Table].Place}.",
                        "Give one of them another 'table:'.", table.Place);
                }
            }
        }
    }
}
