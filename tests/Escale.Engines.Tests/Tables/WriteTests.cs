using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Xunit;

namespace Escale.Engines.Tests.Tables;

public sealed class WriteTests : IDisposable
{
    private readonly TableFixture _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public void An_append_makes_the_table_and_a_second_one_adds_to_it()
    {
        var first = _lake.Write("SELECT 1 AS id, 'a' AS name -- a comment");
        var second = _lake.Write("SELECT 2 AS id, 'b' AS name;");

        Assert.Equal((0, true, 1), (first.Version, first.Changed, first.RowsWritten));
        Assert.Equal((1, true, 1), (second.Version, second.Changed, second.RowsWritten));
        Assert.Equal(["1|a", "2|b"], _lake.Rows());
        Assert.Equal(["1|a"], _lake.Rows(version: 0));
    }

    [Fact]
    public void An_overwrite_replaces_all_rows_and_counts_both()
    {
        _lake.Write("SELECT range AS id FROM range(100)");
        var outcome = _lake.Write("SELECT range AS id FROM range(3)", WriteMode.Overwrite);

        Assert.Equal((3, 100, 1), (outcome.RowsWritten, outcome.RowsRemoved, outcome.FilesAdded));
        Assert.Equal(["0", "1", "2"], _lake.Rows());
        Assert.Equal(100, _lake.Rows(version: 0).Count);
    }

    [Fact]
    public void An_empty_result_makes_the_table_with_its_columns()
    {
        var outcome = _lake.Write("SELECT 1 AS id, 'x' AS name, [1.5] AS list WHERE false");

        Assert.True(outcome.Changed);
        Assert.Empty(_lake.Rows());
        Assert.Equal("id|INTEGER;name|VARCHAR;list|DECIMAL(2,1)[]", string.Join(';', _lake.Query("SELECT column_name, column_type FROM (DESCRIBE silver.calls)")));
        Assert.Empty(_lake.FilesOnDisk());
        Assert.False(_lake.Write("SELECT 1 AS id, 'x' AS name, [1.5] AS list WHERE false").Changed);
        Assert.Equal(0, _lake.Head.Version);
    }

    [Fact]
    public void A_merge_replaces_by_key_adds_the_rest_and_touches_only_the_files_it_must()
    {
        _lake.Write("SELECT range AS id, 'old' AS name FROM range(0, 10)");
        _lake.Write("SELECT range AS id, 'old' AS name FROM range(10, 20)");
        var untouched = _lake.Head.Files[1].Path;

        var outcome = _lake.Write("SELECT * FROM (VALUES (3::BIGINT, 'new'), (99, 'new')) t(id, name)", WriteMode.Merge, keys: "id");

        Assert.Equal((2, 1), (outcome.RowsWritten, outcome.RowsRemoved));
        Assert.Equal(21, _lake.Rows().Count);
        Assert.Equal(["3|new", "99|new"], _lake.Rows().Where(row => row.EndsWith("new", StringComparison.Ordinal)));
        Assert.Contains(_lake.Head.Files, file => file.Path == untouched);
        Assert.Equal(2, _lake.Head.Files.Count);
    }

    [Fact]
    public void A_merge_that_gives_some_columns_leaves_the_others()
    {
        _lake.Write("SELECT 1 AS id, 'a' AS name, 10 AS tonnes UNION ALL SELECT 2, 'b', 20");
        _lake.Write("SELECT 2 AS id, 25 AS tonnes UNION ALL SELECT 3, 30", WriteMode.Merge, keys: "id");

        Assert.Equal(["1|a|10", "2|b|25", "3|NULL|30"], _lake.Rows());
    }

    [Fact]
    public void A_merge_with_a_key_twice_is_refused_also_when_it_makes_the_table()
    {
        var error = Assert.Throws<EscaleException>(() => _lake.Write("SELECT 7 AS id UNION ALL SELECT 7", WriteMode.Merge, keys: "id"));

        Assert.Equal("tables.duplicate-key", error.Code);
        Assert.Contains("id = 7", error.Message);
        Assert.False(_lake.Lake.Exists(TableFixture.Calls));
        Assert.Equal("tables.no-such-key", Assert.Throws<EscaleException>(() => _lake.Write("SELECT 7 AS id", WriteMode.Merge, keys: "nope")).Code);
    }

    [Fact]
    public void Delete_and_insert_replaces_all_rows_of_each_key()
    {
        _lake.Write("SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) t(day, n)");
        var outcome = _lake.Write("SELECT * FROM (VALUES ('a', 8), ('a', 9), ('a', 10), ('c', 4)) t(day, n)", WriteMode.DeleteInsert, keys: "day");

        Assert.Equal((4, 2), (outcome.RowsWritten, outcome.RowsRemoved));
        Assert.Equal(["a|10", "a|8", "a|9", "b|3", "c|4"], _lake.Rows());
    }

