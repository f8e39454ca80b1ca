using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>Doc blocks (<c>{% docs name %} … {% enddocs %}</c> in Markdown files) and the descriptions that use them with <c>doc()</c>.</summary>
internal sealed class DocBlocks
{
    private readonly Dictionary<(string Package, string Name), (string Text, Place Place)> _blocks = [];
    private readonly string _root;

    public DocBlocks(DbtProject project)
    {
        _root = project.Name;
        foreach (var package in project.Packages)
        {
            foreach (var file in package.DocumentFiles)
            {
                Read(package.Name, file);
            }
        }
    }

    /// <summary>A description with its <c>{{ doc('name') }}</c> replaced.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-doc</c>.</exception>
    public string Resolve(string description, string package, Place place)
    {
        for (var from = 0; ;)
        {
            var open = description.IndexOf("{{", from, StringComparison.Ordinal);
            var close = open < 0 ? -1 : description.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                return description;
            }
            var inside = description[(open + 2)..close].Trim('-', ' ', '\n', '\t');
            from = close + 2;
            if (inside.StartsWith("doc(", StringComparison.Ordinal) && inside.EndsWith(')'))
            {
                var names = inside[4..^1].Split(',').Select(name => name.Trim(' ', '\'', '"')).ToArray();
                var text = names.Length == 2 ? Find(names[0], names[1]) : Find(_root, names[0]) ?? Find(package, names[0]) ?? FindAnywhere(names[0]);
                if (text is null)
                {
                    throw new EscaleException(
                        "projects.unknown-doc", $"There is no doc block '{names[^1]}'.",
                        Nearest.Remedy(names[^1], _blocks.Keys.Select(key => key.Name), $"Add {{% docs {names[^1]} %}} … {{% enddocs %}} to a .md file beside the models."),
                        place);
                }
                description = string.Concat(description.AsSpan(0, open), text, description.AsSpan(from));
                from = open + text.Length;
            }
        }
    }

    private string? Find(string package, string name) => _blocks.TryGetValue((package, name), out var block) ? block.Text : null;

    private string? FindAnywhere(string name) => _blocks.Where(pair => pair.Key.Name == name).Select(pair => pair.Value.Text).FirstOrDefault();

    private void Read(string package, SqlFile file)
    {
        var text = file.Text;
        for (var at = 0; Tag(text, "docs", at) is { } open; )
        {
            var line = text.AsSpan(0, open.Start).Count('\n') + 1;
            var place = new Place(file.Path, line);
            if (Tag(text, "enddocs", open.End) is not { } close)
            {
                throw new EscaleException("projects.docs-invalid", $"The doc block '{open.Name}' does not end.", "Add {% enddocs %}.", place);
            }
            if (!_blocks.TryAdd((package, open.Name), (text[open.End..close.Start].Trim(), place)))
            {
                throw new EscaleException(
                    "projects.docs-invalid", $"The doc block '{open.Name}' stands twice; the first is at {_blocks[(package, open.Name)].Place}.", "Rename one of them.", place);
            }
            at = close.End;
        }
    }

    private static (int Start, int End, string Name)? Tag(string text, string word, int from)
    {
        while (true)
        {
            var start = text.IndexOf("{%", from, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf("%}", start, StringComparison.Ordinal);
            if (end < 0)
            {
                return null;
            }
            var inside = text.AsSpan(start + 2, end - start - 2).Trim('-').Trim();
            from = end + 2;
            if (inside.StartsWith(word, StringComparison.Ordinal) && (inside.Length == word.Length || char.IsWhiteSpace(inside[word.Length])))
            {
                return (start, end + 2, inside[word.Length..].Trim().ToString());
            }
        }
    }
}
