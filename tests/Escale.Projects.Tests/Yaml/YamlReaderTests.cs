using Escale.Kernel;
using Escale.Projects.Yaml;
using Xunit;

namespace Escale.Projects.Tests.Yaml;

public sealed class YamlReaderTests
{
    private enum LoadMode
    {
        Replace,
        DeleteInsert,
    }

    [Fact]
    public void An_unknown_key_names_the_nearest_one()
    {
        var reader = Reader("name: x\ncolunms: []\n");
        reader.Text("name");
        reader.Items("columns");
        reader.Items("tests");
        var error = Assert.Throws<EscaleException>(reader.Done);
        Assert.Equal("projects.unknown-key", error.Code);
        Assert.Equal("Did you mean 'columns'?", error.Remedy);
        Assert.Equal("f.yml:2:1", error.Place!.ToString());
    }

    [Fact]
    public void A_missing_key_says_which_and_where()
    {
        var error = Assert.Throws<EscaleException>(() => Reader("a: 1\n").Text("name"));
        Assert.Equal("projects.missing-key", error.Code);
        Assert.Equal("A table needs 'name'.", error.Message);
    }

    [Fact]
    public void A_wrong_type_shows_the_value_and_its_place()
    {
        var error = Assert.Throws<EscaleException>(() => Reader("a: 1\nrows: many\n").Integer("rows"));
        Assert.Equal("projects.wrong-type", error.Code);
        Assert.Equal("Expected a whole number, found the text 'many'.", error.Message);
        Assert.Equal("f.yml:2:7", error.Place!.ToString());
    }

    [Theory]
    [InlineData("512MB", 512_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736)]
    [InlineData("4gb", 4_000_000_000)]
    [InlineData("100", 100)]
    public void Sizes_are_read_in_bytes(string text, long expected) => Assert.Equal(expected, Reader($"k: {text}").SizeBytes("k"));

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("7", 7)]
    public void Time_spans_are_read(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Reader($"k: {text}").Duration("k"));

    [Theory]
    [InlineData("fast")]
    [InlineData("-3s")]
    [InlineData("1e999")]
    public void Nonsense_is_no_time_span(string text) =>
        Assert.Equal("projects.wrong-type", Assert.Throws<EscaleException>(() => Reader($"k: {text}").Duration("k")).Code);

    [Fact]
    public void A_choice_is_written_in_snake_case_and_a_wrong_one_names_the_nearest()
    {
        Assert.Equal(LoadMode.DeleteInsert, Reader("mode: delete_insert").Choice("mode", LoadMode.Replace));
        var error = Assert.Throws<EscaleException>(() => Reader("mode: replaced").Choice("mode", LoadMode.Replace));
        Assert.Equal("projects.unknown-value", error.Code);
        Assert.Equal("Did you mean 'replace'?", error.Remedy);
    }

    [Fact]
    public void One_text_is_a_list_of_one() => Assert.Equal(["a"], Reader("tags: a").Texts("tags"));

    [Fact]
    public void A_number_out_of_range_is_refused() =>
        Assert.Equal("projects.out-of-range", Assert.Throws<EscaleException>(() => Reader("k: 0").Integer("k", min: 1)).Code);

    private static YamlReader Reader(string text) => YamlFile.Parse(text, "f.yml").AsMap().Reader("a table");
}
