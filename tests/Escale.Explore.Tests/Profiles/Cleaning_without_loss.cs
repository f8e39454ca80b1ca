using Escale.Explore.Profiles.Cleaning;
using Escale.Ui;

namespace Escale.Explore.Tests.Profiles;

public sealed class Cleaning_without_loss
{
    [Fact]
    public async Task Safe_steps_are_joined_and_put_in_order()
    {
        var profile = await Profiled.OfAsync("""
            SELECT [' Dakar', 'Thiès', 'n/a'][i % 3 + 1] AS town, ['x ', 'y', ''][i % 3 + 1] AS code, (i % 5) || ',5' AS price, (10 + i % 18) || '/0' || (1 + i % 9) || '/2024' AS day, 'same' AS same, NULL AS none, i % 30 AS n FROM range(900) r(i)
            """);
        var steps = SafeSteps.Of(profile, new Reader(Language.English));
        Assert.Equal(["trim", "replace", "parse_number", "parse_date", "deduplicate", "drop_columns"], steps.Select(step => step["type"]!.GetValue<string>()));
        Assert.Equal("[\"town\",\"code\"]", steps[0]["columns"]!.ToJsonString());
        Assert.Equal("[\"same\",\"none\"]", steps[^1]["columns"]!.ToJsonString());
        Assert.All(steps, step => Assert.NotEmpty(step["note"]!.GetValue<string>()));
        Assert.StartsWith("table: test\nsteps:\n  - type: trim\n    columns: [town, code]\n", SafeSteps.Yaml(profile, steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_needs_a_decision_is_left_to_people()
    {
        var profile = await Profiled.OfAsync("""
            SELECT ['aucun', 'a', 'b'][i % 3 + 1] AS option, ['1,5', 'x', '2,5'][i % 3 + 1] AS price, ['Paris', 'paris'][i % 2 + 1] AS town, CASE WHEN i = 5 THEN 1e6 ELSE i END AS n, CASE WHEN i % 2 = 0 THEN i END AS half FROM range(100) r(i)
            """);
        Assert.NotEmpty(profile.Alerts);
        Assert.Empty(SafeSteps.Of(profile, new Reader(Language.English)));
    }
}
