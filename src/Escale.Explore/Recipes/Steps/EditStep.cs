using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>
/// <c>edit</c>: rows changed or deleted by hand, each known by its key: <c>rows: [{key: {id: 3}, set: {name: Ann}}, {key: {id: 4}, delete: true}]</c>. They
/// belong to these rows of this table: before a prediction nothing is edited.
/// </summary>
internal static class EditStep
{
    public static string? Write(StepWriter step)
    {
        var (deletes, sets) = (new List<string>(), new Dictionary<string, List<(string When, string Then)>>(StringComparer.Ordinal));
        var rows = step.Settings.Maps("rows", "an edited row").ToList();
        foreach (var row in rows)
        {
            var key = string.Join(" and ", (row.MapOrNull("key", "a key") ?? throw row.Map.WrongType("'key', the columns that tell the row")).Map.Entries.Select(IsValue));
            if (key.Length == 0)
            {
                throw step.Wrong("rows", "a row has no key.");
            }
            if (row.Bool("delete", false))
            {
                deletes.Add(key);
            }
            foreach (var entry in row.MapOrNull("set", "new values")?.Map.Entries ?? [])
            {
                if (!sets.TryGetValue(entry.Name, out var list))
                {
                    sets[entry.Name] = list = [];
                }
                list.Add((key, RecipeSql.Value(entry.Value.ToValue())));
            }
            row.Done();
        }
        if (rows.Count == 0)
        {
            throw step.Wrong("rows", "it needs 'rows', what is changed in which row.");
        }
        var where = deletes.Count == 0 ? "" : $"\n  where not coalesce({string.Join("\n    or ", deletes.Select(key => $"({key})"))}, false)";
        var replaced = sets.Select(column =>
            $"case {string.Join("\n      ", column.Value.Select(one => $"when {one.When} then {one.Then}"))}\n      else {RecipeSql.Name(column.Key)} end as {RecipeSql.Name(column.Key)}");
        return step.IsRow ? null : $"select *{(sets.Count == 0 ? "" : $" replace ({string.Join(",\n    ", replaced)})")}\n  from {step.From}{where}";
    }

    private static string IsValue(YamlEntry entry) => entry.Value.ToValue() switch
    {
        null => $"{RecipeSql.Name(entry.Name)} is null",
        string text => $"{RecipeSql.AsText(entry.Name)} = {RecipeSql.Text(text)}",
        var value => $"{RecipeSql.Name(entry.Name)} = {RecipeSql.Value(value)}",
    };
}
