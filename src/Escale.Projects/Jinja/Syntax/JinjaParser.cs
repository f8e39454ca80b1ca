using System.Runtime.CompilerServices;
using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>Reads the tokens of a template into its tree: statements here, expressions in the other half.</summary>
internal sealed partial class JinjaParser
{
    private const int MaxDepth = 500;

    private readonly List<Token> _tokens;
    private readonly string? _name;
    private readonly JinjaOptions _options;
    private readonly Dictionary<string, BlockNode> _blocks = new(StringComparer.Ordinal);
    private readonly Stack<HashSet<string>> _macroNames = new();
    private readonly Stack<string> _open = new();
    private int _at;
    private int _loops;
    private int _depth;

    private JinjaParser(List<Token> tokens, string? name, JinjaOptions options)
    {
        _tokens = tokens;
        _name = name;
        _options = options;
    }

    private Token Next => _tokens[_at];

    public static (Statement Body, IReadOnlyList<BlockNode> Blocks) Parse(string source, string? name, JinjaOptions options)
    {
        var parser = new JinjaParser(JinjaLexer.Read(source, name, options), name, options);
        var body = parser.ParseBody();
        return parser.Next.Kind == TokenKind.End ? (body, [.. parser._blocks.Values]) : throw parser.UnknownStatement(parser._tokens[parser._at]);
    }

    public static Expression ParseExpression(string source, string? name, JinjaOptions options)
    {
        var parser = new JinjaParser(JinjaLexer.Read(options.VariableStart + " " + source + " " + options.VariableEnd, name, options), name, options);
        parser._at++;
        var expression = parser.ParseTuple();
        parser.Expect(TokenKind.VariableEnd);
        return expression;
    }

