using System.Globalization;
using System.Text;
using Escale.Collect.Files;
using Escale.Collect.Loading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Escale.Collect.Tests.Loading;

public sealed class ManyRejectsTests
{
    private static CollectHost Host(string csv, string settings)
    {
        var host = new CollectHost(more: services => services.Replace(ServiceDescriptor.Singleton(new LoadLimits { HeldRejects = 7, BrokenLines = 20 })));
        host.Write("t.csv", csv);
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: t.csv\n{settings}");
        return host;
    }

    [Theory]
    [InlineData("")]
    [InlineData("    columns: {id: {not_null: true}}\n")]
    public async Task A_file_with_more_broken_lines_than_the_reader_may_keep_loses_none(string settings)
    {
        var csv = new StringBuilder("id,n\n");
        for (var i = 1; i <= 200; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},{i}").Append((i % 3) switch { 0 => "\n", 1 => ",\"more\nlines\"\n", _ => "\n\n" });
        }
        await using var host = Host(csv.ToString(), settings);
        var result = await host.RunAsync("t");
        Assert.Equal((133, 67), (result.RowCount, result.QuarantinedCount));
        Assert.Equal(["67|67|67"], host.Query("select count(*), count(distinct line), count(distinct raw) from quarantine.t where rule = 'parse'"));
        // The first line after the header is broken and is two lines long.
        Assert.Equal(["2|1,1,\"more\nlines\"", "7|4,4,\"more\nlines\""], host.Query("select line, raw from quarantine.t order by line limit 2"));
        Assert.Equal(["2|2", "3|3"], host.Query("select id, n from bronze.t order by id limit 2"));
    }

    [Fact]
    public async Task A_file_whose_every_line_breaks_a_rule_ends_in_quarantine_in_its_order()
    {
        var lines = Enumerable.Range(1, 500).Select(i => $"{i},x{i}").ToList();
        await using var host = Host("id,n\n" + string.Join("\n", lines), "    write_disposition: append\n    columns: {n: bigint}\n");
        var result = await host.RunAsync("t");
        Assert.Equal((0, 500), (result.RowCount, result.QuarantinedCount));
        Assert.Equal(lines.Select((line, i) => $"{i + 2}|{line}|type|n"), host.Query("select line, raw, rule, field from quarantine.t order by line"));
    }

    [Fact]
    public void Rejects_beyond_the_bound_come_back_as_they_were()
    {
        using var folder = new TempFolder();
        using var store = new RejectStore(folder.Path, new LoadLimits { HeldRejects = 2 }, []);
        var records = Enumerable.Range(0, 10).Select(i => new RejectedRecord($"raw\n\"{i}\u2028é", "why", "type", $"f{i}", i % 2 == 0 ? null : "a.csv", i) { Layout = i == 5 ? "{}" : null }).ToList();
        records.ForEach(store.Add);
        Assert.Equal(records, store);
        Assert.Equal(records, store);
        Assert.Equal((10, 10), (store.Count, store.TypeFields.Count));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("1,2", null)]
    [InlineData("\"a,b\",\"c\"\"d\"", null)]
    [InlineData("1", "too few fields: 1 instead of 2")]
    [InlineData("1,2,", "too many fields: 3 instead of 2")]
    [InlineData("1,\"2\"x", "a quote is not closed where it should be")]
    [InlineData("1,\"2", "a quote is not closed where it should be")]
    public void The_sieve_says_what_is_wrong_with_a_line(string line, string? problem) => Assert.Equal(problem, CsvSieve.Problem(
        Encoding.UTF8.GetBytes(line), new CsvDialect { Delimiter = ',', Escape = '"', Columns = [new CsvColumn("a", "VARCHAR"), new CsvColumn("b", "VARCHAR")] }));
}
