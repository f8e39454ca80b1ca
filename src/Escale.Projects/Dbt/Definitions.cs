using Escale.Kernel;

namespace Escale.Projects.Dbt;

/// <summary>A text file of a project or package; read when first asked for. Thread-safe.</summary>
/// <param name="Package">The package it belongs to.</param>
/// <param name="FullPath">Absolute path.</param>
/// <param name="Path">The path as messages and selection show it: relative to the project, forward slashes.</param>
public sealed record SqlFile(string Package, string FullPath, string Path)
{
    private string? _text;

    /// <summary>The file's text.</summary>
    /// <exception cref="EscaleException"><c>projects.file-unreadable</c>.</exception>
    public string Text
    {
        get => _text ??= ProjectFile.ReadText(FullPath, Path);
        init => _text = value;
    }

    /// <summary>The place in the author's file of each line of <see cref="Text"/>, for a text that is made from another file; null where the text is the file.</summary>
    public IReadOnlyList<Place>? Places { get; init; }

    /// <summary>The file's name without its ending: the model's name.</summary>
    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(FullPath);
}

/// <summary>What stands in <see cref="Asset.Definition"/> of everything that a dbt project defines.</summary>
public abstract record DbtNode
{
    /// <summary>The package it belongs to.</summary>
    public required string Package { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its configuration after all inheritance.</summary>
    public required NodeConfig Config { get; init; }

    /// <summary>The columns declared in its property file, in their order.</summary>
    public IReadOnlyList<ColumnProperties> Columns { get; init; } = [];

    /// <summary>The entry in a property file that describes it, or null.</summary>
    public Place? PropertiesPlace { get; init; }
}

/// <summary>A SELECT in <c>models/</c> that makes a table or view (dbt's model).</summary>
public sealed record SqlModel : DbtNode
{
    /// <summary>The file.</summary>
    public required SqlFile File { get; init; }

    /// <summary>What the parse pass found in it.</summary>
    public required ParsedSql Parsed { get; init; }

    /// <summary>The asset that each <c>ref</c> and <c>source</c> of the parse pass stands for, by asset id, in order and without repeats.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>The lake table or view that it makes (or, for an ephemeral model, would).</summary>
    public required TableName Table { get; init; }

    /// <summary>Constraints of the table as a whole, from the property file; those of one column stand there.</summary>
    public IReadOnlyList<ConstraintProperties> Constraints { get; init; } = [];
}

/// <summary>A CSV file of the project that becomes a table.</summary>
public sealed record Seed : DbtNode
{
    /// <summary>Absolute path of the CSV file.</summary>
    public required string FilePath { get; init; }

    /// <summary>The path as messages show it.</summary>
    public required string Path { get; init; }

    /// <summary>The lake table that it makes.</summary>
    public required TableName Table { get; init; }

    /// <summary><c>column_types</c>: declared SQL type by column. Default: types are inferred.</summary>
    public IReadOnlyDictionary<string, string> ColumnTypes { get; init; } = new Dictionary<string, string>();

    /// <summary><c>delimiter</c>. Default: a comma.</summary>
    public string Delimiter { get; init; } = ",";
}

/// <summary>A table that something else fills, declared under <c>sources:</c>.</summary>
public sealed record SourceTable : DbtNode
{
    /// <summary>The source it belongs to.</summary>
    public required string SourceName { get; init; }

    /// <summary>The lake table.</summary>
    public required TableName Table { get; init; }

    /// <summary><c>loaded_at_field</c>, or null.</summary>
    public string? LoadedAtField { get; init; }
}

/// <summary>A query that must return no rows: a generic test on a column or table, or a singular test in <c>tests/</c>.</summary>
public sealed record DataTest : DbtNode
{
    /// <summary>The generic test's name (<c>unique</c>), or null for a singular test.</summary>
    public string? TestName { get; init; }

    /// <summary>The package that the generic test was named with (<c>dbt_utils.recency</c>), or null.</summary>
    public string? TestPackage { get; init; }

    /// <summary>The arguments as written, without <c>model</c>; <c>column_name</c> is among them. Texts may hold Jinja such as <c>ref('x')</c>.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>The column it tests, or null.</summary>
    public string? ColumnName { get; init; }

    /// <summary>The asset it tests, or null for a singular test.</summary>
    public string? TestedId { get; init; }

    /// <summary>The file of a singular test, or null.</summary>
    public SqlFile? File { get; init; }

    /// <summary>What the parse pass found (a singular test's file, or the generic test's arguments).</summary>
    public required ParsedSql Parsed { get; init; }

    /// <summary>Ids of what it reads, without repeats; the tested asset first.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>Where it is defined.</summary>
    public required Place Place { get; init; }

    /// <summary><c>severity</c>: whether failing rows only warn. Default: false.</summary>
    public bool WarnsOnly { get; init; }
}

/// <summary>A column of a property file.</summary>
public sealed record ColumnProperties
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it holds; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>data_type</c>, or null.</summary>
    public string? DataType { get; init; }

    /// <summary><c>tags</c>: they go to the column's tests.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary><c>meta</c>.</summary>
    public IReadOnlyDictionary<string, object?> Meta { get; init; } = new Dictionary<string, object?>();

    /// <summary><c>constraints</c>.</summary>
    public IReadOnlyList<ConstraintProperties> Constraints { get; init; } = [];

    /// <summary>Where it stands.</summary>
    public required Place Place { get; init; }
}

/// <summary>The kinds of constraint that a property file can name.</summary>
public enum ConstraintType
{
    /// <summary>No nulls.</summary>
    NotNull,

    /// <summary>No value twice.</summary>
    Unique,

    /// <summary>Both, and the key of the table.</summary>
    PrimaryKey,

    /// <summary>Values that stand in another table.</summary>
    ForeignKey,

    /// <summary>A condition.</summary>
    Check,

    /// <summary>Text passed on as it is.</summary>
    Custom,
}

/// <summary>A constraint of a table or column.</summary>
public sealed record ConstraintProperties
{
    /// <summary>Its kind.</summary>
    public required ConstraintType Type { get; init; }

    /// <summary>Its name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The columns; for a column's constraint, that column.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The SQL of a check or custom constraint (dbt's <c>expression</c>), or null.</summary>
    public string? Expression { get; init; }

    /// <summary>For a foreign key: the referenced relation as written, such as <c>ref('dim_vessel')</c>, or null.</summary>
    public string? To { get; init; }

    /// <summary>For a foreign key: the id of the referenced asset, or null when <see cref="To"/> names none.</summary>
    public string? ToId { get; init; }

    /// <summary>For a foreign key: the referenced columns.</summary>
    public IReadOnlyList<string> ToColumns { get; init; } = [];

    /// <summary>Where it stands.</summary>
    public required Place Place { get; init; }
}