    [Fact]
    public void Replace_where_keeps_what_does_not_match_and_what_is_unknown()
    {
        _lake.Write("SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (NULL, 'z')) t(n, s)");
        _lake.Write("SELECT 50 AS n, 'far' AS s");
        var far = _lake.Head.Files[1].Path;

        var outcome = Replace("n < 10", "SELECT 5 AS n, 'new' AS s");

        Assert.Equal((1, 2), (outcome.RowsWritten, outcome.RowsRemoved));
        Assert.Equal(["50|far", "5|new", "NULL|z"], _lake.Rows());
        Assert.Contains(_lake.Head.Files, file => file.Path == far);
        var before = _lake.Head.Version;
        Assert.Equal("tables.outside-predicate", Assert.Throws<EscaleException>(() => Replace("n < 10", "SELECT 11 AS n, 'bad' AS s")).Code);
        Assert.Equal(before, _lake.Head.Version);
    }

    [Fact]
    public void Columns_are_added_widened_or_refused_as_the_write_allows()
    {
        _lake.Write("SELECT 1::INTEGER AS id, 'a' AS name");
        Assert.Equal("lake.schema-mismatch", Assert.Throws<EscaleException>(() => _lake.Write("SELECT 2 AS id, 'b' AS name, true AS late")).Code);
        Assert.Equal("lake.schema-mismatch", Assert.Throws<EscaleException>(() => _lake.Write("SELECT 2::BIGINT AS id", change: SchemaChange.AddColumns)).Code);
        Assert.Equal("lake.schema-mismatch", Assert.Throws<EscaleException>(() => _lake.Write("SELECT 'x' AS id", change: SchemaChange.AddAndWiden)).Code);

        _lake.Write("SELECT 2 AS id, true AS late", change: SchemaChange.AddColumns);
        _lake.Write("SELECT 5000000000 AS id, 1.5 AS more", change: SchemaChange.AddAndWiden);
        _lake.Write("SELECT 3::TINYINT AS id");

        Assert.Equal(["1|a|NULL|NULL", "2|NULL|true|NULL", "3|NULL|NULL|NULL", "5000000000|NULL|NULL|1.5"], _lake.Rows());
        Assert.Equal("id:long,name:string,late:boolean,more:decimal(2,1)", string.Join(',', _lake.Head.Schema.Columns.Select(column => $"{column.Name}:{column.Type}")));
        Assert.Equal(["1|a"], _lake.Rows(version: 0));
        _lake.Write("SELECT 'new' AS other", WriteMode.Overwrite, SchemaChange.Replace);
        Assert.Equal(["new"], _lake.Rows());
    }

    [Fact]
    public void A_struct_that_grows_reads_null_in_older_files()
    {
        _lake.Write("SELECT 1 AS id, {'a': 1} AS s, [{'x': 1}] AS l");
        _lake.Write("SELECT 2 AS id, {'a': 2, 'b': 'y'} AS s, [{'x': 2, 'y': 3}] AS l", change: SchemaChange.AddColumns);

        Assert.Equal(["1|1|NULL|NULL", "2|2|y|3"], _lake.Rows("id, s.a, s.b, l[1].y"));
    }

    [Fact]
    public void Every_type_of_DuckDB_comes_back_with_its_value()
    {
        _lake.Write("""
            SELECT true AS bo, 1::TINYINT AS ti, 2::SMALLINT AS si, 3::INTEGER AS it, 4::BIGINT AS bi, 200::UTINYINT AS ut, 60000::USMALLINT AS us, 4000000000::UINTEGER AS ui,
              18446744073709551615::UBIGINT AS ub, 170141183460469231731687303715884105::HUGEINT AS hu, 1.5::FLOAT AS fl, 2.5::DOUBLE AS db, 12.345::DECIMAL(10,3) AS de,
              DATE '2026-03-01' AS da, TIMESTAMP '2026-03-01 10:11:12.123456' AS ts, TIMESTAMPTZ '2026-03-01 10:11:12+02' AS tz, TIME '10:11:12' AS tm,
              INTERVAL 2 DAY AS iv, '5b0ae1bc-6f77-4c2f-9d5c-1c8a0e3a9b61'::UUID AS uu, 'b'::ENUM('a','b') AS en, '{"k": 1}'::JSON AS js, 'xyz'::BLOB AS bl,
              [1::UTINYINT, NULL] AS li, {'u': '5b0ae1bc-6f77-4c2f-9d5c-1c8a0e3a9b61'::UUID, 't': TIMESTAMP '2026-01-01 00:00:00'} AS st, MAP {'k': 5::USMALLINT} AS ma, [1,2]::INTEGER[2] AS ar, NULL AS nu
            """);

        Assert.Equal("true|1|2|3|4|200|60000|4000000000|18446744073709551615|170141183460469231731687303715884105|1.5|2.5|12.345|2026-03-01|2026-03-01 10:11:12.123456+00|2026-03-01 08:11:12+00"
            + "|10:11:12|2 days|5b0ae1bc-6f77-4c2f-9d5c-1c8a0e3a9b61|b|{\"k\": 1}|xyz|[200, NULL]".Replace("200", "1")
            + "|{'u': 5b0ae1bc-6f77-4c2f-9d5c-1c8a0e3a9b61, 't': '2026-01-01 00:00:00+00'}|{k=5}|[1, 2]|NULL", _lake.Rows()[0]);
        var types = _lake.Head.Schema.Columns.ToDictionary(column => column.Name, column => column.Type.ToString());
        Assert.Equal(("short", "integer", "long", "decimal(20,0)", "decimal(38,0)"), (types["ut"], types["us"], types["ui"], types["ub"], types["hu"]));
        Assert.Equal(("timestamp", "timestamp", "string", "string", "string", "binary"), (types["ts"], types["tz"], types["tm"], types["uu"], types["js"], types["bl"]));
        Assert.Equal(("array<short>", "struct<u:string,t:timestamp>", "map<string,integer>", "array<integer>"), (types["li"], types["st"], types["ma"], types["ar"]));
    }

