namespace Escale.Ui.Tests.Search;

public sealed class The_palette
{
    private static readonly Found[] _all =
    [
        new("table", "silver.vessels", "Ships by IMO number", "/1"),
        new("table", "gold.dim_vessel", "", "/2"),
        new("dashboard", "Trafic des navires", "Arrivées par jour", "/3"),
        new("question", "Vessels at berth", "", "/4", "fact_port_call"),
    ];

    [Theory]
    [InlineData("vessel", new[] { "Vessels at berth", "silver.vessels", "gold.dim_vessel" })]
    [InlineData("ARRIVEES", new[] { "Trafic des navires" })]
    [InlineData("gold ves", new[] { "gold.dim_vessel" })]
    [InlineData("port_call", new[] { "Vessels at berth" })]
    [InlineData("gdv", new[] { "gold.dim_vessel" })]
    [InlineData("zebra", new string[0])]
    public void Finds_by_beginnings_words_columns_and_letters_whatever_the_accents(string query, string[] titles)
    {
        Assert.Equal(titles, SearchRank.Best(_all, query, 10).Select(found => found.Title));
    }

    [Fact]
    public void Shows_everything_in_order_when_nothing_is_typed()
    {
        Assert.Equal(["/1", "/2"], SearchRank.Best(_all, " ", 2).Select(found => found.Href).Order(StringComparer.Ordinal));
    }
}
