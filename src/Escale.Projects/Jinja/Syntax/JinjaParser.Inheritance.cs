namespace Escale.Projects.Jinja;

/// <summary>Statements that reach other templates, jumps, and dbt's own statements.</summary>
internal sealed partial class JinjaParser
{
    private BlockNode ParseBlock(Position at)
    {
        var name = ExpectName();
        var isScoped = SkipName("scoped");
        var isRequired = SkipName("required");
        Expect(TokenKind.BlockEnd);
        var loops = _loops;
        _loops = 0;
        var body = ParseBody("endblock");
        _loops = loops;
        End("endblock", optionalName: true);
        if (isRequired && body.Statements.Any(statement => statement is not DataNode data || !string.IsNullOrWhiteSpace(data.Text)))
        {
            throw Fail("Required blocks can only contain comments or whitespace", at);
        }
        var block = new BlockNode(at, name, isScoped, isRequired, body);
        return _blocks.TryAdd(name, block) ? block : throw Fail($"block '{name}' defined twice", at);
    }

    private IncludeNode ParseInclude(Position at)
    {
        var name = ParseExpression();
        var ignoreMissing = Next.Is(TokenKind.Name, "ignore") && _tokens[_at + 1].Is(TokenKind.Name, "missing");
        _at += ignoreMissing ? 2 : 0;
        return Closed(new IncludeNode(at, name, ParseContext(fallback: true), ignoreMissing));
    }

    private ImportNode ParseImport(Position at)
    {
        var name = ParseExpression();
        ExpectName("as");
        var target = ExpectName();
        return Closed(new ImportNode(at, name, target, ParseContext(fallback: false)));
    }

    private FromNode ParseFrom(Position at)
    {
        var name = ParseExpression();
        ExpectName("import");
        var names = new List<(string, string)>();
        var withContext = false;
        while (Next.Kind == TokenKind.Name)
        {
            if (IsContext())
            {
                withContext = ParseContext(fallback: false);
                break;
            }
            var memberAt = Next.At;
            var member = ExpectName();
            if (member[0] == '_')
            {
                throw Fail("names starting with an underline can not be imported", memberAt);
            }
            names.Add((member, SkipName("as") ? ExpectName() : member));
            if (!SkipSymbol(","))
            {
                withContext = ParseContext(fallback: false);
                break;
            }
        }
        return names.Count == 0 ? throw Fail("expected a name to import", Next.At) : Closed(new FromNode(at, name, names, withContext));
    }

    private bool IsContext() => (Next.Is(TokenKind.Name, "with") || Next.Is(TokenKind.Name, "without")) && _tokens[_at + 1].Is(TokenKind.Name, "context");

    private bool ParseContext(bool fallback)
    {
        if (!IsContext())
        {
            return fallback;
        }
        var with = Next.Text == "with";
        _at += 2;
        return with;
    }

    private JumpNode ParseJump(Token word) => _loops > 0
        ? Closed(new JumpNode(word.At, word.Text == "break" ? Flow.Break : Flow.Continue))
        : throw Fail($"'{word.Text}' outside loop", word.At);

    /// <summary>
    /// dbt's statements: a test is a macro <c>test_name</c>; a materialization a macro; a snapshot runs its body; docs are left out.
    /// </summary>
    private Statement ParseDbt(Token word)
    {
        var name = ExpectName();
        switch (word.Text)
        {
            case "test" or "data_test":
                return new MacroNode(word.At, ParseMacroShape("test_" + name, word.At, "end" + word.Text));
            case "materialization":
                var adapter = "default";
                while (SkipSymbol(","))
                {
                    if (ExpectName() == "adapter" && SkipSymbol("="))
                    {
                        adapter = ParseExpression() is LiteralNode { Constant: string text } ? text : adapter;
                    }
                    else if (SkipSymbol("="))
                    {
                        ParseExpression();
                    }
                }
                _macroNames.Push(new HashSet<string>(StringComparer.Ordinal));
                return new MacroNode(word.At, ParseMacroBody($"materialization_{name}_{adapter}", word.At, [], "endmaterialization"));
            default:
                Expect(TokenKind.BlockEnd);
                var body = ParseBody("end" + word.Text);
                End("end" + word.Text);
                return word.Text == "docs" ? new BlockOfStatements(word.At, []) : body;
        }
    }

    private T Closed<T>(T statement)
        where T : Statement
    {
        Expect(TokenKind.BlockEnd);
        return statement;
    }

    private void End(string word, bool optionalName = false)
    {
        ExpectName(word);
        if (optionalName && Next.Kind == TokenKind.Name)
        {
            _at++;
        }
        Expect(TokenKind.BlockEnd);
    }
}
