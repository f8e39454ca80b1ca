using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>
/// Calls the macro <c>generate_schema_name</c> or <c>generate_alias_name</c> that a project defines, with what the configuration says and the
/// node. Null when the project has none for this node.
/// </summary>
/// <param name="component"><c>schema</c> or <c>alias</c>.</param>
/// <param name="custom">What <c>+schema</c> or <c>alias</c> says, or null.</param>
/// <param name="node">The model or seed, without its table.</param>
/// <exception cref="EscaleException">The macro is wrong, with its place.</exception>
public delegate GeneratedName? GenerateName(string component, string? custom, Asset node);

/// <summary>A name that a macro gave.</summary>
/// <param name="Text">The name, without blanks around it.</param>
/// <param name="Macro">Where the macro stands.</param>
public sealed record GeneratedName(string Text, Place Macro);

/// <content>The tables of models and seeds.</content>
internal sealed partial class DbtAssembly
{
    private static readonly string[] _naming = ["generate_schema_name", "generate_alias_name"];

    private readonly Lazy<bool> _namesItself = new(() => project.Packages.SelectMany(package => package.MacroFiles)
        .Any(file => Array.Exists(_naming, macro => file.Text.Contains(macro, StringComparison.Ordinal))));

    /// <summary>The table of a model or seed: <c>schema.alias</c> as configured, unless the project's own macros name it otherwise.</summary>
    private TableName TableOf(Asset node, NodeConfig config)
    {
        var (schema, alias) = (config.Text("schema"), config.Text("alias"));
        if (generateName is not null && _namesItself.Value)
        {
            schema = Generated("schema", schema, node);
            alias = Generated("alias", alias, node);
        }
        return NameOf(schema ?? settings.Schema, alias ?? node.Name, config.PlaceOf("alias") ?? config.PlaceOf("schema") ?? new Place(node.Path));
    }

    private static TableName NameOf(string schema, string name, Place place)
    {
        try
        {
            return new TableName(schema, name);
        }
        catch (EscaleException error) when (error.Code == "kernel.table-name")
        {
            throw error.At(place);
        }
    }

    private string? Generated(string component, string? custom, Asset node)
    {
        if (generateName!(component, custom, node) is not { } generated)
        {
            return custom;
        }
        try
        {
            _ = new TableName(generated.Text, "name");
            return generated.Text;
        }
        catch (EscaleException error) when (error.Code == "kernel.table-name")
        {
            throw new EscaleException(
                error.Code, $"The macro generate_{component}_name calls the {component} of '{node.Name}' ({node.Path}) '{generated.Text}'.",
                "Give a name of letters, digits and underscores that does not begin with a digit.", generated.Macro, error);
        }
    }
}
