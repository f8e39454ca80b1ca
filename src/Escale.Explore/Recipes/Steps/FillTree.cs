using System.Text;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>
/// A small decision tree in a file, as the SQL that decides alike: <c>{column, at, below: …, above: …}</c> (what is missing is above, unless <c>missing: below</c>),
/// <c>{column, in: […], yes: …, no: …}</c>, <c>{column, is: missing, yes: …, no: …}</c>, and at the ends <c>{value}</c>.
/// </summary>
internal static class FillTree
{
    private const int Deepest = 12;

    public static string Read(YamlNode node, StepWriter step, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw step.Wrong("tree", "the tree is too deep.");
        }
        var reader = node.AsMap("a tree").Reader("a tree");
        if (reader.Has("value"))
        {
            var value = reader.Need("value").ToValue();
            reader.Done();
            return RecipeSql.Value(value);
        }
        var column = RecipeSql.Name(reader.Text("column"));
        string Branch(string key) => Read(reader.Need(key), step, depth + 1);
        var margin = "\n" + new string(' ', 4 + (2 * depth));
        var text = new StringBuilder("case when ");
        if (reader.Number("at") is { } at)
        {
            text.Append(reader.Text("missing", "above") == "below"
                ? $"{column} > {RecipeSql.Number(at)} then {Branch("above")}{margin}  else {Branch("below")} end"
                : $"{column} <= {RecipeSql.Number(at)} then {Branch("below")}{margin}  else {Branch("above")} end");
        }
        else
        {
            var holds = reader.TextOrNull("is") is { } state
                ? state == "missing" ? $"{column} is null" : throw step.Wrong("tree", $"a value of '{column}' cannot be asked whether it is {state}, only whether it is missing.")
                : $"{column}::varchar in ({string.Join(", ", reader.Texts("in").DefaultIfEmpty("").Select(RecipeSql.Text))})";
            text.Append($"{holds} then {Branch("yes")}{margin}  else {Branch("no")} end");
        }
        reader.Done();
        return text.ToString();
    }
}
