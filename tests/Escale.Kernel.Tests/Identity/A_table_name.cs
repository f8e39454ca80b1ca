namespace Escale.Kernel.Tests.Identity;

public sealed class A_table_name
{
    [Fact]
    public void Is_read_as_schema_and_name()
    {
        var name = TableName.Parse("silver.vessels");

        Assert.Equal(("silver", "vessels"), (name.Schema, name.Name));
        Assert.Equal("\"silver\".\"vessels\"", name.ToSql());
        Assert.Equal(new TableName("silver", "vessels"), name);
    }

    [Theory]
    [InlineData("vessels")]
    [InlineData("a.b.c")]
    [InlineData("silver.")]
    [InlineData("silver.ves sels")]
    [InlineData("silver.\"x\"")]
    [InlineData("../x.y")]
    [InlineData("silver.1st")]
    public void Is_refused_when_it_is_not_safe_in_SQL_and_on_disk(string text) =>
        Assert.Equal("kernel.table-name", Assert.Throws<EscaleException>(() => TableName.Parse(text)).Code);
}
