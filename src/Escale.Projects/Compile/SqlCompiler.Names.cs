using Escale.Kernel;
using Escale.Projects.Dbt;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <content>The project's own names for schemas and tables.</content>
public sealed partial class SqlCompiler
{
    /// <summary>
    /// What <c>generate_schema_name</c> or <c>generate_alias_name</c> calls a node; see <see cref="GenerateName"/>. As in dbt, a package's own
    /// macro names that package's nodes, the project's own names all others, and a package's is never used outside it.
    /// </summary>
    /// <exception cref="EscaleException">The macro is wrong, with its place.</exception>
    public GeneratedName? NameOf(string component, string? custom, Asset node)
    {
        var name = $"generate_{component}_name";
        if (OwnMacro(node.Package, name) is not { } macro)
        {
            return null;
        }
        var place = new Place(macro.Template.Name, macro.Shape.At.Line, macro.Shape.At.Column);
        var subject = new RenderSubject(macro.Package, node.Kind, node.Name, node.Path ?? "") { Id = node.Id, Asset = node, Config = node.Config };
        var rendering = new Rendering(this, subject, CompileOptions.Default, execute: false, CancellationToken.None) { IsStrict = true };
        DbtContext.Fill(rendering);
        var callee = new JinjaMacro(macro.Shape, macro.Template, rendering.ScopeOf(macro.Package));
        var text = rendering.Call(callee, Arguments.Of(custom, rendering.Context.Own["model"]), place);
        return new GeneratedName(text.Trim(), place);
    }

    private (string Package, MacroShape Shape, JinjaTemplate Template)? OwnMacro(string package, string name) =>
        (package == Macros.RootName ? null : Macros.FindIn(package, name))
        ?? Macros.FindIn(Macros.RootName, name)
        ?? Macros.FindIn(Macros.RootName, $"{DbtNames.Adapter}__{name}")
        ?? Macros.FindIn(Macros.RootName, $"default__{name}");
}
