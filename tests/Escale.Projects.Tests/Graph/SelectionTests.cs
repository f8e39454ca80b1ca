using Escale.Kernel;
using Escale.Projects.Graph;
using Xunit;

namespace Escale.Projects.Tests.Graph;

public sealed class SelectionTests
{
    private static readonly AssetGraph _shop = Load();

    [Theory]
    [InlineData("stg_orders", "stg_orders accepted_values_stg_orders_4f514bf94b77b7ea437830eec4421c58")]
    [InlineData("raw_orders+1", "raw_orders stg_orders accepted_values_stg_orders_4f514bf94b77b7ea437830eec4421c58")]
    [InlineData("1+stg_customers", "raw_customers stg_customers")]
    [InlineData("+stg_customers", "raw_customers stg_customers")]
    [InlineData("resource_type:seed", "raw_customers raw_orders raw_payments")]
    [InlineData("staging,config.materialized:view", "stg_customers stg_orders accepted_values_stg_orders_4f514bf94b77b7ea437830eec4421c58 stg_payments accepted_values_stg_payments_c7909fb19b1f0177c2bf99c7912f06ef")]
    [InlineData("jaffle_shop.staging.stg_customers raw_orders", "raw_customers- raw_orders stg_customers")]
    [InlineData("path:models/staging,stg_c*", "stg_customers")]
    [InlineData("models/staging/stg_customers.sql", "stg_customers")]
    [InlineData("models/*/stg_customers.sql", "stg_customers")]
    [InlineData("stg_customers.sql", "stg_customers")]
    [InlineData("file:raw_orders.csv", "raw_orders")]
    [InlineData("raw_*", "raw_customers raw_orders raw_payments")]
    [InlineData("raw_[co]*", "raw_customers raw_orders")]
    [InlineData("test_name:not_null", "not_null_customers_customer_id not_null_orders_amount")]
    [InlineData("test_name:not_null,customers", "not_null_customers_customer_id")]
    [InlineData("test_type:generic,orders", "accepted_values_orders_1ce6ab157c285f7cd2ac656013faf758 not_null_orders_amount relationships_orders_customer_id__customer_id__ref_customers_")]
    [InlineData("seed.jaffle_shop.raw_orders", "raw_orders")]
    [InlineData("package:jaffle_shop,resource_type:seed", "raw_customers raw_orders raw_payments")]
    public void A_selection_chooses_what_dbt_would(string selection, string expected)
    {
        var names = expected.Split(' ').Where(name => !name.EndsWith('-'));
        Assert.Equal(names.Order(StringComparer.Ordinal), _shop.Select([selection]).Select(asset => asset.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void At_brings_all_that_is_needed_to_build_what_is_built_on_it()
    {
        var names = _shop.Select(["@raw_customers"], ["resource_type:test"]).Select(asset => asset.Name);
        Assert.Equal(
            ["customers", "orders", "raw_customers", "raw_orders", "raw_payments", "stg_customers", "stg_orders", "stg_payments"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Excluding_a_model_excludes_its_tests() =>
        Assert.DoesNotContain(_shop.Select(null, ["orders"]), asset => asset.Id.Contains("orders_amount", StringComparison.Ordinal) || asset.Name == "orders");

    [Theory]
    [InlineData("custmers", "projects.selection-empty", "Did you mean 'customers'?")]
    [InlineData("tgg:x", "projects.selection-unknown-method", "Did you mean 'tag'?")]
    [InlineData("tag:nothing", "projects.selection-empty", "List what there is with: escale ls")]
    [InlineData("state:modified+", "projects.selection-unsupported", null)]
    [InlineData("exposure:x", "projects.selection-unsupported", null)]
    [InlineData("+", "projects.selection-invalid", null)]
    [InlineData("tag:", "projects.selection-invalid", null)]
    [InlineData("@x+", "projects.selection-invalid", null)]
    [InlineData("a,,b", "projects.selection-invalid", null)]
    [InlineData("a+b", "projects.selection-invalid", null)]
    [InlineData("config:x", "projects.selection-invalid", null)]
    [InlineData("test_type:x", "projects.selection-invalid", null)]
    public void A_wrong_selection_is_explained(string selection, string code, string? remedy)
    {
        // 'a' must exist for the intersection to reach its empty part: a model of any name does.
        var error = Assert.Throws<EscaleException>(() => _shop.Select([selection.Replace("a,,", "orders,,", StringComparison.Ordinal)]));
        Assert.Equal(code, error.Code);
        if (remedy is not null)
        {
            Assert.Equal(remedy, error.Remedy);
        }
    }

    [Fact]
    public void Excluding_by_a_tag_that_nothing_has_excludes_nothing() =>
        Assert.Equal(_shop.Assets.Count, _shop.Select([], ["tag:slow"]).Count);

    [Fact]
    public void Excluding_a_name_that_does_not_exist_is_an_error() =>
        Assert.Equal("projects.selection-empty", Assert.Throws<EscaleException>(() => _shop.Select([], ["custmers"])).Code);

    [Fact]
    public void A_source_is_selected_by_its_method_only()
    {
        using var files = new TestProject(
            ("models/s.yml", "sources: [{name: port, tables: [{name: calls}, {name: berths}]}]"),
            ("models/calls.sql", "{{ config(schema='x') }} select * from {{ source('port', 'calls') }}"));
        var graph = files.Open().Graph;
        Assert.Equal(["model.shop.calls"], graph.Select(["calls"]).Select(asset => asset.Id));
        Assert.Equal(["source.shop.port.berths"], graph.Select(["source:port.b*"]).Select(asset => asset.Id));
        Assert.Equal(2, graph.Select(["source:port"]).Count);
        Assert.Equal(["source.shop.port.calls", "model.shop.calls"], graph.Select(["source:shop.port.calls+"]).Select(asset => asset.Id));
        Assert.Equal("A source's table is selected with: source:port.berths", Assert.Throws<EscaleException>(() => graph.Select(["berths"])).Remedy);
    }

    private static AssetGraph Load()
    {
        using var files = JaffleShop.Create();
        return files.Open().Graph;
    }
}
