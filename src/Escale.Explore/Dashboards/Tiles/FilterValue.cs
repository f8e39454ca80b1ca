using System.Globalization;
using Escale.Explore.Dashboards.Files;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>What a reader set a filter to.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="From">From this day or number on; or null.</param>
/// <param name="To">To this day (with it) or number; or null.</param>
/// <param name="Values">The values of a list, or the text that is sought.</param>
internal sealed record FilterValue(DashboardFilter Filter, string? From, string? To, IReadOnlyList<string> Values)
{
    private const int MostValues = 200;
    private const int MostLength = 500;

    /// <summary>
    /// The values of an address: <c>period=2025-01-01..2025-03-31</c> or <c>last-30-days</c>, <c>terminal=TAC&amp;terminal=M1</c>, <c>waiting=0..24</c>,
    /// <c>vessel=text</c>. An empty value takes a default away.
    /// </summary>
    /// <exception cref="EscaleException"><c>explore.filter-invalid</c>.</exception>
    public static IReadOnlyList<FilterValue> Read(Dashboard dashboard, IQueryCollection query, DateOnly today)
    {
        var values = new List<FilterValue>();
        foreach (var filter in dashboard.Filters)
        {
            IReadOnlyList<string> given = query.TryGetValue(filter.Id, out var texts) ? [.. texts.Select(text => text ?? "")] : filter.Default is { } one ? [one] : [];
            given = [.. given.Where(text => text.Length > 0)];
            if (given.Count > MostValues || given.Any(text => text.Length > MostLength))
            {
                throw Invalid(filter, "too long");
            }
            if (given.Count > 0)
            {
                values.Add(Of(filter, given, today));
            }
        }
        return values;
    }

    private static FilterValue Of(DashboardFilter filter, IReadOnlyList<string> given, DateOnly today)
    {
        if (filter.Kind is FilterKind.List or FilterKind.Search)
        {
            return new FilterValue(filter, null, null, given);
        }
        var (from, to) = filter.Kind == FilterKind.Dates && Named(given[0], today) is { } named ? named : Range(filter, given[0]);
        foreach (var end in new[] { from, to })
        {
            var isRight = end is null || (filter.Kind == FilterKind.Dates
                ? DateOnly.TryParseExact(end, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                : double.TryParse(end, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
            if (!isRight)
            {
                throw Invalid(filter, $"'{end}'");
            }
        }
        return new FilterValue(filter, from, to, []);
    }

    private static (string? From, string? To) Range(DashboardFilter filter, string given)
    {
        var at = given.IndexOf("..", StringComparison.Ordinal);
        if (at < 0)
        {
            throw Invalid(filter, $"'{given}'");
        }
        return (at == 0 ? null : given[..at], at + 2 == given.Length ? null : given[(at + 2)..]);
    }

    private static (string? From, string? To)? Named(string given, DateOnly today) => given switch
    {
        "last-7-days" => (Day(today.AddDays(-6)), Day(today)),
        "last-30-days" => (Day(today.AddDays(-29)), Day(today)),
        "last-90-days" => (Day(today.AddDays(-89)), Day(today)),
        "last-12-months" => (Day(today.AddMonths(-12)), Day(today)),
        "this-year" => (Day(new DateOnly(today.Year, 1, 1)), Day(today)),
        _ => null,
    };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static EscaleException Invalid(DashboardFilter filter, string what) => new(
        "explore.filter-invalid", $"The filter {filter.Id} cannot be {what}.",
        filter.Kind == FilterKind.Dates ? "Write 2025-01-01..2025-03-31, or last-30-days." : "Write from..to, for example 0..24; either may be left out.");
}
