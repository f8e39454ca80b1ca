using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>
/// SQL models that another room makes from files of its own (recipes). They are models like those in <c>models/</c>: others may <c>ref()</c> them, property
/// files may describe and test them, and they are run alike.
/// </summary>
public interface IGeneratedModels
{
    /// <summary>Reads the files. Must not start engines.</summary>
    /// <exception cref="EscaleException">A file is wrong, with its place.</exception>
    IReadOnlyList<GeneratedModel> Read(ProjectRoot root);
}

/// <summary>A model that is made from another file; its name is the file's.</summary>
public sealed record GeneratedModel
{
    /// <summary>Absolute path of the file.</summary>
    public required string FullPath { get; init; }

    /// <summary>The path as messages show it.</summary>
    public required string Path { get; init; }

    /// <summary>The table that it makes.</summary>
    public required TableName Makes { get; init; }

    /// <summary>Where the file says what it reads: what is wrong with that is told here.</summary>
    public required Place Place { get; init; }

    /// <summary>What it is, in the author's words.</summary>
    public string Description { get; init; } = "";

    /// <summary>
    /// Writes the model's text, given how what it reads is written: from <c>schema.table</c> or a model's name to a call of <c>source()</c> or <c>ref()</c>.
    /// </summary>
    public required Func<Func<string, string>, GeneratedText> Write { get; init; }
}

/// <summary>A text that is made from a file.</summary>
/// <param name="Text">The text, with Jinja.</param>
/// <param name="Lines">The place in the file of each line.</param>
public sealed record GeneratedText(string Text, IReadOnlyList<Place> Lines);
