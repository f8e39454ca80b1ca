namespace Escale.Kernel.Tests.Errors;

public sealed class A_place
{
    [Fact]
    public void Reads_as_a_person_would_look_for_it()
    {
        Assert.Equal("models/a.sql:3:14", new Place("models/a.sql", 3, 14).ToString());
        Assert.Equal("data/x.csv:9, table bronze.x, field imo", new Place("data/x.csv", 9, Table: "bronze.x", Field: "imo").ToString());
        Assert.Equal("table gold.y", new Place(null, Table: "gold.y").ToString());
    }

    [Fact]
    public void Is_added_to_an_error_that_has_none_and_never_replaced()
    {
        var inner = new EscaleException("x.y", "message", "remedy", new Place("first.sql"));

        Assert.Equal("first.sql", inner.At(new Place("second.sql")).Place!.File);
        Assert.Equal("second.sql", new EscaleException("x.y", "message").At(new Place("second.sql")).Place!.File);
    }
}
