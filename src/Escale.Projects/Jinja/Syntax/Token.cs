namespace Escale.Projects.Jinja;

/// <summary>A place in a template: line and column from 1.</summary>
internal readonly record struct Position(int Line, int Column);

internal enum TokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    Text,
    Integer,
    Real,
    Symbol,
    End,
}

/// <summary>One piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: data as it is, strings without quotes and with escapes resolved, numbers as written.</param>
/// <param name="At">Where it starts.</param>
internal sealed record Token(TokenKind Kind, string Text, Position At)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public string Describe() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.Data => "template data / text",
        TokenKind.Text => "string",
        _ => $"'{Text}'",
    };
}
