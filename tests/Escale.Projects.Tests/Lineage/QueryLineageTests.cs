using Escale.Projects.Lineage;
using Xunit;

namespace Escale.Projects.Tests.Lineage;

public sealed class QueryLineageTests(DuckFixture duck) : IClassFixture<DuckFixture>
{

    /// <summary>Known: s.t(id, a, b, l), s.u(id, a, c). Unknown: s.x, s.y. A '?' marks what is incomplete, a '*' at the end an open list of columns.</summary>
    [Theory]
    [InlineData("select id, a as z from s.t", "id=s.t.id; z=s.t.a")]
    [InlineData("select t.id, u.c from s.t join s.u on t.id = u.id", "id=s.t.id; c=s.u.c")]
    [InlineData("select b, c from s.t join s.u using (id)", "b=s.t.b; c=s.u.c")]
    [InlineData("select id from s.t join s.u using (id)", "id=s.t.id")]
    [InlineData("select id from s.t right join s.u using (id)", "id=s.u.id")]
    [InlineData("select id from s.t full join s.u using (id)", "id=s.t.id+s.u.id")]
    [InlineData("select * from s.t join s.u using (id, a)", "id=s.t.id; a=s.t.a; b=s.t.b; l=s.t.l; c=s.u.c")]
    [InlineData("select * from s.t natural join s.u", "id=s.t.id; a=s.t.a; b=s.t.b; l=s.t.l; c=s.u.c")]
    [InlineData("select * exclude (l) replace (a + b as a) from s.t", "id=s.t.id; a=s.t.a+s.t.b; b=s.t.b")]
    [InlineData("select * rename (c as d) from s.u", "id=s.u.id; a=s.u.a; d=s.u.c")]
    [InlineData("select u.* from s.t, s.u", "id=s.u.id; a=s.u.a; c=s.u.c")]
    [InlineData("with q as (select id, a + b as n from s.t) select n * 2 as m, q.id from q", "m=s.t.a+s.t.b; id=s.t.id")]
    [InlineData("with q(i, j) as (select id, a from s.t) select j from q", "j=s.t.a")]
    [InlineData("with t as (select c as a from s.u) select a from t", "a=s.u.c")]
    [InlineData("with q as (select * from s.x) select id, q.n from q", "id=s.x.id; n=s.x.n")]
    [InlineData("select * from s.x", "*")]
    [InlineData("select id, v from s.x", "id=s.x.id; v=s.x.v")]
    [InlineData("select v from s.x join s.y on x.i = y.i", "v=?")]
    [InlineData("select x.v, y.w from s.x join s.y on x.i = y.i", "v=s.x.v; w=s.y.w")]
    [InlineData("select b from s.t join s.x on t.id = x.id", "b=s.t.b")]
    [InlineData("select z from s.t join s.x on t.id = x.id", "z=s.x.z")]
    [InlineData("select * from (select id, c from s.u) as q(k)", "k=s.u.id; c=s.u.c")]
    [InlineData("select a from s.t union all select c from s.u", "a=s.t.a+s.u.c")]
    [InlineData("select a from s.t except select c from s.u", "a=s.t.a")]
    [InlineData("select id, a from s.t union by name select c as a, id from s.u", "id=s.t.id+s.u.id; a=s.t.a+s.u.c")]
    [InlineData("select * from s.x union all select * from s.y", "*")]
    [InlineData("with q as (select * from s.x union by name select * from s.y) select v from q", "v=s.x.v+s.y.v")]
    [InlineData("with q as (select * from s.x union all select * from s.y) select v from q", "v=?")]
    [InlineData("select case when a > 1 then b else 0 end as r from s.t", "r=s.t.a+s.t.b")]
    [InlineData("select sum(a) over (partition by b order by id) as r from s.t", "r=s.t.a+s.t.b+s.t.id")]
    [InlineData("select count(*) as n, max(a) filter (where b > 0) as m from s.t", "n=; m=s.t.a+s.t.b")]
    [InlineData("select count(a) from s.t group by b", "=s.t.a")]
    [InlineData("select a from s.t where b > 0 and id in (select id from s.u)", "a=s.t.a")]
    [InlineData("select (select max(c) from s.u where u.id = t.id) as m from s.t", "m=s.u.c")]
    [InlineData("select a in (select c from s.u) as m from s.t", "m=s.t.a+s.u.c")]
    [InlineData("select exists (select 1 from s.u where u.id = t.id) as m from s.t", "m=")]
    [InlineData("select (select b) as m from s.t", "m=s.t.b")]
    [InlineData("select a + 1 as n, n * b as m from s.t", "n=s.t.a; m=s.t.a+s.t.b")]
    [InlineData("select b as a, a as n from s.t", "a=s.t.b; n=s.t.a")]
    [InlineData("select v + 1 as n, n + 1 as m from s.x", "n=s.x.v; m=?")]
    [InlineData("select list_transform(l, e -> e + a) as m from s.t", "m=s.t.a+s.t.l")]
    [InlineData("select list_transform(l, b -> b + 1) as m from s.t", "m=s.t.l")]
    [InlineData("select [e * a for e in l if e > b] as m from s.t", "m=s.t.a+s.t.b+s.t.l")]
    [InlineData("select t.l.f as m, l.f.g as n from s.t", "m=s.t.l; n=s.t.l")]
    [InlineData("select unnest(l) as e, id from s.t", "e=s.t.l; id=s.t.id*")]
    [InlineData("select e, id from s.t, unnest(t.l) as q(e)", "e=s.t.l; id=s.t.id")]
    [InlineData("select i from range(10) as r(i)", "i=")]
    [InlineData("select n from s.t, lateral (select t.a + 1 as n) as q", "n=s.t.a")]
    [InlineData("select * from (values (1, 2)) as v(p, q)", "p=; q=")]
    [InlineData("with recursive r(n, m) as (select 1, a from s.t union all select n + 1, m + c from r join s.u on true) select n, m from r", "n=; m=s.t.a+s.u.c")]
    [InlineData("select columns('a.*'), id from s.t", "id=s.t.id*")]
    [InlineData("select t from s.t", "t=s.t.a+s.t.b+s.t.id+s.t.l")]
    [InlineData("from s.u select c", "c=s.u.c")]
    [InlineData("from s.u", "id=s.u.id; a=s.u.a; c=s.u.c")]
    [InlineData("select #2 as p from s.u", "p=s.u.a")]
    [InlineData("select a from s.t semi join s.u using (id)", "a=s.t.a")]
    [InlineData("select * from read_csv('x.csv')", "*")]
    [InlineData("select v from read_csv('x.csv')", "v=?")]
    [InlineData("pivot s.t on a using sum(b)", "*")]
    [InlineData("select * from s.t pivot (sum(b) for a in (1, 2))", "*")]
    [InlineData("select coalesce(a, b)::text as r, current_date as d from s.t", "r=s.t.a+s.t.b; d=")]
    [InlineData("select T.A, \"b\" from S.T as T", "A=S.T.a; b=S.T.b")]
    [InlineData("select distinct on (a) b from s.t order by id limit 3", "b=s.t.b")]
    [InlineData("select nothing from s.t", "nothing=?")]
    [InlineData("this is no sql", "*")]
    [InlineData("select 1 as a; select 2 as b", "*")]
    [InlineData("select s.t.a from s.t", "a=s.t.a")]
    [InlineData("with a as (select id from s.t), b as (select a.id, u.c from a left join s.u on a.id = u.id), c as (select * from b) select c.*, 1 as one from c", "id=s.t.id; c=s.u.c; one=")]
    [InlineData("select row_number() over () as n, struct_pack(x := a, y := id) as st from s.u", "n=; st=s.u.a+s.u.id")]
    [InlineData("select a from s.t as o where exists (with q as (select * from s.u) select 1 from q where q.id = o.id)", "a=s.t.a")]
    public void A_column_comes_from(string sql, string expected) => Assert.Equal(expected, Text(sql));

