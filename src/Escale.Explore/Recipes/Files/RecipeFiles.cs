using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Dbt;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>
/// The recipes of the project, each a file under <c>recipes/</c>, and the SQL models that they are. What a person wrote into a file stays where a value
/// does not change. Thread-safe.
/// </summary>
internal sealed class RecipeFiles(ProjectRoot root, DurableWriter writer) : IGeneratedModels
{
    /// <summary>The folder.</summary>
    public const string Folder = "recipes";

    private const int MostBytes = 4 << 20;

    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public IReadOnlyList<GeneratedModel> Read(ProjectRoot project) => [.. Names().Select(name =>
    {
        var recipe = Get(name);
        // What is wrong with a step is told when the project is read, as for any file of it.
        _ = RecipeCompiler.Compile(recipe, RecipeUse.Table, table => table);
        return new GeneratedModel
        {
            FullPath = PathOf(name),
            Path = recipe.Path,
            Makes = recipe.Makes,
            Place = recipe.TablePlace,
            Description = recipe.Description,
            Write = relationOf => RecipeCompiler.Model(recipe, relationOf),
        };
    })];

    /// <summary>All that can be read, by name; and what is wrong with the others.</summary>
    public (IReadOnlyList<Recipe> Recipes, IReadOnlyList<(string Name, EscaleException Error)> Errors) All()
    {
        var (recipes, errors) = (new List<Recipe>(), new List<(string, EscaleException)>());
        foreach (var name in Names())
        {
            try
            {
                recipes.Add(Get(name));
            }
            catch (EscaleException error)
            {
                errors.Add((name, error));
            }
        }
        return (recipes, errors);
    }

    /// <summary>Whether there is a recipe of this name.</summary>
    public bool Has(string name) => RecipeReader.IsName(name) && File.Exists(PathOf(name));

    /// <summary>A recipe.</summary>
    /// <exception cref="EscaleException"><c>explore.recipe-not-found</c>, or what is wrong with its file.</exception>
    public Recipe Get(string name) => RecipeReader.Read(YamlFile.Parse(TextOf(name), Shown(name)), name, Shown(name));

    /// <summary>The text of a recipe's file.</summary>
    public string TextOf(string name) => Has(name) ? ProjectFile.ReadText(PathOf(name), Shown(name), MostBytes) : throw NotFound(name);

    /// <summary>A recipe that is not in a file: a draft.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="value">What its file would say.</param>
    public static Recipe Draft(string name, JsonObject value) => Parse(name, Text(value));

    /// <summary>A recipe from the text of a file.</summary>
    public static Recipe Parse(string name, string text) => RecipeReader.Read(YamlFile.Parse(text, $"{Folder}/{name}.yml"), name, $"{Folder}/{name}.yml");

    /// <summary>What a file of it would be.</summary>
    public static string Text(JsonObject value) => YamlWriter.Document(value);

    /// <summary>Writes a recipe's file, if it says anything new.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">What the file shall say.</param>
    /// <param name="tag">The tag that its file must have; null: it must not be there.</param>
    /// <param name="isAny">Whether it may be written however it is.</param>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="EscaleException"><c>explore.recipe-changed-meanwhile</c>, <c>explore.recipe-exists</c>.</exception>
    public bool Save(string name, JsonObject value, string? tag, bool isAny = false)
    {
        lock (_gate)
        {
            var has = Has(name);
            if (!isAny)
            {
                Expect(name, tag, has);
            }
            var old = has ? TextOf(name) : null;
            var text = old is null ? Text(value) : Update(old, value);
            _ = RecipeCompiler.Compile(Parse(name, text), RecipeUse.Table, table => table);
            if (text == old)
            {
                return false;
            }
            Directory.CreateDirectory(Path.Combine(root.Folder, Folder));
            writer.Write(PathOf(name), Encoding.UTF8.GetBytes(text));
            return true;
        }
    }

    /// <summary>Takes a recipe away; its table stays.</summary>
    public void Remove(string name, string? tag)
    {
        lock (_gate)
        {
            if (!Has(name))
            {
                throw NotFound(name);
            }
            if (tag is not null)
            {
                Expect(name, tag, true);
            }
            File.Delete(PathOf(name));
        }
    }

    /// <summary>Another text whenever the file changed.</summary>
    public string TagOf(string name) => Fingerprint.Tag(TextOf(name)).ToString();

    private static string Update(string old, JsonObject value)
    {
        var tree = (Dictionary<string, object?>)JsonTree.Of(JsonSerializer.SerializeToElement(value))!;
        try
        {
            return YamlSplice.Update(old, tree);
        }
        catch (EscaleException)
        {
            return Text(value); // what stands there is no YAML
        }
    }

    private void Expect(string name, string? tag, bool has)
    {
        if (tag is null && has)
        {
            throw new EscaleException("explore.recipe-exists", $"There is a recipe '{name}' already.", "Choose another name, or open that one.");
        }
        if (tag is not null && (!has || TagOf(name) != tag))
        {
            throw new EscaleException("explore.recipe-changed-meanwhile", $"Somebody else changed the recipe {name} meanwhile.", "Load theirs, or keep yours under another name.");
        }
    }

    private List<string> Names()
    {
        var folder = Path.Combine(root.Folder, Folder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.yml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(RecipeReader.IsName).Order(StringComparer.Ordinal)]
            : [];
    }

    private static string Shown(string name) => $"{Folder}/{name}.yml";

    private string PathOf(string name) => Path.Combine(root.Folder, Folder, name + ".yml");

    private static EscaleException NotFound(string name) => new("explore.recipe-not-found", $"There is no recipe '{name}'.", "See /recipes for those there are.");
}
