using System.Text;
using Escale.Kernel;
using Escale.Projects.Yaml;
using Xunit;

namespace Escale.Projects.Tests.Yaml;

public sealed class YamlFileTests
{
    [Fact]
    public void Every_node_knows_its_line_and_column()
    {
        var map = YamlFile.Parse("a: 1\nb:\n  - x\n  - y: 2\n", "f.yml").AsMap();
        Assert.Equal("f.yml:3:5", map["b"]!.AsList().Items[0].Place.ToString());
        Assert.Equal("f.yml:4:8", map["b"]!.AsList().Items[1].AsMap()["y"]!.Place.ToString());
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("-12", -12L)]
    [InlineData("0x1F", 31L)]
    [InlineData("1.5", 1.5)]
    [InlineData("1e3", 1000.0)]
    [InlineData("yes", true)]
    [InlineData("Off", false)]
    [InlineData("~", null)]
    [InlineData("", null)]
    [InlineData("'1'", "1")]
    [InlineData("\"yes\"", "yes")]
    [InlineData("007", "007")]
    [InlineData("2024-01-31", "2024-01-31")]
    [InlineData("1_000", "1_000")]
    [InlineData("!!str 5", "5")]
    public void Plain_values_have_the_types_people_mean(string written, object? expected)
    {
        Assert.Equal(expected, YamlFile.Parse($"k: {written}", "f.yml").AsMap()["k"]!.ToValue());
    }

    [Fact]
    public void A_duplicate_key_names_both_lines()
    {
        var error = Fails("a: 1\nb: 2\na: 3\n");
        Assert.Equal("projects.yaml-duplicate-key", error.Code);
        Assert.Equal("f.yml:3:1", error.Place!.ToString());
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tab_in_the_indentation_is_named()
    {
        var error = Fails("a:\n\tb: 1\n");
        Assert.Equal("projects.yaml-invalid", error.Code);
        Assert.Contains("tab", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Place!.Line);
    }

    [Fact]
    public void Unquoted_jinja_says_to_quote_it()
    {
        var error = Fails("a: {{ var('x') }}\n");
        Assert.Equal("projects.yaml-invalid", error.Code);
        Assert.Contains("quotes", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(1, error.Place!.Line);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_applied_and_own_keys_win()
    {
        var map = YamlFile.Parse("base: &b {x: 1, y: 2}\nother: &o {y: 9, z: 3}\nhere:\n  y: 7\n  <<: [*b, *o]\n", "f.yml").AsMap()["here"]!.AsMap();
        Assert.Equal(new Dictionary<string, object?> { ["y"] = 7L, ["x"] = 1L, ["z"] = 3L }, map.ToValue());
    }

    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");
        }
        Assert.Equal("projects.yaml-too-large", Fails(text.ToString()).Code);
    }

    [Fact]
    public void An_anchor_that_holds_itself_is_refused() => Assert.Equal("projects.yaml-invalid", Fails("a: &a [*a]\n").Code);

    [Fact]
    public void Nesting_deeper_than_the_limit_is_refused()
    {
        Assert.Equal("projects.yaml-too-large", Fails("a: " + new string('[', 200) + new string(']', 200)).Code);
        Assert.Equal("projects.yaml-too-large", Fails("a: " + new string('[', 100_000)).Code);
    }

    [Fact]
    public void A_second_document_is_refused() => Assert.Equal("f.yml:2:1", Fails("a: 1\n---\nb: 1\n").Place!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    public void An_empty_file_is_an_empty_mapping(string text) => Assert.Empty(YamlFile.Parse(text, "f.yml").AsMap().Entries);

    [Theory]
    [InlineData("a: [1, 2\n")]
    [InlineData("a: 'x\n")]
    [InlineData("a: *nowhere\n")]
    [InlineData("a: b: c\n")]
    [InlineData("? [x]\n: 1\n")]
    [InlineData("a: \"\\q\"\n")]
    [InlineData("%YAML 9\n")]
    [InlineData("a: \u0001\n")]
    public void Broken_yaml_has_a_code_and_a_line(string text)
    {
        var error = Fails(text);
        Assert.Equal("projects.yaml-invalid", error.Code);
        Assert.True(error.Place!.Line >= 1);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_break()
    {
        const string Original = "version: 2\nmodels:\n  - name: a # c\n    tests: [unique, {accepted_values: {values: ['x', \"y\"]}}]\n    d: |\n      text\n      more\n  - &x {name: b, <<: *y}\n";
        var random = SeededRandom.For(7, "yaml");
        const string Alphabet = "\t\n :-[]{}&*!|>'\"%@`#,?~a1\u00e9\0";
        for (var i = 0; i < 5000; i++)
        {
            var text = Original.ToCharArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
            }
            try
            {
                YamlFile.Parse(new string(text), "f.yml").ToValue();
            }
            catch (EscaleException error)
            {
                Assert.StartsWith("projects.", error.Code, StringComparison.Ordinal);
                Assert.NotNull(error.Place?.Line);
            }
        }
    }

    private static EscaleException Fails(string text) => Assert.Throws<EscaleException>(() => YamlFile.Parse(text, "f.yml"));
}
