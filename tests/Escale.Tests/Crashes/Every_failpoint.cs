using System.Text.RegularExpressions;
using Escale.Testing;

namespace Escale.Tests.Crashes;

/// <summary>Every named place where the program may be made to fail, once: a crash there, a full disk there; then everything is as if nothing had been.</summary>
public sealed partial class Every_failpoint
{
    /// <summary>The names in the manual: what is not documented is not tested, and a test below finds what is not documented.</summary>
    private static string[] Names => [.. Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "manual", "failpoints.md")))
        .Select(match => match.Groups["name"].Value).Distinct()];

    [Fact]
    public void Is_in_the_manual()
    {
        var hit = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal) && !file.EndsWith("Failpoint.cs", StringComparison.Ordinal))
            .SelectMany(file => Hit().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
            .Distinct();

        Assert.Empty(hit.Except(Names));
    }

    [Fact]
    public async Task Is_survived_with_the_tables_of_an_undisturbed_run()
    {
        using var undisturbed = new ShopProject();
        using var struck = new ShopProject();
        var (day, places) = (0, 0);
        foreach (var name in Names)
        {
            day++;
            undisturbed.Deliver(day);
            struck.Deliver(day);
            var crashed = await struck.EscaleAsync(["run"], new Dictionary<string, string> { ["ESCALE_FAILPOINTS"] = $"{name}=crash" });
            if (crashed.ExitCode == 0)
            {
                continue; // Not a place of a run: uploads, pushes and trainings have tests of their own.
            }
            places++;
            await struck.EscaleAsync(["run", "--resume"], new Dictionary<string, string> { ["ESCALE_FAILPOINTS"] = $"{name}=nospace" });
            await struck.FinishAsync();
        }
        await undisturbed.FinishAsync();
        Assert.True(places >= 15, $"only {places} places were met");
        Assert.Equal(await undisturbed.ChecksumsAsync(), await struck.ChecksumsAsync());
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9.-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"Failpoint\.(Hit|Take)\(""(?<name>[a-z0-9.-]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Hit();
}
