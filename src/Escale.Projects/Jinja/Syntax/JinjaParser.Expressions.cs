using System.Globalization;
using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Expressions, from the loosest binding to the tightest.</summary>
internal sealed partial class JinjaParser
{
    private static readonly string[] _reserved = ["true", "false", "none", "True", "False", "None", "and", "or", "not", "if", "elif", "else", "in", "is"];

    private Expression ParseExpression(bool withCondition = true)
    {
        EnsureStack();
        return withCondition ? ParseCondition() : ParseOr();
    }

    private Expression ParseCondition()
    {
        var value = ParseOr();
        while (Next.Is(TokenKind.Name, "if"))
        {
            var at = Next.At;
            _at++;
            var condition = ParseOr();
            value = new ConditionNode(at, condition, value, SkipName("else") ? ParseCondition() : null);
        }
        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (Next.Is(TokenKind.Name, "or"))
        {
            left = new BinaryNode(Take().At, "or", left, ParseAnd());
        }
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Next.Is(TokenKind.Name, "and"))
        {
            left = new BinaryNode(Take().At, "and", left, ParseNot());
        }
        return left;
    }

    private Expression ParseNot()
    {
        if (!Next.Is(TokenKind.Name, "not"))
        {
            return ParseCompare();
        }
        Deeper();
        var value = new UnaryNode(Take().At, "not", ParseNot());
        _depth--;
        return value;
    }

    private Expression ParseCompare()
    {
        var at = Next.At;
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            string symbol;
            if (Next.Kind == TokenKind.Symbol && Next.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                symbol = Take().Text;
            }
            else if (SkipName("in"))
            {
                symbol = "in";
            }
            else if (Next.Is(TokenKind.Name, "not") && _tokens[_at + 1].Is(TokenKind.Name, "in"))
            {
                _at += 2;
                symbol = "not in";
            }
            else
            {
                return rest.Count == 0 ? first : new CompareNode(at, first, rest);
            }
            rest.Add((symbol, ParseSum()));
        }
    }

    private Expression ParseSum()
    {
        var left = ParseConcat();
        while (Next.Kind == TokenKind.Symbol && Next.Text is "+" or "-")
        {
            var symbol = Take();
            left = new BinaryNode(symbol.At, symbol.Text, left, ParseConcat());
        }
        return left;
    }

    private Expression ParseConcat()
    {
        var at = Next.At;
        var parts = new List<Expression> { ParseProduct() };
        while (SkipSymbol("~"))
        {
            parts.Add(ParseProduct());
        }
        return parts.Count == 1 ? parts[0] : new ConcatNode(at, parts);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (Next.Kind == TokenKind.Symbol && Next.Text is "*" or "/" or "//" or "%")
        {
            var symbol = Take();
            left = new BinaryNode(symbol.At, symbol.Text, left, ParsePower());
        }
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilter: true);
        while (Next.Is(TokenKind.Symbol, "**"))
        {
            left = new BinaryNode(Take().At, "**", left, ParseUnary(withFilter: true));
        }
        return left;
    }

    private Expression ParseUnary(bool withFilter)
    {
        Deeper();
        Expression value;
        if (Next.Is(TokenKind.Symbol, "-") || Next.Is(TokenKind.Symbol, "+"))
        {
            var symbol = Take();
            value = new UnaryNode(symbol.At, symbol.Text, ParseUnary(withFilter: false));
        }
        else
        {
            value = ParsePrimary();
        }
        value = ParsePostfix(value);
        _depth--;
        return withFilter ? ParseFilterChain(value) : value;
    }

    private Expression ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(token);
            case TokenKind.Text:
                var text = token.Text;
                while (Next.Kind == TokenKind.Text)
                {
                    text += Take().Text;
                }
                return new LiteralNode(token.At, text);
            case TokenKind.Integer:
                return new LiteralNode(token.At, ReadWhole(token.Text));
            case TokenKind.Real:
                return new LiteralNode(token.At, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Symbol when token.Text == "(":
                var inner = ParseTuple(isParenthesised: true);
                ExpectSymbol(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return ParseList(token.At);
            case TokenKind.Symbol when token.Text == "{":
                return ParseDict(token.At);
            default:
                throw Fail($"unexpected {token.Describe()}", token.At);
        }
    }

    private Expression ParseName(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new LiteralNode(token.At, true);
            case "false" or "False":
                return new LiteralNode(token.At, false);
            case "none" or "None":
                return new LiteralNode(token.At, null);
            case "varargs" or "kwargs" or "caller" when _macroNames.Count > 0:
                _macroNames.Peek().Add(token.Text);
                break;
        }
        return new NameNode(token.At, token.Text);
    }

    private static object ReadWhole(string text)
    {
        var digits = text.Length > 2 && text[0] == '0' ? char.ToLowerInvariant(text[1]) : '\0';
        var radix = digits switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (radix == 10)
        {
            return Operators.Shrink(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        }
        return Operators.Shrink(text.Skip(2).Aggregate(
            BigInteger.Zero, (sum, digit) => (sum * radix) + Convert.ToInt32(digit.ToString(), 16)));
    }

    private SequenceNode ParseList(Position at)
    {
        var items = new List<Expression>();
        while (!SkipSymbol("]"))
        {
            if (items.Count > 0)
            {
                ExpectSymbol(",");
                if (SkipSymbol("]"))
                {
                    break;
                }
            }
            items.Add(ParseExpression());
        }
        return new SequenceNode(at, items, isTuple: false);
    }

    private DictNode ParseDict(Position at)
    {
        var entries = new List<(Expression, Expression)>();
        while (!SkipSymbol("}"))
        {
            if (entries.Count > 0)
            {
                ExpectSymbol(",");
                if (SkipSymbol("}"))
                {
                    break;
                }
            }
            var key = ParseExpression();
            ExpectSymbol(":");
            entries.Add((key, ParseExpression()));
        }
        return new DictNode(at, entries);
    }

    /// <summary>One expression, or several with commas: a tuple.</summary>
    private Expression ParseTuple(bool withCondition = true, bool isParenthesised = false, string? end = null)
    {
        EnsureStack();
        var at = Next.At;
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                if (!SkipSymbol(","))
                {
                    break;
                }
                isTuple = true;
            }
            if (IsTupleEnd(end))
            {
                break;
            }
            items.Add(ParseExpression(withCondition));
        }
        if (items.Count == 1 && !isTuple)
        {
            return items[0];
        }
        return items.Count > 0 || isParenthesised
            ? new SequenceNode(at, items, isTuple: true)
            : throw Fail($"Expected an expression, got {Next.Describe()}", Next.At);
    }

    private bool IsTupleEnd(string? end) => Next.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End
        || Next.Is(TokenKind.Symbol, ")") || (end is not null && Next.Is(TokenKind.Name, end));

    /// <summary>What can be assigned to: a name, names with commas, or an attribute of a namespace.</summary>
    private Expression ParseTarget(bool withNamespace = false)
    {
        var first = Next;
        if (withNamespace && first.Kind == TokenKind.Name && _tokens[_at + 1].Is(TokenKind.Symbol, "."))
        {
            _at += 2;
            return new NamespaceTarget(first.At, first.Text, ExpectName());
        }
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (SkipSymbol("("))
            {
                items.Add(ParseTarget());
                ExpectSymbol(")");
            }
            else
            {
                var at = Next.At;
                var name = ExpectName();
                items.Add(_reserved.Contains(name) ? throw Fail($"can't assign to '{name}'", at) : new NameNode(at, name));
            }
            if (!SkipSymbol(","))
            {
                break;
            }
            isTuple = true;
            if (Next.Kind != TokenKind.Name && !Next.Is(TokenKind.Symbol, "("))
            {
                break;
            }
            if (Next.Is(TokenKind.Name, "in"))
            {
                break;
            }
        }
        return isTuple ? new SequenceNode(first.At, items, isTuple: true) : items[0];
    }
}
