using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Projects.Jinja;

/// <summary>The tokens inside statements and printed expressions.</summary>
internal sealed partial class JinjaLexer
{
    private static readonly string[] _symbols =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private void ReadExpression(string end, TokenKind endKind)
    {
        var open = new Stack<char>();
        var lineStatement = end == "\n";
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]) && !(lineStatement && open.Count == 0 && _source[_at] == '\n'))
            {
                _at++;
            }
            if (_at >= _source.Length)
            {
                if (lineStatement)
                {
                    Add(endKind, "", _at);
                }
                return;
            }
            if (open.Count == 0 && TryEnd(end, endKind))
            {
                return;
            }
            ReadToken(open);
        }
    }

    private bool TryEnd(string end, TokenKind kind)
    {
        var sign = end != "\n" && (_source[_at] == '-' || (_source[_at] == '+' && kind == TokenKind.BlockEnd)) ? _source[_at] : '\0';
        var start = _at + (sign == '\0' ? 0 : 1);
        if (string.CompareOrdinal(_source, start, end, 0, end.Length) != 0)
        {
            return false;
        }
        Add(kind, "", _at);
        _at = start + end.Length;
        if (kind == TokenKind.BlockEnd && end != "\n")
        {
            AfterBlock(sign);
        }
        else if (sign == '-')
        {
            SkipBlanks();
        }
        return true;
    }

    private void ReadToken(Stack<char> open)
    {
        var start = _at;
        var character = _source[_at];
        if (character is '\'' or '"')
        {
            ReadText(character);
        }
        else if (char.IsAsciiDigit(character))
        {
            ReadNumber();
        }
        else if (char.IsLetter(character) || character == '_')
        {
            while (_at < _source.Length && (char.IsLetterOrDigit(_source[_at]) || _source[_at] == '_'))
            {
                _at++;
            }
            Add(TokenKind.Name, _source[start.._at], start);
        }
        else
        {
            ReadSymbol(open);
        }
    }

    private void ReadSymbol(Stack<char> open)
    {
        var symbol = Array.Find(_symbols, candidate => string.CompareOrdinal(_source, _at, candidate, 0, candidate.Length) == 0)
            ?? throw Fail($"unexpected char '{_source[_at]}'", _at);
        switch (symbol)
        {
            case "(" or "[" or "{":
                open.Push(symbol == "(" ? ')' : symbol == "[" ? ']' : '}');
                break;
            case ")" or "]" or "}":
                if (open.Count == 0)
                {
                    throw Fail($"unexpected '{symbol}'", _at);
                }
                if (open.Pop() is var expected && expected != symbol[0])
                {
                    throw Fail($"unexpected '{symbol}', expected '{expected}'", _at);
                }
                break;
        }
        Add(TokenKind.Symbol, symbol, _at);
        _at += symbol.Length;
    }

    private void ReadNumber()
    {
        var start = _at;
        var afterPoint = start > 0 && _source[start - 1] == '.';
        var real = afterPoint ? Match.Empty : Real().Match(_source, start);
        if (real.Success)
        {
            _at += real.Length;
            Add(TokenKind.Real, real.Value.Replace("_", "", StringComparison.Ordinal), start);
            return;
        }
        var whole = Whole().Match(_source, start);
        _at += whole.Length;
        Add(TokenKind.Integer, whole.Value.Replace("_", "", StringComparison.Ordinal), start);
    }

    private void ReadText(char quote)
    {
        var start = _at++;
        var text = new StringBuilder();
        while (_at < _source.Length && _source[_at] != quote)
        {
            if (_source[_at] != '\\' || _at + 1 >= _source.Length)
            {
                text.Append(_source[_at++]);
                continue;
            }
            _at++;
            ReadEscape(text, start);
        }
        if (_at >= _source.Length)
        {
            throw Fail($"a string that starts with {quote} is not closed", start);
        }
        _at++;
        Add(TokenKind.Text, text.ToString(), start);
    }

    private void ReadEscape(StringBuilder text, int start)
    {
        var character = _source[_at++];
        var plain = "\\'\"abfnrtv\n".IndexOf(character, StringComparison.Ordinal);
        if (plain >= 0)
        {
            text.Append("\\'\"\a\b\f\n\r\t\v"[Math.Min(plain, 9)], plain == 10 ? 0 : 1);
        }
        else if (character is 'x' or 'u' or 'U')
        {
            var length = character == 'x' ? 2 : character == 'u' ? 4 : 8;
            if (_at + length > _source.Length
                || !int.TryParse(_source.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || code is < 0 or > 0x10ffff)
            {
                throw Fail($"truncated or wrong \\{character} escape in a string", start);
            }
            text.Append(code is >= 0xd800 and < 0xe000 or <= 0xffff ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            _at += length;
        }
        else if (character is >= '0' and <= '7')
        {
            var end = _at;
            while (end < _source.Length && end - _at < 2 && _source[end] is >= '0' and <= '7')
            {
                end++;
            }
            text.Append((char)Convert.ToInt32(_source[(_at - 1)..end], 8));
            _at = end;
        }
        else
        {
            text.Append('\\').Append(character);
        }
    }

    [GeneratedRegex(@"\G(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+\-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Real();

    [GeneratedRegex(@"\G(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Whole();
}