    [Theory]
    [InlineData("select a, a::int as b, cast(a as date) as c from s.t", "a b c")]
    [InlineData("with q as (select a as x from s.t) select z as y from (select * from q) r(z)", "y")]
    [InlineData("select a + 1 as x, upper(a) as y, coalesce(a, 'x') as z, max(a) as m, l.field as f, (select a) as s from s.t", "")]
    [InlineData("select a from s.t union all select a from s.t", "a")]
    [InlineData("select a from s.t union all select 'x'", "")]
    [InlineData("select * from s.t left join s.u using (id, a)", "id a b l c")]
    [InlineData("select * from s.t full join s.u using (id, a)", "b l c")]
    public void A_column_is_a_copy_when_it_is_renamed_or_cast_at_most(string sql, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(sql).Columns.Where(column => column.IsCopy).Select(column => column.Name).Distinct()));

    [Fact]
    public void A_deep_expression_is_read()
    {
        var sql = "select " + string.Join(" + ", Enumerable.Range(0, 400).Select(at => at % 2 == 0 ? "a" : "b")) + " as n from s.t";
        Assert.Equal("n=s.t.a+s.t.b", Text(sql));
    }

    private string Text(string sql)
    {
        var lineage = Read(sql);
        var columns = lineage.Columns.Select(column => $"{column.Name}={string.Join('+', column.Origins)}{(column.IsComplete ? "" : "?")}");
        return string.Join("; ", columns) + (lineage.IsComplete ? "" : "*");
    }

    private QueryLineage Read(string sql) => QueryLineage.Read(duck.Connection, sql, (schema, table) => $"{schema}.{table}".ToLowerInvariant() switch
    {
        "s.t" => ["id", "a", "b", "l"],
        "s.u" => ["id", "a", "c"],
        _ => null,
    });
}
