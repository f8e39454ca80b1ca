using Escale.Testing;

namespace Escale.Kernel.Tests.House;

public sealed class The_tree
{
    [Fact]
    public void Lists_every_error_code_in_the_manual()
    {
        var manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "manual", "errors.md"));
        var thrown = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(
                File.ReadAllText(file), @"new\s+(?:Escale|Learning)Exception\(\s*(?:code:\s*)?""(?<code>[a-z.-]+)""").Select(match => match.Groups["code"].Value))
            .Distinct();

        Assert.All(thrown, code => Assert.Contains($"`{code}`", manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_no_error_code_that_nothing_throws()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var listed = File.ReadLines(Path.Combine(Repository.Root, "docs", "manual", "errors.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).Where(code => !code.Contains('<', StringComparison.Ordinal));

        // The classes of DuckDB's and the templates' errors are put behind a common beginning; everything else stands as a literal.
        Assert.All(listed, code => Assert.True(
            source.Contains($"\"{code}\"", StringComparison.Ordinal)
            || new[] { "engines.duckdb.", "projects.jinja." }.Any(start =>
                code.StartsWith(start, StringComparison.Ordinal) && source.Contains($"\"{code[start.Length..]}\"", StringComparison.Ordinal)),
            code));
    }

    [Fact]
    public void Explains_every_error_code_in_French_once_and_in_the_same_order()
    {
        static List<string> Codes(string file) =>
            [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "manual", file)).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];

        var (english, french) = (Codes("errors.md"), Codes("erreurs.md"));
        Assert.Empty(english.Except(french).Select(code => $"docs/manual/erreurs.md lacks {code}"));
        Assert.Empty(french.Except(english).Select(code => $"docs/manual/errors.md lacks {code}"));
        Assert.Equal(english, french);
        Assert.Equal(english.Distinct().Count(), english.Count);
    }

    [Fact]
    public void Has_every_place_that_the_code_map_names()
    {
        var map = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md")).Split("## Code map")[1].Split("## Invariants")[0];
        var source = Path.Combine(Repository.Root, "src");
        foreach (var line in map.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1))
        {
            var folder = "";
            foreach (var place in line.Split('`').Where((_, at) => at % 2 == 1).Where(place => place.Contains('/', StringComparison.Ordinal) || char.IsAsciiLetterUpper(place[0])))
            {
                // "Lake/Log/" stands under src/Escale.Lake; a bare name or folder after it stands in it or beside it.
                var isBeside = new[] { Path.Combine(folder, place), Path.Combine(folder, place + ".cs"), Path.Combine(folder, "..", place), Path.Combine(folder, "..", place + ".cs") }.Any(Path.Exists);
                var found = new[] { Path.Combine(source, "Escale." + place), Path.Combine(source, place), Path.Combine(Repository.Root, place) }.FirstOrDefault(Path.Exists);
                Assert.True(isBeside || found is not null, $"{place} in: {line}");
                folder = found is null ? folder : Directory.Exists(found) ? found : Path.GetDirectoryName(found)!;
            }
        }
    }

    [Fact]
    public void Has_tests_for_every_room() => Assert.All(
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName),
        room => Assert.True(Directory.Exists(Path.Combine(Repository.Root, "tests", room + ".Tests")), room));

    [Fact]
    public void Keeps_files_short_or_says_at_the_top_why_not()
    {
        var long_files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Count() > 500 && !File.ReadLines(file).First().StartsWith("// Long because", StringComparison.Ordinal));

        Assert.Empty(long_files.Select(file => Path.GetRelativePath(Repository.Root, file)));
    }
}
