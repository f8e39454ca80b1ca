using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>Doc blocks (<c>{% docs name %} … {% enddocs %}</c> in Markdown files) and the descriptions that use them with <c>doc()</c>.</summary>
internal sealed class DocBlocks
{
    private readonly Dictionary<Key, Block> _blocks = [];
    private readonly DbtProject _project;

    private sealed record Key(string Package, string Name);

    private sealed record Block(string Text, Place Place);

    public DocBlocks(DbtProject project)
    {
        _project = project;
        foreach (var package in project.Packages)
        {
            foreach (var file in package.DocumentFiles)
            {
                Read(package.Name, file);
            }
        }
    }

    /// <summary>A description with its <c>{{ doc('name') }}</c> and other Jinja replaced.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-doc</c>, or what the Jinja does is wrong.</exception>
    public string Resolve(string description, string package, Place place) => !YamlJinja.IsJinja(description) ? description
        : OnlyDoc(description) is { } name ? Words(null, name, package, place)
        : _project.Jinja.Text(
            description, new YamlScope(_project.Name, _project.VarsOf(package), (from, block) => Words(from, block, package, place)), place);

    /// <summary>The name in a description that is <c>{{ doc('name') }}</c> and no more: nearly all that have Jinja, and no interpreter is needed.</summary>
    private static string? OnlyDoc(string description)
    {
        var text = description.AsSpan().Trim();
        if (!text.StartsWith("{{") || !text.EndsWith("}}"))
        {
            return null;
        }
        var inside = text[2..^2].Trim();
        if (!inside.StartsWith("doc(") || !inside.EndsWith(")"))
        {
            return null;
        }
        var name = inside[4..^1].Trim();
        var isQuoted = name.Length > 2 && name[0] is '\'' or '"' && name[^1] == name[0];
        return isQuoted && name[1..^1].IndexOfAny("'\"{},") < 0 ? name[1..^1].ToString() : null;
    }

    private string Words(string? from, string name, string package, Place place) =>
        (from is not null ? Find(from, name) : Find(_project.Name, name) ?? Find(package, name) ?? FindAnywhere(name))
        ?? throw new EscaleException(
            "projects.unknown-doc", $"There is no doc block '{name}'.",
            Nearest.Remedy(name, _blocks.Keys.Select(key => key.Name), $"Add {{% docs {name} %}} … {{% enddocs %}} to a .md file beside the models."),
            place);

    private string? Find(string package, string name) => _blocks.TryGetValue(new(package, name), out var block) ? block.Text : null;

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
            if (!_blocks.TryAdd(new(package, open.Name), new(text[open.End..close.Start].Trim(), place)))
            {
                throw new EscaleException(
                    "projects.docs-invalid", $"The doc block '{open.Name}' stands twice; the first is at {_blocks[new(package, open.Name)].Place}.", "Rename one of them.", place);
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
