using System.Text;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>A query to be kept as a SQL model.</summary>
/// <param name="Name">The model's name, which its table gets.</param>
/// <param name="Sql">The SELECT.</param>
/// <param name="Folder">The folder under <c>models/</c>; none: there itself.</param>
internal sealed record NewModel(string Name, string Sql, string? Folder = null);

/// <summary>Writes SQL models as files of the project, where dbt keeps them.</summary>
internal static partial class SqlModels
{
    /// <summary>Writes <c>models/FOLDER/NAME.sql</c>, which must not be there yet.</summary>
    /// <param name="root">The project.</param>
    /// <param name="writer">Writes.</param>
    /// <param name="model">The model.</param>
    /// <returns>The file, relative to the project.</returns>
    /// <exception cref="EscaleException"><c>explore.model-name</c>, <c>explore.model-statement</c>, <c>explore.model-conflict</c>.</exception>
    public static string Save(ProjectRoot root, DurableWriter writer, NewModel model)
    {
        if (!Name().IsMatch(model.Name) || (model.Folder is { Length: > 0 } folder && !folder.Split('/').All(part => Name().IsMatch(part))))
        {
            throw new EscaleException("explore.model-name", $"'{model.Folder}/{model.Name}' is no name of a SQL model.", "Use small letters, digits and underscores, and begin with a letter.");
        }
        var models = Path.Combine(root.Folder, "models");
        if (Directory.Exists(models) && Directory.EnumerateFiles(models, model.Name + ".sql", SearchOption.AllDirectories).Any())
        {
            throw new EscaleException("explore.model-conflict", $"There is a SQL model {model.Name} already.", "Choose another name.");
        }
        if (SqlStatement.Parse(model.Sql) is not [{ IsRead: true, Parameters.Count: 0 } one])
        {
            throw new EscaleException("explore.model-statement", "A SQL model is one SELECT without parameters.", "Take other statements away, and write values in place of parameters.");
        }
        var relative = string.IsNullOrEmpty(model.Folder) ? $"models/{model.Name}.sql" : $"models/{model.Folder}/{model.Name}.sql";
        var path = SafePath.Under(root.Folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var text = WithReferences(root, one.Text.Trim());
        return writer.WriteIfAbsent(path, Encoding.UTF8.GetBytes(text + "\n")) ? relative
            : throw new EscaleException("explore.model-conflict", $"There is a file {relative} already.", "Choose another name.");
    }

    // A table that a model of this project makes is named by ref(), so that the graph knows.
    private static string WithReferences(ProjectRoot root, string sql)
    {
        var models = Path.Combine(root.Folder, "models");
        var known = Directory.Exists(models) ? Directory.EnumerateFiles(models, "*.sql", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).OfType<string>().ToHashSet(StringComparer.Ordinal) : [];
        var mask = DuckSql.Mask(sql);
        var text = new StringBuilder(sql);
        foreach (var match in TableAfterFrom().Matches(mask).Reverse())
        {
            var name = match.Groups["name"].Value;
            if (known.Contains(name))
            {
                var place = match.Groups["table"];
                text.Remove(place.Index, place.Length).Insert(place.Index, "{{ ref('" + name + "') }}");
            }
        }
        return text.ToString();
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(?:from|join)\s+(?<table>[a-z_][a-z0-9_]*\.(?<name>[a-z_][a-z0-9_]*))", RegexOptions.IgnoreCase)]
    private static partial Regex TableAfterFrom();
}
