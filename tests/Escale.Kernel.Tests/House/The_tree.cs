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
                File.ReadAllText(file), @"new\s+EscaleException\(\s*(?:code:\s*)?""(?<code>[a-z.-]+)""").Select(match => match.Groups["code"].Value))
            .Distinct();

        Assert.All(thrown, code => Assert.Contains($"`{code}`", manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Keeps_files_short_or_says_at_the_top_why_not()
    {
        var long_files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Count() > 500 && !File.ReadLines(file).First().StartsWith("// Long because", StringComparison.Ordinal));

        Assert.Empty(long_files.Select(file => Path.GetRelativePath(Repository.Root, file)));
    }
}
