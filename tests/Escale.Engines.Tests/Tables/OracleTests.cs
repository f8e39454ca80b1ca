using System.Globalization;
using Escale.Engines.Tables;
using Escale.Lake;
using Xunit;

namespace Escale.Engines.Tests.Tables;

/// <summary>Random work on a table against a list in memory that must always hold the same rows.</summary>
public sealed class OracleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_random_history_always_equals_the_same_history_in_memory(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3; round++)
        {
            using var lake = new TableFixture();
            var oracle = new Oracle(random.Next(2) == 0);
            var history = new List<(long Version, List<string> Rows, string Columns)>();
            var log = new List<string>();
            for (var step = 0; step < 12; step++)
            {
                log.Add(Step(lake, oracle, random, history));
                lake.Session.Mount(TableFixture.Calls);
                var rows = lake.Rows(oracle.Columns);
                Assert.True(oracle.Texts().SequenceEqual(rows), $"seed {seed} round {round}:\n{string.Join('\n', log)}\nexpected {string.Join(' ', oracle.Texts())}\nbut was  {string.Join(' ', rows)}");
                history.Add((lake.Head.Version, rows, oracle.Columns));
                var (version, then, columns) = history[random.Next(history.Count)];
                Assert.Equal(then, lake.Rows(columns, version));
            }
            Assert.Null(DeltaSpecification.Check(Path.Combine(lake.Folder, "silver", "calls")));
            Assert.Empty(lake.Lake.Table(TableFixture.Calls).Verify().Problems);
        }
    }

    private static string Step(TableFixture lake, Oracle oracle, Random random, List<(long Version, List<string> Rows, string Columns)> history)
    {
        var incoming = oracle.NewRows(random, history.Count == 0 ? 20 : random.Next(0, 8));
        var sql = oracle.Sql(incoming);
        var write = new TableWrite { Table = TableFixture.Calls, Sql = sql, PartitionBy = history.Count == 0 && oracle.IsPartitioned ? ["k"] : [] };
        switch (history.Count == 0 ? 0 : random.Next(9))
        {
            case 0 or 1:
                lake.Session.Write(write);
                oracle.Rows.AddRange(incoming);
                return "append " + sql;
            case 2:
                lake.Session.Write(write with { Mode = WriteMode.Overwrite });
                oracle.Rows.Clear();
                oracle.Rows.AddRange(incoming);
                return "overwrite " + sql;
            case 3:
                var unique = incoming.GroupBy(row => row.Id).Select(group => group.First()).ToList();
                lake.Session.Write(write with { Mode = WriteMode.Merge, Keys = ["id"], Sql = oracle.Sql(unique) });
                Replace(oracle, unique);
                return "merge " + oracle.Sql(unique);
            case 4:
                lake.Session.Write(write with { Mode = WriteMode.DeleteInsert, Keys = ["id"] });
                Replace(oracle, incoming);
                return "delete+insert " + sql;
            case 5:
                var limit = random.Next(40);
                var matching = incoming.Where(row => row.Id < limit).ToList();
                lake.Session.Write(write with { Mode = WriteMode.ReplaceWhere, Predicate = $"id < {limit}", Sql = oracle.Sql(matching) });
                oracle.Rows.RemoveAll(row => row.Id < limit);
                oracle.Rows.AddRange(matching);
                return $"replace where id < {limit} " + oracle.Sql(matching);
            case 6:
                oracle.ExtraColumns++;
                lake.Session.Write(write with { Sql = oracle.Sql(incoming), SchemaChange = SchemaChange.AddColumns });
                oracle.Rows.AddRange(incoming);
                return "evolve " + oracle.Sql(incoming);
            case 7:
                lake.Session.Compact(TableFixture.Calls);
                return "compact";
            default:
                var (version, rows, columns) = history[random.Next(history.Count)];
                lake.Lake.Table(TableFixture.Calls).Restore(lake.Lake.Table(TableFixture.Calls).Read(version));
                oracle.Load(rows, columns);
                return $"restore {version}";
        }
    }

    private static void Replace(Oracle oracle, List<Row> rows)
    {
        var ids = rows.Select(row => row.Id).Where(id => id is not null).ToHashSet();
        oracle.Rows.RemoveAll(row => row.Id is not null && ids.Contains(row.Id));
        oracle.Rows.AddRange(rows);
    }

    private sealed record Row(long? Id, string? Key, long Extra);

    private sealed class Oracle(bool isPartitioned)
    {
        public bool IsPartitioned => isPartitioned;

        public List<Row> Rows { get; } = [];

        /// <summary>How many columns e1, e2, … there are; each holds the row's own number of the column at which it was written, or null.</summary>
        public int ExtraColumns { get; set; }

        public string Columns => string.Join(", ", (string[])["id", "k", .. Enumerable.Range(1, ExtraColumns).Select(i => $"e{i}")]);

        public List<Row> NewRows(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => new Row(
            random.Next(12) == 0 ? null : random.Next(40), random.Next(10) == 0 ? null : "k" + random.Next(4), ExtraColumns))];

        public string Sql(List<Row> rows)
        {
            var extra = string.Concat(Enumerable.Range(1, ExtraColumns).Select(i => $", CASE WHEN e >= {i} THEN e END AS e{i}"));
            var values = rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"({(row.Id is { } id ? id : "NULL")}, {(row.Key is { } key ? $"'{key}'" : "NULL")}, {row.Extra})"));
            return $"SELECT id::BIGINT AS id, k::VARCHAR AS k{extra} FROM (VALUES {string.Join(", ", values.Append("(-1, '', 0)"))}) t(id, k, e) WHERE id IS DISTINCT FROM -1";
        }

        public List<string> Texts()
        {
            var texts = Rows.Select(row => string.Join('|', (string[])[row.Id?.ToString(CultureInfo.InvariantCulture) ?? "NULL", row.Key ?? "NULL",
                .. Enumerable.Range(1, ExtraColumns).Select(i => row.Extra >= i ? row.Extra.ToString(CultureInfo.InvariantCulture) : "NULL")])).ToList();
            texts.Sort(StringComparer.Ordinal);
            return texts;
        }

        public void Load(List<string> rows, string columns)
        {
            ExtraColumns = columns.Split(", ").Length - 2;
            Rows.Clear();
            foreach (var cells in rows.Select(row => row.Split('|')))
            {
                var extra = cells.Skip(2).Where(cell => cell != "NULL").Select(cell => long.Parse(cell, CultureInfo.InvariantCulture)).FirstOrDefault();
                Rows.Add(new Row(cells[0] == "NULL" ? null : long.Parse(cells[0], CultureInfo.InvariantCulture), cells[1] == "NULL" ? null : cells[1], extra));
            }
        }
    }
}
