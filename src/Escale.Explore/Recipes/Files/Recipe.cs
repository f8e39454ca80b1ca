using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>An ordered list of cleaning steps over one table: what <c>recipes/NAME.yml</c> holds.</summary>
public sealed record Recipe
{
    /// <summary>The file's name, and the name by which other models <c>ref()</c> it.</summary>
    public required string Name { get; init; }

    /// <summary>The file as messages show it.</summary>
    public required string Path { get; init; }

    /// <summary>The table that it reads: <c>schema.table</c>, or the name of a model.</summary>
    public required string Table { get; init; }

    /// <summary>Where it says so.</summary>
    public required Place TablePlace { get; init; }

    /// <summary>The table that it makes.</summary>
    public required TableName Makes { get; init; }

    /// <summary>What it is, in the author's words; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Tags, for selection.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The steps in order, those that are switched off too.</summary>
    public required IReadOnlyList<RecipeStep> Steps { get; init; }
}

/// <summary>One step.</summary>
/// <param name="Number">Its place in the list, from 1.</param>
/// <param name="Id">Stable: what the screen and notes know it by.</param>
/// <param name="Type">What it does.</param>
/// <param name="IsDisabled">Whether it is switched off.</param>
/// <param name="Note">Why it is there, in the author's words; may be empty.</param>
/// <param name="Settings">All that the file says of it.</param>
public sealed record RecipeStep(int Number, string Id, string Type, bool IsDisabled, string Note, YamlMap Settings)
{
    /// <summary>The relation that holds its rows.</summary>
    public string Relation => $"step_{Number}_{Type}";
}
