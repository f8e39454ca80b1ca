using System.Text.Json.Nodes;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Recipes;

/// <summary>The rows before and after a step, laid side by side by their number.</summary>
internal sealed class SideBySide(Asking ask, string before, string after, IReadOnlyList<AskedColumn> old, IReadOnlyList<AskedColumn> columns)
{
    // The place before the step of each column after it, or -1.
    private readonly int[] _was = [.. columns.Select(column => old.ToList().FindIndex(one => one.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))];

    private string Joined => $"from {before} as b full join {after} as a on a.{RecipeSql.Row} = b.{RecipeSql.Row}";

    /// <summary>How many rows changed, came or went; and how many cells of each column.</summary>
    public async Task<(long Rows, IReadOnlyList<long?> ByColumn)> CountAsync()
    {
        if (before == after)
        {
            return (0, [.. columns.Select(_ => (long?)0)]);
        }
        var counted = string.Concat(Enumerable.Range(0, columns.Count).Select(at => _was[at] < 0 ? ", -1" : $", count(*) filter (where a.{RecipeSql.Row} is not null and b.{RecipeSql.Row} is not null and {IsChanged(at)})"));
        var numbers = await ask.NumbersAsync(after, $"count(*) filter (where {IsAnyChanged()}){counted} {Joined}");
        return (numbers[0], [.. numbers.Skip(1).Select(number => number < 0 ? (long?)null : number)]);
    }

    /// <summary>The first rows.</summary>
    public async Task<IReadOnlyList<PreviewRow>> RowsAsync(int count, bool onlyChanged)
    {
        var chosen = onlyChanged && before != after
            ? $"select coalesce(a.{RecipeSql.Row}, b.{RecipeSql.Row}) as n {Joined} where {IsAnyChanged()} order by n limit {count}"
            : $"select {RecipeSql.Row} as n from {before} union select {RecipeSql.Row} from {after} order by n limit {count}";
        string Of(string relation) => $"select * from {relation} where {RecipeSql.Row} in (select n from ({chosen}) as chosen) order by {RecipeSql.Row} limit {count}";
        var afters = await ask.RowsAsync(after, OrderedBy(Of(after), columns));
        var befores = before == after ? afters : await ask.RowsAsync(after, OrderedBy(Of(before), old));
        var byNumber = befores.GroupBy(NumberOf).ToDictionary(group => group.Key, group => group.First()!.AsArray());
        var rows = afters.Select(row => Row(row!.AsArray(), byNumber.GetValueOrDefault(NumberOf(row)))).ToList();
        var stayed = afters.Select(NumberOf).ToHashSet();
        rows.AddRange(befores.Where(row => !stayed.Contains(NumberOf(row))).Select(row => new PreviewRow(NumberOf(row), "removed", Removed(row!.AsArray()), null, [])));
        return [.. rows.OrderBy(row => row.Row).Take(count)];
    }

    private static string OrderedBy(string select, IReadOnlyList<AskedColumn> shown) => $"select {RecipeSql.Row}{string.Concat(shown.Select(column => ", " + DuckSql.Name(column.Name)))} from ({select}) as shown order by {RecipeSql.Row}";

    private static long NumberOf(JsonNode? row) => row![0]!.GetValue<long>();

    private PreviewRow Row(JsonArray now, JsonArray? was)
    {
        var cells = Cells(now);
        if (was is null)
        {
            return new PreviewRow(NumberOf(now), "added", cells, null, []);
        }
        var changed = Enumerable.Range(0, columns.Count).Where(at => _was[at] >= 0 && ((now[at + 1] is null) != (was[_was[at] + 1] is null) || now[at + 1]?.ToString() != was[_was[at] + 1]?.ToString())).ToList();
        return new PreviewRow(NumberOf(now), changed.Count > 0 ? "changed" : "same", cells, changed.Count > 0 ? Removed(was) : null, changed);
    }

    /// <summary>A row before the step, in the columns after it.</summary>
    private JsonArray Removed(JsonArray was) => [.. _was.Select(at => at < 0 ? null : was[at + 1]?.DeepClone())];

    private static JsonArray Cells(JsonArray row) => [.. row.Skip(1).Select(cell => cell?.DeepClone())];

    private string IsChanged(int at) => $"a.{DuckSql.Name(columns[at].Name)}::varchar is distinct from b.{DuckSql.Name(old[_was[at]].Name)}::varchar";

    private string IsAnyChanged() => string.Join(
        " or ", Enumerable.Range(0, columns.Count).Where(at => _was[at] >= 0).Select(IsChanged).Prepend($"a.{RecipeSql.Row} is null or b.{RecipeSql.Row} is null"));
}
