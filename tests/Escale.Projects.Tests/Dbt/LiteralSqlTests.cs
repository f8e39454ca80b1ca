using Escale.Projects.Dbt;
using Xunit;

namespace Escale.Projects.Tests.Dbt;

public sealed class LiteralSqlTests
{
    [Fact]
    public void Literal_references_and_configuration_are_read_with_their_places()
    {
        var parsed = LiteralSql.TryParse(
            """
            {{ config(materialized='incremental', unique_key=["a", 'b'], tags='x', full_refresh=false, rows=3) }}
            -- {# {{ ref('not_this') }} #}
            select * from {{ ref('one') }} join {{- ref("pkg", "two") -}} on {x}
            join {{source('s','t')}}
            {% if is_incremental() %} where t > (select max(t) from {{ this }}) {%- endif -%}
            """, "models/m.sql")!;
        Assert.Equal([(null, "one", 3), ("pkg", "two", 3)], parsed.Refs.Select(call => (call.Package, call.Name, call.Place.Line!.Value)));
        Assert.Equal("models/m.sql:4:6", parsed.Sources.Single().Place.ToString());
        Assert.Equal("incremental", parsed.Config["materialized"]);
        Assert.Equal(new List<object?> { "a", "b" }, parsed.Config["unique_key"]);
        Assert.Equal(false, parsed.Config["full_refresh"]);
        Assert.Equal(3L, parsed.Config["rows"]);
    }

    [Theory]
    [InlineData("select {{ my_macro() }}")]
    [InlineData("select * from {{ ref('a' ~ x) }}")]
    [InlineData("select * from {{ ref(name) }}")]
    [InlineData("{% for x in [1] %}{% endfor %}")]
    [InlineData("{% set x = 1 %}")]
    [InlineData("{{ config(tags=['a'] + more) }}")]
    [InlineData("{{ ref('a') if x }}")]
    [InlineData("{{ ref('a').schema }}")]
    [InlineData("{{ ref('a', v=2) }}")]
    [InlineData("{{ ref('a' }}")]
    [InlineData("{{ ref('a'")]
    [InlineData("{# no end")]
    [InlineData("{% raw %}{{ ref('a') }}{% endraw %}")]
    [InlineData("{{ config(where=\"{{ x }}\") }}")]
    [InlineData("{{")]
    [InlineData("{{ config(a=[1, 2) }}")]
    [InlineData("{{ this.schema }}")]
    public void Anything_else_is_left_to_the_interpreter(string text) => Assert.Null(LiteralSql.TryParse(text, "m.sql"));

    [Theory]
    [InlineData("")]
    [InlineData("select 1 as x, {'a': 1} as s")]
    [InlineData("select '{'")]
    public void A_text_without_jinja_refers_to_nothing(string text) => Assert.Empty(LiteralSql.TryParse(text, "m.sql")!.Refs);
}
