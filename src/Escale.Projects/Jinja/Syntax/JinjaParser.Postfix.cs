namespace Escale.Projects.Jinja;

/// <summary>What follows a value (attributes, items, calls, filters, tests), and the small steps of reading.</summary>
internal sealed partial class JinjaParser
{
    private Expression ParsePostfix(Expression value)
    {
        while (Next.Kind == TokenKind.Symbol)
        {
            switch (Next.Text)
            {
                case ".":
                    value = ParseAttribute(value);
                    break;
                case "[":
                    value = ParseItem(value);
                    break;
                case "(":
                    value = new CallNode(value.At, value, ParseArguments());
                    break;
                default:
                    return value;
            }
        }
        return value;
    }

    private Expression ParseFilterChain(Expression value)
    {
        while (true)
        {
            if (Next.Is(TokenKind.Symbol, "|"))
            {
                value = ParseFilters(value);
            }
            else if (Next.Is(TokenKind.Name, "is"))
            {
                value = ParseTest(value);
            }
            else if (Next.Is(TokenKind.Symbol, "("))
            {
                value = new CallNode(value.At, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        var at = Take().At;
        var member = Take();
        return member.Kind switch
        {
            TokenKind.Name => new AttributeNode(at, target, member.Text),
            TokenKind.Integer => new ItemNode(at, target, new LiteralNode(member.At, ReadWhole(member.Text))),
            _ => throw Fail("expected name or number", member.At),
        };
    }

    private ItemNode ParseItem(Expression target)
    {
        var at = Take().At;
        var keys = new List<Expression>();
        while (!SkipSymbol("]"))
        {
            if (keys.Count > 0)
            {
                ExpectSymbol(",");
            }
            keys.Add(ParseSubscript());
        }
        return keys.Count switch
        {
            0 => throw Fail("expected a subscript", at),
            1 => new ItemNode(at, target, keys[0]),
            _ => new ItemNode(at, target, new SequenceNode(at, keys, isTuple: true)),
        };
    }

    private Expression ParseSubscript()
    {
        var at = Next.At;
        var parts = new Expression?[3];
        if (!Next.Is(TokenKind.Symbol, ":"))
        {
            parts[0] = ParseExpression();
            if (!Next.Is(TokenKind.Symbol, ":"))
            {
                return parts[0]!;
            }
        }
        for (var part = 1; part < 3 && SkipSymbol(":"); part++)
        {
            if (!Next.Is(TokenKind.Symbol, ":") && !Next.Is(TokenKind.Symbol, "]") && !Next.Is(TokenKind.Symbol, ","))
            {
                parts[part] = ParseExpression();
            }
        }
        return new SliceNode(at, parts[0], parts[1], parts[2]);
    }

    private ArgumentNodes ParseArguments()
    {
        ExpectSymbol("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? rest = null;
        Expression? restNamed = null;
        var isFirst = true;
        while (!SkipSymbol(")"))
        {
            if (!isFirst)
            {
                ExpectSymbol(",");
                if (SkipSymbol(")"))
                {
                    break;
                }
            }
            isFirst = false;
            var at = Next.At;
            if (SkipSymbol("*"))
            {
                rest = rest is null && restNamed is null ? ParseExpression() : throw Fail("invalid syntax for function call expression", at);
            }
            else if (SkipSymbol("**"))
            {
                restNamed = restNamed is null ? ParseExpression() : throw Fail("invalid syntax for function call expression", at);
            }
            else if (Next.Kind == TokenKind.Name && _tokens[_at + 1].Is(TokenKind.Symbol, "="))
            {
                var name = ExpectName();
                _at++;
                named.Add(restNamed is null ? (name, ParseExpression()) : throw Fail("invalid syntax for function call expression", at));
            }
            else
            {
                positional.Add(rest is null && restNamed is null && named.Count == 0
                    ? ParseExpression()
                    : throw Fail("invalid syntax for function call expression", at));
            }
        }
        return new ArgumentNodes(positional, named, rest, restNamed);
    }

    private Expression ParseFilters(Expression? value, bool startInline = false)
    {
        while (Next.Is(TokenKind.Symbol, "|") || startInline)
        {
            if (!startInline)
            {
                _at++;
            }
            startInline = false;
            var at = Next.At;
            var name = ExpectName();
            while (SkipSymbol("."))
            {
                name += "." + ExpectName();
            }
            value = new FilterNode(at, value, name, Next.Is(TokenKind.Symbol, "(") ? ParseArguments() : ArgumentNodes.None);
        }
        return value!;
    }

    private Expression ParseTest(Expression value)
    {
        var at = Take().At;
        var isNegated = SkipName("not");
        var name = ExpectName();
        while (SkipSymbol("."))
        {
            name += "." + ExpectName();
        }
        var arguments = ArgumentNodes.None;
        if (Next.Is(TokenKind.Symbol, "("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (Next.Is(TokenKind.Name, "is"))
            {
                throw Fail("You cannot chain multiple tests with is", Next.At);
            }
            arguments = ArgumentNodes.None with { Positional = [ParsePostfix(ParsePrimary())] };
        }
        Expression test = new TestNode(at, value, name, arguments);
        return isNegated ? new UnaryNode(at, "not", test) : test;
    }

    private bool StartsTestArgument() => Next.Kind switch
    {
        TokenKind.Name => Next.Text is not ("else" or "or" or "and" or "if" or "in" or "not" or "recursive"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Real => true,
        TokenKind.Symbol => Next.Text is "[" or "{",
        _ => false,
    };

    private Token Take()
    {
        var token = Next;
        _at += token.Kind == TokenKind.End ? 0 : 1;
        return token;
    }

    private bool SkipSymbol(string symbol) => Skip(TokenKind.Symbol, symbol);

    private bool SkipName(string name) => Skip(TokenKind.Name, name);

    private bool Skip(TokenKind kind, string text)
    {
        if (!Next.Is(kind, text))
        {
            return false;
        }
        _at++;
        return true;
    }

    private void ExpectSymbol(string symbol)
    {
        if (!SkipSymbol(symbol))
        {
            throw Fail($"expected '{symbol}', got {Next.Describe()}", Next.At);
        }
    }

    private void ExpectName(string name)
    {
        if (!SkipName(name))
        {
            throw Fail($"expected '{name}', got {Next.Describe()}", Next.At);
        }
    }

    private string ExpectName() => Next.Kind == TokenKind.Name ? Take().Text : throw Fail($"expected a name, got {Next.Describe()}", Next.At);

    private void Expect(TokenKind kind)
    {
        if (Next.Kind != kind)
        {
            throw Fail($"expected {new Token(kind, "", Next.At).Describe()}, got {Next.Describe()}", Next.At);
        }
        _at++;
    }
}
