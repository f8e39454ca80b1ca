using Escale.Projects.Yaml;

namespace Escale.Projects.Tests.Yaml;

/// <summary>What is written as YAML reads as what was given, and as people would write it.</summary>
public sealed class YamlWriterTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("Port of Dakar: calls")]
    [InlineData("a # b")]
    [InlineData("#a")]
    [InlineData("- a")]
    [InlineData("a:")]
    [InlineData("yes")]
    [InlineData("null")]
    [InlineData("1e3")]
    [InlineData("007")]
    [InlineData("2026-01-31")]
    [InlineData("~")]
    [InlineData("a, b [c] {d}")]
    [InlineData("it's \"quoted\" \\ and so on")]
    [InlineData("&anchor *alias !tag %directive @at `tick")]
    [InlineData(" blank before and after ")]
    [InlineData("")]
    [InlineData("tab\there")]
    [InlineData("line\nline\n\n  indented\n")]
    [InlineData("line\n\n\n")]
    [InlineData("\nline")]
    [InlineData("line\r\nline")]
    [InlineData("é 中 \u2028 \u0085 \u200b \ufeff \0")]
    [InlineData("select a, b from t where c = 'd' -- e")]
    public void A_text_reads_as_it_was_wherever_it_stands(string text)
    {
        var value = Around(text);
        Assert.True(YamlSplice.Same(YamlFile.Parse(YamlWriter.Document(value), "").ToValue(), value), YamlWriter.Document(value));
    }

    [Fact]
    public void Any_text_reads_as_it_was()
    {
        const string Letters = "ab 01:#-,[]{}'\"\\&*!|>%@`?~.\n\t\r\u0085\u2028é\ufeff=<";
        var random = new Random(20261122);
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Letters[random.Next(Letters.Length)]));
            A_text_reads_as_it_was_wherever_it_stands(text);
        }
    }

    [Fact]
    public void It_looks_as_people_would_write_it() => Assert.Equal(
        """
        name: delay
        sql: select a, b from t
        exclude: [left_at, "a, b"]
        split: {by: time, column: arrived_at}
        steps:
          - type: trim
            columns: [ship]
          - type: replace
            note: |-
              first
              second
        """ + "\n",
        YamlWriter.Document(new Dictionary<string, object?>
        {
            ["name"] = "delay",
            ["sql"] = "select a, b from t",
            ["exclude"] = new List<object?> { "left_at", "a, b" },
            ["split"] = new Dictionary<string, object?> { ["by"] = "time", ["column"] = "arrived_at" },
            ["steps"] = new List<object?>
            {
                new Dictionary<string, object?> { ["type"] = "trim", ["columns"] = new List<object?> { "ship" } },
                new Dictionary<string, object?> { ["type"] = "replace", ["note"] = "first\nsecond" },
            },
        }));

    private static Dictionary<string, object?> Around(string text) => new()
    {
        ["key"] = text,
        ["list"] = new List<object?> { text, 1L, true, 0.5, null },
        ["maps"] = new List<object?> { new Dictionary<string, object?> { ["first"] = text, ["deep"] = new Dictionary<string, object?> { ["at"] = new Dictionary<string, object?> { ["inline"] = text } } } },
        [text.Length is > 0 and < 50 ? "k" + text.ReplaceLineEndings("") : "other"] = 1L,
    };
}
