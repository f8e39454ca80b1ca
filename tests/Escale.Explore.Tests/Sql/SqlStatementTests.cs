using Escale.Explore.Sql;
using Xunit;

namespace Escale.Explore.Tests.Sql;

public sealed class SqlStatementTests
{
    [Fact]
    public void Colons_are_parameters_only_where_a_value_can_stand()
    {
        var one = Assert.Single(SqlStatement.Parse("select a::text, l[1:n], {'k':v}, ':no', -- :nor this\n \"x:y\" from t where b = :least and c in (:one,:two)"));
        Assert.Equal(["least", "one", "two"], one.Parameters);
        Assert.Contains("b = $least", one.Text, StringComparison.Ordinal);
        Assert.Contains("l[1:n], {'k':v}, ':no'", one.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Statements_keep_their_lines_and_columns()
    {
        var all = SqlStatement.Parse("select 1;\n  select ';' as x;");
        Assert.Equal(2, all.Count);
        Assert.Equal("         \n  select ';' as x", all[1].Text);
    }

    [Theory]
    [InlineData("select 1", true)]
    [InlineData("with a as (select 1) from a", true)]
    [InlineData("-- note\nfrom t", true)]
    [InlineData("with a as (select 1) insert into t from a", false)]
    [InlineData("create temp table t as select 1", false)]
    [InlineData("set variable x = 1", false)]
    [InlineData("pivot t on a", false)]
    public void Only_what_reads_may_be_kept(string sql, bool reads) => Assert.Equal(reads, SqlStatement.Parse(sql)[0].IsRead);

    [Fact]
    public void Blanks_make_no_difference_but_inside_quotes()
    {
        Assert.Equal(SqlStatement.Parse("select  1\n\n from t")[0].Normal(), SqlStatement.Parse(" select 1\n  from t ")[0].Normal());
        Assert.NotEqual(SqlStatement.Parse("select 'a\n\nb'")[0].Normal(), SqlStatement.Parse("select 'a\nb'")[0].Normal());
        Assert.NotEqual(SqlStatement.Parse("select 'a  b'")[0].Normal(), SqlStatement.Parse("select 'a b'")[0].Normal());
    }

    [Theory]
    [InlineData("select now()", true)]
    [InlineData("select 'now'", false)]
    [InlineData("from t using sample 10", true)]
    public void What_changes_by_itself_is_known(string sql, bool isVolatile) => Assert.Equal(isVolatile, SqlStatement.Parse(sql)[0].IsVolatile);
}