    /// <summary>Statements up to one of these names, which stays unread; up to the end of the template when none is given.</summary>
    private BlockOfStatements ParseBody(params string[] ends)
    {
        Deeper();
        var at = Next.At;
        var statements = new List<Statement>();
        while (true)
        {
            switch (Next.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new DataNode(Next.At, Next.Text));
                    _at++;
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(ParsePrint());
                    break;
                case TokenKind.BlockBegin:
                    var word = _tokens[_at + 1];
                    if (word.Kind == TokenKind.Name && ends.Contains(word.Text))
                    {
                        _at++;
                        _depth--;
                        return new BlockOfStatements(at, statements);
                    }
                    _at++;
                    statements.Add(ParseStatement());
                    break;
                default:
                    return ends.Length == 0 ? new BlockOfStatements(at, statements) : throw Unclosed(ends);
            }
        }
    }

    private PrintNode ParsePrint()
    {
        _at++;
        var at = Next.At;
        var value = ParseTuple();
        Expect(TokenKind.VariableEnd);
        return new PrintNode(at, value);
    }

    private Statement ParseStatement()
    {
        var word = Next;
        if (word.Kind != TokenKind.Name)
        {
            throw Fail("tag name expected", word.At);
        }
        _at++;
        _open.Push(word.Text);
        var statement = ParseStatement(word);
        _open.Pop();
        return statement;
    }

    private Statement ParseStatement(Token word) => word.Text switch
    {
        "for" => ParseFor(word.At),
        "if" => ParseIf(word.At),
        "set" => ParseSet(word.At),
        "macro" => ParseMacro(word.At),
        "call" => ParseCallBlock(word.At),
        "filter" => ParseFilterBlock(word.At),
        "with" => ParseWith(word.At),
        "autoescape" => ParseAutoescape(word.At),
        "block" => ParseBlock(word.At),
        "extends" => Closed(new ExtendsNode(word.At, ParseExpression())),
        "include" => ParseInclude(word.At),
        "import" => ParseImport(word.At),
        "from" => ParseFrom(word.At),
        "do" => Closed(new DoNode(word.At, ParseTuple())),
        "print" => Closed(new PrintNode(word.At, ParseTuple())),
        "break" or "continue" => ParseJump(word),
        "test" or "data_test" or "materialization" or "snapshot" or "docs" when _options.DbtStatements => ParseDbt(word),
        _ => throw UnknownStatement(word),
    };

    private ForNode ParseFor(Position at)
    {
        var target = ParseTarget();
        if (target is NameNode { Name: "loop" })
        {
            throw Fail("can't assign to the special loop variable in for-loop target", target.At);
        }
        ExpectName("in");
        var source = ParseTuple(withCondition: false, end: "recursive");
        var condition = SkipName("if") ? ParseExpression() : null;
        var isRecursive = SkipName("recursive");
        Expect(TokenKind.BlockEnd);
        _loops++;
        var body = ParseBody("endfor", "else");
        _loops--;
        Statement? otherwise = null;
        if (SkipName("else"))
        {
            Expect(TokenKind.BlockEnd);
            otherwise = ParseBody("endfor");
        }
        End("endfor");
        return new ForNode(at, target, source, condition, body, otherwise, isRecursive);
    }

    private IfNode ParseIf(Position at)
    {
        var branches = new List<(Expression, Statement)>();
        Statement? otherwise = null;
        while (true)
        {
            var condition = ParseTuple(withCondition: false);
            Expect(TokenKind.BlockEnd);
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            if (SkipName("elif"))
            {
                continue;
            }
            if (SkipName("else"))
            {
                Expect(TokenKind.BlockEnd);
                otherwise = ParseBody("endif");
            }
            End("endif");
            return new IfNode(at, branches, otherwise);
        }
    }

    private Statement ParseSet(Position at)
    {
        var target = ParseTarget(withNamespace: true);
        if (SkipSymbol("="))
        {
            return Closed(new SetNode(at, target, ParseTuple()));
        }
        var filter = Next.Is(TokenKind.Symbol, "|") ? ParseFilters(null) as FilterNode : null;
        Expect(TokenKind.BlockEnd);
        var body = ParseBody("endset");
        End("endset");
        return new SetBlockNode(at, target, filter, body);
    }

    private MacroNode ParseMacro(Position at)
    {
        var name = ExpectName();
        var shape = ParseMacroShape(name, at, "endmacro");
        return new MacroNode(at, shape);
    }

    private MacroShape ParseMacroShape(string name, Position at, string end)
    {
        _macroNames.Push(new HashSet<string>(StringComparer.Ordinal));
        var parameters = Next.Is(TokenKind.Symbol, "(") ? ParseParameters() : [];
        return ParseMacroBody(name, at, parameters, end);
    }

    private MacroShape ParseMacroBody(string name, Position at, List<(string, Expression?)> parameters, string end)
    {
        Expect(TokenKind.BlockEnd);
        var loops = _loops;
        _loops = 0;
        var body = ParseBody(end);
        _loops = loops;
        End(end);
        var used = _macroNames.Pop();
        foreach (var outer in _macroNames)
        {
            outer.UnionWith(used);
        }
        bool Uses(string special) => used.Contains(special) && parameters.All(parameter => parameter.Item1 != special);
        return new MacroShape(name, at, parameters, body)
        {
            UsesVarargs = Uses("varargs"),
            UsesKwargs = Uses("kwargs"),
            UsesCaller = Uses("caller"),
        };
    }

    private List<(string, Expression?)> ParseParameters()
    {
        var parameters = new List<(string, Expression?)>();
        ExpectSymbol("(");
        while (!SkipSymbol(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectSymbol(",");
                if (SkipSymbol(")"))
                {
                    break;
                }
            }
            var at = Next.At;
            var name = ExpectName();
            var fallback = SkipSymbol("=") ? ParseExpression() : null;
            if (fallback is null && parameters.Count > 0 && parameters[^1].Item2 is not null)
            {
                throw Fail("non-default argument follows default argument", at);
            }
            if (name == "caller" && fallback is null)
            {
                throw Fail("the argument 'caller' must be omitted or be given a default", at);
            }
            parameters.Add((name, fallback));
        }
        return parameters;
    }

    private CallBlockNode ParseCallBlock(Position at)
    {
        _macroNames.Push(new HashSet<string>(StringComparer.Ordinal));
        var parameters = Next.Is(TokenKind.Symbol, "(") ? ParseParameters() : [];
        var call = ParseExpression() as CallNode ?? throw Fail("expected call", at);
        return new CallBlockNode(at, call, ParseMacroBody("caller", at, parameters, "endcall"));
    }

    private FilterBlockNode ParseFilterBlock(Position at)
    {
        var filter = (FilterNode)ParseFilters(null, startInline: true);
        Expect(TokenKind.BlockEnd);
        var body = ParseBody("endfilter");
        End("endfilter");
        return new FilterBlockNode(at, filter, body);
    }

    private WithNode ParseWith(Position at)
    {
        var values = new List<(Expression, Expression)>();
        while (Next.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                ExpectSymbol(",");
            }
            var target = ParseTarget();
            ExpectSymbol("=");
            values.Add((target, ParseExpression()));
        }
        Expect(TokenKind.BlockEnd);
        var body = ParseBody("endwith");
        End("endwith");
        return new WithNode(at, values, body);
    }

    private AutoescapeNode ParseAutoescape(Position at)
    {
        var enabled = ParseExpression();
        Expect(TokenKind.BlockEnd);
        var body = ParseBody("endautoescape");
        End("endautoescape");
        return new AutoescapeNode(at, enabled, body);
    }

    /// <summary>One level down; the caller counts back up. A failure ends the parse, so that it need not.</summary>
    private void Deeper()
    {
        if (++_depth > MaxDepth)
        {
            throw Fail($"more than {MaxDepth} levels are nested in each other", Next.At);
        }
        EnsureStack();
    }

    private void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail("the template is nested too deeply", Next.At);
        }
    }

    private EscaleException Fail(string message, Position at) => JinjaErrors.Syntax(message, _name, at);

    private EscaleException Unclosed(string[] ends) => Fail(
        $"the statement '{_open.Peek()}' is not closed: the end of the template was reached looking for {string.Join(" or ", ends.Select(end => $"'{end}'"))}",
        Next.At);

    private EscaleException UnknownStatement(Token word)
    {
        var name = word.Kind == TokenKind.Name ? word.Text : _tokens[Math.Min(_at + 1, _tokens.Count - 1)].Text;
        return Fail($"Encountered unknown tag '{name}'" + (_open.Skip(1).FirstOrDefault() is { } inside ? $" inside '{inside}'" : ""), word.At);
    }
}
