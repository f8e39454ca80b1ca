namespace Escale.Projects.Jinja;

/// <summary>How templates are read and what undefined names do. The defaults are Jinja's own.</summary>
public sealed record JinjaOptions
{
    /// <summary>Opens a statement.</summary>
    public string BlockStart { get; init; } = "{%";

    /// <summary>Closes a statement.</summary>
    public string BlockEnd { get; init; } = "%}";

    /// <summary>Opens a printed expression.</summary>
    public string VariableStart { get; init; } = "{{";

    /// <summary>Closes a printed expression.</summary>
    public string VariableEnd { get; init; } = "}}";

    /// <summary>Opens a comment.</summary>
    public string CommentStart { get; init; } = "{#";

    /// <summary>Closes a comment.</summary>
    public string CommentEnd { get; init; } = "#}";

    /// <summary>A line that starts with this is a statement, or null.</summary>
    public string? LineStatementPrefix { get; init; }

    /// <summary>The rest of a line after this is a comment, or null.</summary>
    public string? LineCommentPrefix { get; init; }

    /// <summary>Removes the first newline after a statement.</summary>
    public bool TrimBlocks { get; init; }

    /// <summary>Removes the blanks before a statement that starts its line.</summary>
    public bool LstripBlocks { get; init; }

    /// <summary>Keeps the newline at the end of the template.</summary>
    public bool KeepTrailingNewline { get; init; }

    /// <summary>Escapes printed values for HTML.</summary>
    public bool Autoescape { get; init; }

    /// <summary>What undefined names do.</summary>
    public UndefinedMode Undefined { get; init; }

    /// <summary>Understands dbt's own statements: <c>test</c>, <c>materialization</c>, <c>snapshot</c>, <c>docs</c>.</summary>
    public bool DbtStatements { get; init; }

    /// <summary>What one rendering may use.</summary>
    public JinjaLimits Limits { get; init; } = new();

    /// <summary>Seed of the filter <c>random</c> and of <c>lipsum</c>: the same template gives the same text.</summary>
    public int RandomSeed { get; init; } = 20;
}