    [Fact]
    public void A_transaction_is_written_once_and_its_properties_stay()
    {
        var write = new TableWrite
        {
            Table = TableFixture.Calls, Sql = "SELECT 1 AS id", Txn = ("collect.calls", 7), Properties = new Dictionary<string, string> { ["cursor"] = "2026-01-01" },
        };
        Assert.True(_lake.Session.Write(write).Changed);
        Assert.False(_lake.Session.Write(write).Changed);
        Assert.True(_lake.Session.Write(write with { Txn = ("collect.calls", 8), Sql = "SELECT 2 AS id" }).Changed);
        var nothing = _lake.Session.Write(write with { Txn = ("collect.calls", 9), Sql = "SELECT 2 AS id WHERE false", Properties = new Dictionary<string, string> { ["cursor"] = "later" } });

        Assert.False(nothing.Changed);
        Assert.Equal(["1", "2"], _lake.Rows());
        Assert.Equal((2, 1, 9, "later"), (_lake.Head.Version, _lake.Head.DataVersion, _lake.Head.Txn("collect.calls"), _lake.Head.Properties["cursor"]));
    }

    [Fact]
    public void A_select_that_fails_half_way_leaves_the_table_and_the_folder_as_they_were()
    {
        _lake.Write("SELECT 1::BIGINT AS id");
        var files = _lake.FilesOnDisk();

        Assert.Throws<EscaleException>(() => _lake.Write("SELECT CASE WHEN range > 500000 THEN error('stop') ELSE range END AS id FROM range(1000000)"));
        Assert.Throws<EscaleException>(() => _lake.Write("SELECT nope FROM nowhere"));

        Assert.Equal(files, _lake.FilesOnDisk());
        Assert.Equal(0, _lake.Head.Version);
    }

    [Fact]
    public void Columns_of_one_name_are_refused()
    {
        var columns = new DuckColumn[] { new("a", DuckType.Simple(DuckTypeId.Integer)), new("A", DuckType.Simple(DuckTypeId.Integer)) };
        var write = new TableWrite { Table = TableFixture.Calls, Sql = "SELECT 1 AS a, 2 AS A", Columns = columns };

        Assert.Equal("tables.column-names", Assert.Throws<EscaleException>(() => _lake.Session.PlanCopy(write)).Code);
    }

    [Fact]
    public void The_two_halves_of_a_write_can_run_apart()
    {
        var columns = new DuckColumn[] { new("id", DuckType.Simple(DuckTypeId.UInteger)) };
        var plan = _lake.Session.PlanCopy(new TableWrite { Table = TableFixture.Calls, Sql = "SELECT 7::UINTEGER AS id", Columns = columns });
        Assert.False(_lake.Lake.Exists(TableFixture.Calls));
        IReadOnlyList<CopiedFile> files;
        using (var child = DuckDatabase.Open())
        using (var connection = child.Connect())
        using (var result = connection.Query(plan.Sql))
        {
            files = CopiedFile.Read(result);
        }

        var outcome = _lake.Session.Commit(plan, files);

        Assert.Equal((0, 1), (outcome.Version, outcome.RowsWritten));
        Assert.Equal(["7"], _lake.Rows());
        Assert.Equal("long", _lake.Head.Schema.Columns[0].Type.ToString());
    }

    [Fact]
    public void Comments_and_properties_are_kept_and_are_no_new_data()
    {
        _lake.Write("SELECT 1 AS id");
        _lake.Session.Write(new TableWrite
        {
            Table = TableFixture.Calls, Sql = "SELECT 1 AS id WHERE false", Comments = new Dictionary<string, string> { ["ID"] = "the call's \"number\"" }, Description = "calls",
            Configuration = new Dictionary<string, string> { ["delta.appendOnly"] = "true" },
        });

        Assert.Equal("the call's \"number\"", _lake.Head.Schema.Columns[0].Comment);
        Assert.Equal("calls", _lake.Head.Metadata.Description);
        Assert.Equal((1, 0), (_lake.Head.Version, _lake.Head.DataVersion));
        Assert.Equal("lake.append-only", Assert.Throws<EscaleException>(() => _lake.Write("SELECT 2 AS id", WriteMode.Overwrite)).Code);
    }

    private WriteOutcome Replace(string predicate, string sql) =>
        _lake.Session.Write(new TableWrite { Table = TableFixture.Calls, Sql = sql, Mode = WriteMode.ReplaceWhere, Predicate = predicate });
}
