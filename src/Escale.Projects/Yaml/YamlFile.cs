using Escale.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Escale.Projects.Yaml;

/// <summary>Reads one YAML document into nodes that know their place. The one place that knows the YAML package.</summary>
public static class YamlFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxSizeBytes = 8 << 20;

    /// <summary>The deepest nesting that is accepted.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most nodes in one document once its aliases are expanded ("billion laughs" stops here).</summary>
    public const long MaxNodes = 500_000;

    /// <summary>Reads a file of the project.</summary>
    /// <param name="root">The project, so that messages show the path relative to it.</param>
    /// <param name="path">Absolute path of the file.</param>
    /// <exception cref="EscaleException">
    /// <c>projects.file-unreadable</c>, <c>projects.yaml-invalid</c>, <c>projects.yaml-duplicate-key</c>, <c>projects.yaml-too-large</c>, with the place.
    /// </exception>
    public static YamlNode Read(ProjectRoot root, string path)
    {
        var shown = root.Show(path);
        return Parse(ProjectFile.ReadText(path, shown, MaxSizeBytes), shown);
    }

    /// <summary>Reads YAML text. An empty document is an empty mapping.</summary>
    /// <param name="text">The document.</param>
    /// <param name="file">The file's name as messages show it.</param>
    /// <exception cref="EscaleException">As <see cref="Read"/>.</exception>
    public static YamlNode Parse(string text, string file)
    {
        RefuseControlCharacters(text, file);
        var parser = new Parser(new StringReader(text));
        try
        {
            return new Builder(file, parser).Document();
        }
        catch (YamlException error)
        {
            throw Invalid(error, error.Start, error.End, text, file);
        }
        catch (InvalidOperationException error)
        {
            // The package's scanner gives up so on some broken plain scalars, without a place of its own.
            var mark = parser.Current?.End ?? Mark.Empty;
            throw Invalid(error, mark, mark, text, file);
        }
    }

    private static void RefuseControlCharacters(string text, string file)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] < ' ' && text[at] is not ('\t' or '\n' or '\r'))
            {
                var before = text.AsSpan(0, at);
                throw new EscaleException(
                    "projects.yaml-invalid", $"The file holds a control character (U+{(int)text[at]:X4}).", "Remove it.",
                    new Place(file, before.Count('\n') + 1, at - before.LastIndexOf('\n')));
            }
        }
    }

    private static EscaleException Invalid(Exception error, Mark start, Mark end, string text, string file)
    {
        var lines = text.Split('\n');
        for (var line = (int)start.Line; line <= Math.Min(end.Line + 1, lines.Length); line++)
        {
            var source = lines[Math.Max(0, line - 1)];
            if (source.AsSpan(0, source.Length - source.AsSpan().TrimStart().Length).Contains('\t'))
            {
                return new EscaleException(
                    "projects.yaml-invalid", "The line is indented with a tab; YAML takes spaces only.", "Replace the tab by spaces.",
                    new Place(file, line, source.IndexOf('\t', StringComparison.Ordinal) + 1), error);
            }
        }
        var first = lines.ElementAtOrDefault((int)start.Line - 1) ?? "";
        var message = error is YamlException ? error.Message : "a value ends where it should not";
        var remedy = first.Contains("{{", StringComparison.Ordinal)
            ? "Put the value with {{ … }} in quotes."
            : "Correct the line; check its indentation, the space after ':' and the quotes.";
        return new EscaleException(
            "projects.yaml-invalid", $"The file is not valid YAML: {message.TrimEnd('.')}.", remedy,
            new Place(file, Math.Max(1, (int)start.Line), Math.Max(1, (int)start.Column)), error);
    }

    /// <summary>Builds nodes from the parser's events.</summary>
    private sealed class Builder(string file, Parser parser)
    {
        private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
        private int _depth;

        public YamlNode Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return new YamlMap(file, 1, 1, []);
            }
            parser.Consume<DocumentStart>();
            var root = Node();
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out var second))
            {
                throw At(second.Start, "projects.yaml-invalid", "The file holds more than one document.", "Keep one document per file: remove the '---'.");
            }
            return root is YamlScalar { IsNull: true } ? new YamlMap(file, 1, 1, []) : root;
        }

        private YamlNode Node()
        {
            if (++_depth > MaxDepth)
            {
                throw At(parser.Current!.Start, "projects.yaml-too-large", $"The nesting is deeper than {MaxDepth} levels.", "Flatten the file.");
            }
            var start = parser.Current!.Start;
            YamlNode node;
            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                node = Alias(alias);
            }
            else if (parser.TryConsume<Scalar>(out var scalar))
            {
                node = Remember(scalar, Scalar(scalar));
            }
            else if (parser.TryConsume<SequenceStart>(out var sequence))
            {
                node = Remember(sequence, List(start));
            }
            else
            {
                var mapping = parser.Consume<MappingStart>();
                node = Remember(mapping, Map(start));
            }
            if (node.Weight > MaxNodes || node.Height + _depth > MaxDepth + 1)
            {
                throw At(start, "projects.yaml-too-large", "The document grows too large when its aliases are expanded.", "Write less with anchors.");
            }
            _depth--;
            return node;
        }

        private YamlNode Alias(AnchorAlias alias) => _anchors.TryGetValue(alias.Value.Value, out var node)
            ? node
            : throw At(alias.Start, "projects.yaml-invalid", $"The alias '*{alias.Value.Value}' names no anchor before it.", "Define the anchor first with '&'.");

        private YamlNode Remember(NodeEvent started, YamlNode node)
        {
            if (!started.Anchor.IsEmpty)
            {
                _anchors[started.Anchor.Value] = node;
            }
            return node;
        }

        private YamlScalar Scalar(Scalar scalar) =>
            new(file, (int)scalar.Start.Line, (int)scalar.Start.Column, scalar.Value, scalar.Style == ScalarStyle.Plain && !IsText(scalar));

        private static bool IsText(Scalar scalar) => !scalar.Tag.IsEmpty && scalar.Tag.Value is "tag:yaml.org,2002:str" or "!";

        private YamlList List(Mark start)
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node());
            }
            return new YamlList(file, (int)start.Line, (int)start.Column, items);
        }

        private YamlMap Map(Mark start)
        {
            var entries = new List<YamlEntry>();
            var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
            var merged = new List<YamlMap>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var keyStart = parser.Current!.Start;
                if (Node() is not YamlScalar key)
                {
                    throw At(keyStart, "projects.yaml-invalid", "A key must be a single word or text.", "Put a value that begins with '{' or '[' in quotes.");
                }
                var value = Node();
                if (key is { Text: "<<", IsPlain: true })
                {
                    merged.AddRange(Merged(value));
                }
                else if (seen.TryAdd(key.Text, key))
                {
                    entries.Add(new YamlEntry(key, value));
                }
                else
                {
                    throw key.Error("projects.yaml-duplicate-key", $"The key '{key.Text}' stands twice; the first is on line {seen[key.Text].Line}.", "Remove one of them.");
                }
            }
            // Own keys win over merged ones, and an earlier merged mapping over a later one (YAML 1.1 merge type).
            entries.AddRange(merged.SelectMany(map => map.Entries).Where(entry => seen.TryAdd(entry.Name, entry.Key)));
            // A pair that stands in a flow list without braces ([a: b]) has no mark of its own.
            var (line, column) = start.Index == 0 && entries.Count > 0 ? (entries[0].Key.Line, entries[0].Key.Column) : ((int)start.Line, (int)start.Column);
            return new YamlMap(file, line, column, entries);
        }

        private static IEnumerable<YamlMap> Merged(YamlNode value) => value is YamlList list
            ? list.Items.Select(item => item.AsMap("a mapping to merge"))
            : [value.AsMap("a mapping to merge")];

        private EscaleException At(Mark mark, string code, string message, string remedy) =>
            new(code, message, remedy, new Place(file, (int)mark.Line, (int)mark.Column));
    }
}
