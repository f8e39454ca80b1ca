using System.Globalization;
using System.Text;
using Escale.Collect.Loading;

namespace Escale.Collect.Tests.Loading;

public sealed class JsonKeysTests
{
    private static string? Problem(string json)
    {
        try
        {
            new JsonKeys().Check(Encoding.UTF8.GetBytes(json), 64);
            return null;
        }
        catch (JsonKeyFault fault)
        {
            return fault.Message;
        }
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}""", null)]
    [InlineData("""{"a":1,"a":2}""", "the key 'a' is there twice")]
    [InlineData("""{"a":1,"\u0061":2}""", "the key 'a' is there twice")]
    [InlineData("""{"\u0061":1,"a":2}""", "the key 'a' is there twice")]
    [InlineData("""{"é":1,"\u00e9":2}""", "the key 'é' is there twice")]
    [InlineData("""{"x":{"y":[{"a":1,"b":2,"a":3}]}}""", "the key 'a' is there twice")]
    [InlineData("""{"x":{"a":1},"a":2,"x":3}""", "the key 'x' is there twice")]
    [InlineData("""{"":1}""", "a key is empty or holds a NUL character")]
    [InlineData("""{"a\u0000b":1}""", "a key is empty or holds a NUL character")]
    public void A_key_that_cannot_be_a_column_is_said(string json, string? problem) => Assert.Equal(problem, Problem(json));

    [Fact]
    public void Objects_with_many_keys_are_judged_too()
    {
        var keys = Enumerable.Range(0, 200_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"k{i}\":{i}")).ToList();
        Assert.Null(Problem("{" + string.Join(",", keys) + "}"));
        Assert.Equal("the key 'k7' is there twice", Problem("{" + string.Join(",", keys) + ",\"k7\":1}"));
        Assert.Equal("the key 'k199999' is there twice", Problem("{" + string.Join(",", keys) + ",\"k199999\":1}"));
    }

    [Fact]
    public async Task Such_records_go_to_quarantine_and_the_others_into_the_table()
    {
        await using var host = new CollectHost();
        host.Write("t.ndjson", "{\"a\":1}\n{\"a\":2,\"a\":3}\n{\"\":1}\n{\"a\":{\"x\":1,\"x\":2}}\n{\"a\":4}\n");
        host.Write("sources/s.yml", "source: s\ntype: files\ntables:\n  - name: t\n    path: t.ndjson\n");
        Assert.Equal((2, 3), ((await host.RunAsync("t")) is var result ? result.RowCount : 0, result.QuarantinedCount));
        Assert.Equal(["1", "4"], host.Query("select a from bronze.t order by a"));
        Assert.Equal(["2|{\"a\":2,\"a\":3}|the key 'a' is there twice"], host.Query("select line, raw, reason from quarantine.t where line = 2"));
    }
}
