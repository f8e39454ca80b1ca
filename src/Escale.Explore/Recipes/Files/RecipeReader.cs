using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>Reads a recipe from YAML. What a step's settings mean is known by its type (see <see cref="StepTypes"/>).</summary>
internal static partial class RecipeReader
{
    /// <summary>The most steps of a recipe.</summary>
    public const int MostSteps = 500;

    /// <summary>Reads.</summary>
    /// <param name="root">The document.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="path">Its file, as messages show it.</param>
    /// <exception cref="EscaleException">Something is wrong, with its place.</exception>
    public static Recipe Read(YamlNode root, string name, string path)
    {
        var reader = root.AsMap("a recipe").Reader("a recipe");
        var table = reader.Need("table");
        var makes = reader.Node("makes");
        var recipe = new Recipe
        {
            Name = CheckName(name, path),
            Path = path,
            Table = CheckTable(table),
            TablePlace = table.Place,
            Makes = makes is null ? new TableName("silver", name) : ParseTable(makes),
            Description = reader.Text("description", ""),
            Tags = [.. reader.Items("tags").Select(CheckTag)],
            Steps = Steps(reader),
        };
        reader.Done();
        return recipe.Table == recipe.Makes.ToString()
            ? throw (makes ?? table).Error("explore.recipe-cycle", $"The recipe makes {recipe.Makes}, the very table that it reads.", "Give 'makes' another name.")
            : recipe;
    }

    /// <summary>Whether a text may be a recipe's name.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    private static string CheckName(string name, string path) => IsName(name)
        ? name
        : throw new EscaleException("explore.recipe-name", $"'{name}' is no name for a recipe.", "Use letters, digits and underscores, beginning with a letter; at most 63.", new Place(path));

    private static string CheckTable(YamlNode node)
    {
        var text = node.AsText("a table").Trim();
        var reference = RefPattern().Match(text);
        return reference.Success ? reference.Groups[1].Value
            : text.Contains('.', StringComparison.Ordinal) ? ParseTable(node).ToString()
            : NamePattern().IsMatch(text) ? text
            : throw node.WrongType("a table such as bronze.titanic, or a model's name");
    }

    private static TableName ParseTable(YamlNode node)
    {
        try
        {
            return TableName.Parse(node.AsText("a table").Trim());
        }
        catch (EscaleException error)
        {
            throw error.At(node.Place);
        }
    }

    private static string CheckTag(YamlNode node) => node.AsText() is var tag && TagPattern().IsMatch(tag) ? tag : throw node.WrongType("a tag of letters, digits, '-', '_', '.' and ':'");

    private static List<RecipeStep> Steps(YamlReader reader)
    {
        var steps = new List<RecipeStep>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in reader.Items("steps"))
        {
            steps.Add(Step(item, steps.Count + 1, ids));
        }
        return steps.Count <= MostSteps ? steps : throw reader.Need("steps").Error("explore.recipe-step", $"The recipe has more than {MostSteps} steps.", "Make two recipes of it.");
    }

    private static RecipeStep Step(YamlNode item, int number, HashSet<string> ids)
    {
        var map = item.AsMap("a step");
        var reader = map.Reader($"step {number}");
        var type = reader.Need("type");
        var name = type.AsText("a type of step");
        if (!StepTypes.All.ContainsKey(name))
        {
            throw type.Error("explore.recipe-step-type", $"Step {number}: there is no step '{name}'.", Nearest.Remedy(name, StepTypes.All.Keys, "The types are " + string.Join(", ", StepTypes.All.Keys.Order(StringComparer.Ordinal)) + "."));
        }
        var id = reader.Text("id", $"s{number}");
        return !IdPattern().IsMatch(id)
            ? throw reader.Need("id").WrongType("an id of letters, digits, '-' and '_', at most 63")
            : !ids.Add(id)
            ? throw (reader.Node("id") ?? item).Error("explore.recipe-step", $"Step {number}: its id '{id}' is another step's.", "Give it an id of its own.")
            : new RecipeStep(number, id, name, reader.Bool("disabled", false), reader.Text("note", ""), map);
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();

    [GeneratedRegex("^[\\p{L}0-9_.:-]{1,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex("""^(?:\{\{\s*)?ref\(\s*['"]([A-Za-z_][A-Za-z0-9_]{0,62})['"]\s*\)(?:\s*\}\})?$""", RegexOptions.CultureInvariant)]
    private static partial Regex RefPattern();
}
