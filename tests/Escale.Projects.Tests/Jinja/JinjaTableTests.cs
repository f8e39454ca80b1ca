using System.Text.Json;
using Escale.Kernel;
using Escale.Projects.Jinja;
using Xunit;

namespace Escale.Projects.Tests.Jinja;

/// <summary>Every template of <c>cases.json</c> gives what Debian's python3-jinja2 gave (see <c>generate_cases.py</c>).</summary>
public sealed class JinjaTableTests
{
    private static readonly JsonDocument _table = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Jinja", "cases.json")));

    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        var index = 0;
        foreach (var row in _table.RootElement.GetProperty("cases").EnumerateArray())
        {
            data.Add(index++, row.GetProperty("template").GetString()!);
        }
        return data;
    }

    [Fact]
    public void The_table_has_at_least_three_hundred_templates() =>
        Assert.True(_table.RootElement.GetProperty("cases").GetArrayLength() >= 300);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_template_renders_as_Jinja_renders_it(int index, string template)
    {
        var row = _table.RootElement.GetProperty("cases")[index];
        var environment = Environment(row);
        string Render() => environment.Parse(template, "case").Render(Context());
        if (row.TryGetProperty("expected", out var expected))
        {
            Assert.Equal(expected.GetString(), Render());
            return;
        }
        var error = Assert.Throws<EscaleException>(Render);
        var kind = row.GetProperty("error").GetString() switch
        {
            "syntax" when row.GetProperty("message").GetString()!.StartsWith("No ", StringComparison.Ordinal) => "no-",
            "syntax" => "syntax",
            "undefined" => "undefined",
            "security" => "security",
            "missing" => "template-not-found",
            _ => "",
        };
        Assert.StartsWith($"projects.jinja.{kind}", error.Code, StringComparison.Ordinal);
        Assert.True(error.Place is { File: not null, Line: >= 1, Column: >= 1 }, $"{error.Message} at {error.Place}");
    }

    private static IEnumerable<KeyValuePair<string, object?>> Context() => _table.RootElement.GetProperty("context").EnumerateObject()
        .Select(entry => KeyValuePair.Create(entry.Name, JsonText.Read(entry.Value.GetRawText())));

    private static JinjaEnvironment Environment(JsonElement row)
    {
        var options = new JinjaOptions();
        foreach (var option in row.TryGetProperty("env", out var env) ? env.EnumerateObject().ToArray() : [])
        {
            var text = option.Value.ValueKind == JsonValueKind.String ? option.Value.GetString()! : "";
            options = option.Name switch
            {
                "trim_blocks" => options with { TrimBlocks = true },
                "lstrip_blocks" => options with { LstripBlocks = true },
                "keep_trailing_newline" => options with { KeepTrailingNewline = true },
                "autoescape" => options with { Autoescape = true },
                "line_statement_prefix" => options with { LineStatementPrefix = text },
                "line_comment_prefix" => options with { LineCommentPrefix = text },
                "block_start_string" => options with { BlockStart = text },
                "block_end_string" => options with { BlockEnd = text },
                "variable_start_string" => options with { VariableStart = text },
                "variable_end_string" => options with { VariableEnd = text },
                "comment_start_string" => options with { CommentStart = text },
                "comment_end_string" => options with { CommentEnd = text },
                "undefined" => options with { Undefined = text == "strict" ? UndefinedMode.Strict : UndefinedMode.Chainable },
                _ => throw new InvalidOperationException($"The test does not know the option {option.Name}."),
            };
        }
        var templates = _table.RootElement.GetProperty("templates");
        return new JinjaEnvironment(options) { Loader = name => templates.TryGetProperty(name, out var found) ? found.GetString() : null };
    }
}
