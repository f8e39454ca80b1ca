namespace Escale.Explore.Profiles.Meanings;

/// <summary>Names of countries in English and French, and their codes (ISO 3166), from <c>countries.txt</c>.</summary>
internal static class Countries
{
    private static readonly Lazy<(HashSet<string> Names, HashSet<string> Codes)> _known = new(Read);

    /// <summary>Whether it is a country's name.</summary>
    public static bool IsName(string value) => value.Length > 3 && _known.Value.Names.Contains(NameWords.WithoutAccents(value));

    /// <summary>Whether it is a country's code of two or three letters, or its name.</summary>
    public static bool IsCode(string value) => (value.Length is 2 or 3 && _known.Value.Codes.Contains(value)) || IsName(value);

    private static (HashSet<string>, HashSet<string>) Read()
    {
        var (names, codes) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        using var reader = new StreamReader(typeof(Countries).Assembly.GetManifestResourceStream("Escale.Explore.Profiles.countries.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(';');
            codes.UnionWith(parts.Take(2));
            names.UnionWith(parts.Skip(2).Select(NameWords.WithoutAccents));
        }
        return (names, codes);
    }
}
