using System.Text;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>A small decision tree in a file, as the SQL that decides alike: <c>{column, at, below: …, above: …}</c>, <c>{column, in: […], yes: …, no: …}</c>, and at the ends <c>{value}</c>.</summary>
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
        if (reader.Node("value") is { } value)
        {
            reader.Done();
            return RecipeSql.Value(value.ToValue());
        }
        var column = RecipeSql.Name(reader.Text("column"));
        var text = new StringBuilder("case when ");
        if (reader.Number("at") is { } at)
        {
            text.Append($"{column} <= {RecipeSql.Number(at)} then {Read(reader.Need("below"), step, depth + 1)}");
            text.Append($" else {Read(reader.Need("above"), step, depth + 1)} end");
        }
        else
        {
            text.Append($"{column}::varchar in ({string.Join(", ", reader.Texts("in").DefaultIfEmpty("").Select(RecipeSql.Text))}) then {Read(reader.Need("yes"), step, depth + 1)}");
            text.Append($" else {Read(reader.Need("no"), step, depth + 1)} end");
        }
        reader.Done();
        return text.ToString();
    }
}
