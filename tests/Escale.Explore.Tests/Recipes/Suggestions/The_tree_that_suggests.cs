using System.Globalization;
using Escale.Explore.Profiles;
using Escale.Explore.Recipes.Suggestions;
using Escale.Explore.Tests.Profiles;
using Escale.Ui;

namespace Escale.Explore.Tests.Recipes.Suggestions;

/// <summary>How well the tree tells which step a column needs, on tables that it has not learned from; and what it says.</summary>
public sealed class The_tree_that_suggests
{
    private static readonly string[] _safe = ["trim", "control_signs", "null_words", "parse_number", "parse_date", "deduplicate"];
    private static readonly Reader _english = new(Language.English);
    private static readonly Reader _french = new(Language.French);

    /// <summary>All examples of one table are judged by a tree that learned from the others.</summary>
    [Fact]
    public void It_is_right_on_tables_that_it_has_not_seen()
    {
        var (right, rightSafe, safe, wrong) = (0, 0, 0, new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var table in LabelledSigns.Shipped.GroupBy(example => example.Source))
        {
            var tree = Adviser.Of([.. LabelledSigns.Shipped.Where(example => example.Source != table.Key)]);
            foreach (var example in table)
            {
                var said = tree.Next(example.Signs)?.Kind.Name ?? SuggestedKind.None;
                right += said == example.Label ? 1 : 0;
                if (said != example.Label)
                {
                    var mistake = $"{example.Label} taken for {said}";
                    wrong[mistake] = wrong.GetValueOrDefault(mistake) + 1;
                }
                if (_safe.Contains(example.Label))
                {
                    (safe, rightSafe) = (safe + 1, rightSafe + (said == example.Label ? 1 : 0));
                }
            }
        }
        var (share, shareSafe) = ((double)right / LabelledSigns.Shipped.Count, (double)rightSafe / safe);
        var told = string.Create(CultureInfo.InvariantCulture, $"{share:P1} of {LabelledSigns.Shipped.Count} right, {shareSafe:P1} of {safe} safe ones; {string.Join("; ", wrong.OrderByDescending(one => one.Value).Select(one => $"{one.Value} × {one.Key}"))}");
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(share >= 0.83 && shareSafe >= 0.90, told);
        Assert.InRange(LabelledSigns.Shipped.Count, 500, 2_000);
    }

    [Fact]
    public void Every_label_is_a_kind_and_every_sign_has_its_words()
    {
        Assert.Equal(SuggestedKind.All.Select(kind => kind.Name).Append(SuggestedKind.None).Order(StringComparer.Ordinal), LabelledSigns.Shipped.Select(example => example.Label).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Signs.Numbers.Order(), SignWords.Known.Order());
    }

    [Fact]
    public async Task A_step_is_suggested_with_its_reason_in_both_languages()
    {
        var profile = await Profiled.OfAsync("""
            SELECT i AS id, ['Dakar ', 'Thiès', ' Mbour'][i % 3 + 1] AS town, CASE WHEN i % 10 < 3 THEN NULL ELSE round(exp((i * 37 % 100) / 20.0), 2) END AS price, (i * 7919 % 1000) AS other FROM range(600) r(i)
            """);
        var english = Suggester.Suggest(profile, Adviser.Shipped, _english);
        var trim = Assert.Single(english, suggestion => suggestion.Kind == "trim");
        Assert.Equal((true, "Trim the blanks", 400), (trim.IsSafe, trim.Title, trim.Rows!.Value));
        Assert.Equal("""{"type":"trim","columns":["town"],"blank_to_null":true}""", trim.Step.ToJsonString());
        Assert.Contains("66.7% of the texts have blanks around them", trim.Reason, StringComparison.Ordinal);
        Assert.EndsWith("trim the blanks.", trim.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(trim.Path);
        var fill = Assert.Single(english, suggestion => suggestion.Columns is ["price"]);
        Assert.StartsWith("fill", fill.Kind, StringComparison.Ordinal);
        Assert.Contains("30% of the values are missing", fill.Reason, StringComparison.Ordinal);
        Assert.False(fill.IsSafe);
        var french = Suggester.Suggest(profile, Adviser.Shipped, _french);
        Assert.Contains("30\u202f% des valeurs manquent", french.Single(suggestion => suggestion.Columns is ["price"]).Reason, StringComparison.Ordinal);
        Assert.Contains("ôter les blancs", french.Single(suggestion => suggestion.Kind == "trim").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_of_one_column_come_one_after_the_other()
    {
        var profile = await Profiled.OfAsync("SELECT ['1,5 ', '2,5', 'n/a', '12,25'][i % 4 + 1] AS price FROM range(400) r(i)");
        Assert.Equal(["trim", "null_words"], Adviser.Shipped.Advise(Signs.Of(profile.Columns[0], profile)).Select(advice => advice.Kind.Name));
    }

    [Fact]
    public async Task Nothing_is_suggested_for_what_is_clean()
    {
        var profile = await Profiled.OfAsync("SELECT i AS id, ['Dakar', 'Lyon', 'Oslo'][i % 3 + 1] AS town, (i * 7919 % 1000) / 10.0 AS size, date '2024-01-01' + (i * 31 % 500)::int AS day FROM range(600) r(i)");
        Assert.Empty(Suggester.Suggest(profile, Adviser.Shipped, _english));
    }
}
