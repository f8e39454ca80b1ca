using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>Cuts a template into tokens: text, statements, printed expressions; comments and raw blocks are resolved here.</summary>
internal sealed partial class JinjaLexer
{
    private readonly string _source;
    private readonly string? _name;
    private readonly JinjaOptions _options;
    private readonly List<Token> _tokens = [];
    private readonly List<int> _lineStarts = [0];
    private int _at;
    private readonly int[] _next = [-1, -1, -1, -1];
    private bool _lineStarting = true;

    private JinjaLexer(string source, string? name, JinjaOptions options)
    {
        _source = source;
        _name = name;
        _options = options;
        for (var index = 0; index < source.Length; index++)
        {
            if (source[index] == '\n')
            {
                _lineStarts.Add(index + 1);
            }
        }
    }

    private enum Opening
    {
        None,
        Block,
        Variable,
        Comment,
        LineStatement,
        LineComment,
    }

    public static List<Token> Read(string source, string? name, JinjaOptions options)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (!options.KeepTrailingNewline && text.EndsWith('\n'))
        {
            text = text[..^1];
        }
        var lexer = new JinjaLexer(text, name, options);
        while (lexer._at < text.Length)
        {
            lexer.ReadData();
        }
        lexer.Add(TokenKind.End, "", text.Length);
        return lexer._tokens;
    }

    private void ReadData()
    {
        var start = _at;
        var (kind, open, length) = FindOpening();
        var sign = kind is Opening.Block or Opening.Variable or Opening.Comment && open + length < _source.Length ? _source[open + length] : '\0';
        var text = _source[start..open];
        if (sign == '-')
        {
            text = text.TrimEnd();
        }
        else if (sign != '+' && _options.LstripBlocks && (kind is Opening.Block or Opening.Comment))
        {
            text = StripLine(text);
        }
        else if (kind == Opening.LineComment)
        {
            text = text.TrimEnd(' ', '\t');
        }
        if (text.Length > 0)
        {
            Add(TokenKind.Data, text, start);
        }
        if (kind == Opening.None)
        {
            _at = _source.Length;
            return;
        }
        _at = open + length + (sign is '-' or '+' ? 1 : 0);
        Open(kind, open);
    }

    private void Open(Opening kind, int open)
    {
        switch (kind)
        {
            case Opening.Comment:
                SkipComment(open);
                break;
            case Opening.LineComment:
                _at = EndOfLine(_at);
                break;
            case Opening.Block when TryRaw(open):
                break;
            case Opening.Block:
                Add(TokenKind.BlockBegin, "", open);
                ReadExpression(_options.BlockEnd, TokenKind.BlockEnd);
                break;
            case Opening.LineStatement:
                Add(TokenKind.BlockBegin, "", open);
                ReadExpression("\n", TokenKind.BlockEnd);
                break;
            default:
                Add(TokenKind.VariableBegin, "", open);
                ReadExpression(_options.VariableEnd, TokenKind.VariableEnd);
                break;
        }
        _lineStarting = _at > 0 && _source[_at - 1] == '\n';
    }

    private (Opening Kind, int Open, int Length) FindOpening()
    {
        var best = (Kind: Opening.None, Open: _source.Length, Length: 0);
        void Consider(Opening kind, int open, int length)
        {
            if (open >= 0 && (open < best.Open || (open == best.Open && length > best.Length && best.Kind != Opening.None)))
            {
                best = (kind, open, length);
            }
        }

        Consider(Opening.Comment, NextOf(0, _options.CommentStart), _options.CommentStart.Length);
        Consider(Opening.Block, NextOf(1, _options.BlockStart), _options.BlockStart.Length);
        Consider(Opening.Variable, NextOf(2, _options.VariableStart), _options.VariableStart.Length);
        if (_options.LineStatementPrefix is { } statement && FindLine(statement) is { } line)
        {
            Consider(Opening.LineStatement, line.Open, line.Length);
        }
        if (_options.LineCommentPrefix is { } comment)
        {
            Consider(Opening.LineComment, NextOf(3, comment), comment.Length);
        }
        return best;
    }

    /// <summary>The next place of a mark, remembered until it is passed: each is searched once over the whole template.</summary>
    private int NextOf(int slot, string mark)
    {
        if (_next[slot] < _at)
        {
            _next[slot] = _source.IndexOf(mark, _at, StringComparison.Ordinal) is >= 0 and var found ? found : int.MaxValue;
        }
        return _next[slot] == int.MaxValue ? -1 : _next[slot];
    }

    /// <summary>The next line that starts with the prefix after blanks: the blanks belong to the statement.</summary>
    private (int Open, int Length)? FindLine(string prefix)
    {
        for (var index = _at; index >= 0 && index < _source.Length; index = _source.IndexOf('\n', index) is >= 0 and var next ? next + 1 : -1)
        {
            if (index > 0 && _source[index - 1] != '\n')
            {
                continue;
            }
            var mark = index;
            while (mark < _source.Length && (_source[mark] is ' ' or '\t'))
            {
                mark++;
            }
            if (string.CompareOrdinal(_source, mark, prefix, 0, prefix.Length) == 0)
            {
                return (index, mark - index + prefix.Length);
            }
        }
        return null;
    }

    private void SkipComment(int open)
    {
        var end = _source.IndexOf(_options.CommentEnd, _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fail("Missing end of comment tag", open);
        }
        var sign = end > _at ? _source[end - 1] : '\0';
        _at = end + _options.CommentEnd.Length;
        AfterBlock(sign);
    }

    /// <summary>What follows a statement or comment: <c>-</c> strips blanks, <c>trim_blocks</c> one newline unless <c>+</c>.</summary>
    private void AfterBlock(char sign)
    {
        if (sign == '-')
        {
            SkipBlanks();
        }
        else if (_options.TrimBlocks && sign != '+' && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
    }

    private bool TryRaw(int open)
    {
        if (ReadRawTag(_at, "raw") is not { } begin)
        {
            return false;
        }
        _at = begin.End;
        if (begin.Sign == '-')
        {
            SkipBlanks();
        }
        var start = _at;
        for (var search = start; ; search += _options.BlockStart.Length)
        {
            search = _source.IndexOf(_options.BlockStart, search, StringComparison.Ordinal);
            if (search < 0)
            {
                throw Fail("Missing end of raw directive", open);
            }
            var inner = search + _options.BlockStart.Length;
            var sign = inner < _source.Length ? _source[inner] : '\0';
            if (ReadRawTag(inner + (sign is '-' or '+' ? 1 : 0), "endraw") is not { } end)
            {
                continue;
            }
            _lineStarting = start > 0 && _source[start - 1] == '\n';
            var text = _source[start..search];
            text = sign == '-' ? text.TrimEnd() : sign != '+' && _options.LstripBlocks ? StripLine(text) : text;
            if (text.Length > 0)
            {
                Add(TokenKind.Data, text, start);
            }
            _at = end.End;
            AfterBlock(end.Sign);
            return true;
        }
    }

    private (int End, char Sign)? ReadRawTag(int at, string word)
    {
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
        {
            at++;
        }
        if (string.CompareOrdinal(_source, at, word, 0, word.Length) != 0)
        {
            return null;
        }
        at += word.Length;
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
        {
            at++;
        }
        var sign = at < _source.Length && (_source[at] is '-' or '+') ? _source[at++] : '\0';
        return string.CompareOrdinal(_source, at, _options.BlockEnd, 0, _options.BlockEnd.Length) == 0
            ? (at + _options.BlockEnd.Length, sign)
            : null;
    }

    private string StripLine(string text)
    {
        var line = text.LastIndexOf('\n') + 1;
        return (line > 0 || _lineStarting) && string.IsNullOrWhiteSpace(text[line..]) ? text[..line] : text;
    }

    private void SkipBlanks()
    {
        while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
        {
            _at++;
        }
    }

    private int EndOfLine(int from) => _source.IndexOf('\n', from) is >= 0 and var end ? end : _source.Length;

    private void Add(TokenKind kind, string text, int at) => _tokens.Add(new Token(kind, text, PositionOf(at)));

    private Position PositionOf(int at)
    {
        var line = _lineStarts.BinarySearch(at);
        line = line < 0 ? ~line - 1 : line;
        return new Position(line + 1, at - _lineStarts[line] + 1);
    }

    private EscaleException Fail(string message, int at) => JinjaErrors.Syntax(message, _name, PositionOf(at));
}

/// <summary>Errors of templates before they run.</summary>
internal static class JinjaErrors
{
    public static EscaleException Syntax(string message, string? name, Position at) => new(
        "projects.jinja.syntax", $"The template cannot be read: {message}.", "Correct the Jinja at this place.", new Place(name, at.Line, at.Column));
}
