using System.Text.RegularExpressions;
using System.Xml.Linq;
using Escale.Testing;

namespace Escale.Kernel.Tests.House;

public sealed partial class The_rooms
{
    private static readonly string _sources = Path.Combine(Repository.Root, "src");

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(_sources).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Reference_only_what_the_table_in_ARCHITECTURE_allows(string project)
    {
        var allowed = Assert.Contains(project, Table());
        var document = XDocument.Load(Path.Combine(_sources, project, project + ".csproj"));
        var references = document.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Are_all_in_the_table_and_the_table_has_no_others()
    {
        var folders = Directory.GetDirectories(_sources).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

        Assert.Equal(folders, Table().Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Document_every_public_type(string project)
    {
        var undocumented =
            from file in Directory.EnumerateFiles(Path.Combine(_sources, project), "*.cs", SearchOption.AllDirectories)
            where !file.Contains("node_modules", StringComparison.Ordinal)
            let lines = File.ReadAllLines(file)
            from index in Enumerable.Range(0, lines.Length)
            where PublicType().IsMatch(lines[index]) && !IsPartialElsewhere(lines[index])
            let before = lines[..index].Reverse().SkipWhile(line => line.TrimStart().StartsWith('[') || line.TrimStart().StartsWith("#pragma", StringComparison.Ordinal)).FirstOrDefault() ?? ""
            where !before.TrimStart().StartsWith("///", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Repository.Root, file)}:{index + 1}";

        Assert.Empty(undocumented);
    }

    private static bool IsPartialElsewhere(string line) => line.Contains(" partial ", StringComparison.Ordinal);

    private static Dictionary<string, string[]> Table()
    {
        var rooms = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "ARCHITECTURE.md")))
        {
            if (Row().Match(line) is not { Success: true } row)
            {
                continue;
            }
            var references = row.Groups["refs"].Value.Trim();
            rooms[row.Groups["room"].Value] = references switch
            {
                "nothing" => [],
                "all" => [.. Projects.Select(room => room.Data)],
                _ => [.. references.Split(',', StringSplitOptions.TrimEntries).Select(name => "Escale." + name)],
            };
        }
        return rooms;
    }

    [GeneratedRegex(@"^\| `(?<room>Escale(\.\w+)?)` \|[^|]*\|(?<refs>[^|]*)\|$", RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\s*public (static |sealed |abstract |readonly |ref |partial )*(class|record|struct|interface|enum|record struct) \w+")]
    private static partial Regex PublicType();
}
