using System.Text.Json;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Questions;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Projects;
using Escale.Testing;
using Xunit;

namespace Escale.Explore.Tests.Questions;

/// <summary>Questions over a real lake, run by the real sandbox.</summary>
public sealed class QuestionTests : IAsyncDisposable
{
    private static readonly Caller _caller = new("1", "Awa", Role.Analyst);
    private readonly TempFolder _folder = new();
    private readonly LakeEngine _engine;
    private readonly QuerySessions _sessions;
    private readonly QuestionFiles _files;
    private readonly QuestionQueries _queries;

    public QuestionTests()
    {
        _engine = LakeEngine.Open(Path.Combine(_folder.Path, "lake"));
        using (var session = _engine.OpenSession())
        {
            session.Write(Table("gold.calls", "select i as id, i % 3 as ship, date '2026-01-01' + i::int as day, i * 1.5 as hours, if(i % 2 = 0, 'closed', 'it''s open') as status from range(100) r(i)"));
            session.Write(Table("gold.ships", "select i as ship, 'Ship ' || i as name, 'x' as status from range(3) r(i)"));
        }
        var root = new ProjectRoot(_folder.Path) { LakePath = Path.Combine(_folder.Path, "lake") };
        var pool = new SandboxPool(new SandboxOptions { Command = [Path.Combine(AppContext.BaseDirectory, "Escale.Engines.Child")] });
        var states = new LakeStates(_engine.Catalog, TimeProvider.System);
        var project = new Project(root, () => []);
        _sessions = new QuerySessions(_engine.Catalog, pool, root, project, states, TimeProvider.System);
        _files = new QuestionFiles(root, new DurableWriter(new LocalFileLayer()));
        _queries = new QuestionQueries(_files, new SqlRunner(_sessions, states, new ResultCache(TimeProvider.System), project), _engine.Catalog);
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        _engine.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Said { get; } = new(
        "select * from gold.calls where status = 'it''s open' and hours > 10 order by id limit 3",
        "select ship, count(*) as n, sum(hours) as total from gold.calls where status in ('closed', 'x') group by 1 order by n desc, ship",
        "select date_trunc('month', day) as month, avg(hours) as mean from gold.calls where day between '2026-01-10' and '2026-03-01' group by month order by month",
        "select *, hours * 2 as twice from gold.calls where status is not null order by id desc limit 5",
        "select name, count(distinct id) as calls from gold.calls left join gold.ships using (ship) group by name order by 1",
        "select c.status, median(hours) as m from gold.calls c join gold.ships s on s.ship = c.ship where starts_with(c.status, 'clo') group by c.status",
        "select * from gold.calls where status = 'closed' or id < 3 order by id",
        "select * from (select ship, max(hours) as most from gold.calls group by ship) t where most > 145 order by ship",
        "select count(*) as n, min(day) as first from gold.calls");

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Sql_that_steps_can_say_gives_the_same_rows_as_steps_and_as_their_sql_again(string sql)
    {
        var read = await _queries.ReadAsync(sql, _caller, CancellationToken.None);
        Assert.True(read.Steps is not null, read.Beyond);
        var expected = await RowsAsync(sql);
        var bound = _queries.Compile(read.Steps, binds: true);
        Assert.Equal(expected, Rows(await _queries.AskAsync(bound.Sql, bound.Values, null, _caller, CancellationToken.None)));
        var plain = _queries.Compile(read.Steps, binds: false).Sql;
        Assert.Equal(expected, await RowsAsync(plain));
        var again = await _queries.ReadAsync(plain, _caller, CancellationToken.None);
        Assert.True(again.Steps is null || Rows(await _queries.AskAsync(_queries.Compile(again.Steps, binds: false).Sql, new Dictionary<string, object?>(), null, _caller, CancellationToken.None)) == expected);
    }

    [Theory]
    [InlineData("select id, row_number() over () as n from gold.calls", "columns")]
    [InlineData("with a as (select * from gold.calls) from a", "with")]
    [InlineData("select * from gold.calls union all select * from gold.calls", "union")]
    [InlineData("select ship, count(*) from gold.calls group by ship having count(*) > 1", "having")]
    [InlineData("select id from gold.calls", "columns")]
    [InlineData("select * from gold.calls where id = (select 1)", "value")]
    public async Task Sql_that_goes_beyond_steps_is_told_and_not_bent(string sql, string beyond)
    {
        var read = await _queries.ReadAsync(sql, _caller, CancellationToken.None);
        Assert.Null(read.Steps);
        Assert.Equal(beyond, read.Beyond);
    }

    [Fact]
    public async Task A_mistake_in_sql_is_told_with_its_place()
    {
        var error = await Assert.ThrowsAsync<EscaleException>(() => _queries.ReadAsync("select\n  from from x", _caller, CancellationToken.None));
        Assert.Equal(("engines.duckdb.parser", 2), (error.Code, error.Place!.Line!.Value));
    }

    [Fact]
    public async Task Values_and_names_never_become_sql()
    {
        Step[] steps = [new TableStep("gold.calls"), new FilterStep([new Condition("status", "=", JsonSerializer.SerializeToElement("'; drop table x; --"))]), new SummariseStep([new GroupBy("ship", null, "a\"; --")], [new Measure("count")])];
        Assert.Equal("[]", await RowsAsync(_queries.Compile(steps, binds: false).Sql));
        Assert.Throws<EscaleException>(() => _queries.Compile([new TableStep("gold.calls"), new ComputeStep("x", "1) from gold.ships --")], binds: false));
        Assert.Throws<EscaleException>(() => _queries.Compile([new TableStep("gold.calls; drop")], binds: false));
    }

    [Fact]
    public async Task A_joined_table_whose_columns_are_there_already_stays_behind_the_first()
    {
        Step[] steps = [new TableStep("gold.calls"), new JoinStep("gold.ships", [new JoinPair("ship", "ship")]), new FilterStep([new Condition("status", "=", JsonSerializer.SerializeToElement("closed"))]), new SummariseStep([new GroupBy("name")], [new Measure("count")]), new SortStep([new SortBy("name")])];
        Assert.Equal("""[["Ship 0",17],["Ship 1",16],["Ship 2",17]]""", await RowsAsync(_queries.Compile(steps, binds: false).Sql));
    }

    [Theory]
    [InlineData("right", "ship", "[[0,\"Ship 0\"],[1,\"Ship 1\"],[2,\"Ship 2\"],[9,\"Ship 9\"]]")]
    [InlineData("full", "ship", "[[0,\"Ship 0\"],[1,\"Ship 1\"],[2,\"Ship 2\"],[7,null],[9,\"Ship 9\"]]")]
    [InlineData("full", "number", "[[0,\"Ship 0\"],[1,\"Ship 1\"],[2,\"Ship 2\"],[7,null],[9,\"Ship 9\"]]")]
    public async Task Rows_that_only_one_side_of_a_join_has_keep_their_key_and_the_sql_is_steps_again(string how, string theirs, string expected)
    {
        using (var session = _engine.OpenSession())
        {
            session.Write(Table("gold.stays", "select * from (values (0), (1), (2), (7)) t(ship)"));
            session.Write(Table("gold.fleet", $"select i as {theirs}, 'Ship ' || i as name from (values (0), (1), (2), (9)) t(i)"));
        }
        Step[] steps = [new TableStep("gold.stays"), new JoinStep("gold.fleet", [new JoinPair("ship", theirs)], how), new SummariseStep([new GroupBy("ship"), new GroupBy("name")], []), new SortStep([new SortBy("ship")])];
        var sql = _queries.Compile(steps, binds: false).Sql;
        Assert.Equal(expected, await RowsAsync(sql));
        var read = await _queries.ReadAsync(sql, _caller, CancellationToken.None);
        Assert.Equal(steps[1].ToString()![..25], read.Steps?[1].ToString()![..25]);
        Assert.Equal(sql, _queries.Compile(read.Steps!, binds: false).Sql);
    }

    [Theory]
    [InlineData("select * from gold.calls full join gold.ships as s on calls.ship = s.ship")]
    [InlineData("select * from (select l.* replace (1 as ship), r.* from gold.calls as l full join gold.ships as r on l.ship = r.ship) as joined")]
    public async Task A_join_that_leaves_keys_empty_stays_sql(string sql) =>
        Assert.Equal("join", (await _queries.ReadAsync(sql, _caller, CancellationToken.None)).Beyond);

    [Fact]
    public void A_changed_question_keeps_its_comments_and_who_expected_another_is_refused()
    {
        var path = _folder.Write("questions/calls.yml", "# how we count\ntitle: Calls # short\n# the rows\nsql: select 1\n");
        var tag = _files.TagOf("calls");
        Assert.True(_files.Change(_files.Get("calls") with { Description = "All of them" }, tag));
        Assert.Equal("# how we count\ntitle: Calls # short\n# the rows\nsql: select 1\ndescription: All of them\n", File.ReadAllText(path));
        Assert.Equal("explore.question-changed-meanwhile", Assert.Throws<EscaleException>(() => _files.Change(_files.Get("calls") with { Title = "Mine" }, tag)).Code);
    }

    [Fact]
    public async Task The_rows_behind_a_mark_are_those_of_its_group()
    {
        Step[] steps = [new TableStep("gold.calls"), new SummariseStep([new GroupBy("day", "month", "month"), new GroupBy("ship")], [new Measure("count")])];
        var behind = DrillDown.Steps(steps, [new PickedValue("month", JsonSerializer.SerializeToElement("2026-02-01T00:00:00")), new PickedValue("ship", JsonSerializer.SerializeToElement(1))]);
        var compiled = _queries.Compile([.. behind!, new SummariseStep([], [new Measure("count"), new Measure("min", "day")])], binds: true);
        Assert.Equal("""[[10,"2026-02-01"]]""", Rows(await _queries.AskAsync(compiled.Sql, compiled.Values, null, _caller, CancellationToken.None)));
    }

    [Fact]
    public void A_file_that_says_the_same_stays_as_it_is_to_the_byte()
    {
        const string Written = "# how we count\ntitle:   'Calls'\nsteps:\n- {kind: table, table: gold.calls}\n- {kind: limit, count: 5}\nchart: {type: bar}\n";
        var path = _folder.Write("questions/calls.yml", Written);
        var question = _files.Get("calls");
        Assert.False(_files.Change(question));
        Assert.Equal(Written, File.ReadAllText(path));
        Assert.True(_files.Change(question with { Title = "All calls: \"now\" #1" }));
        Assert.Equal("All calls: \"now\" #1", _files.Get("calls").Title);
        Assert.Equal(5, Assert.IsType<LimitStep>(_files.Get("calls").Steps![1]).Count);
    }

    [Fact]
    public void A_question_has_an_id_from_its_title_and_its_sql_survives_as_it_was_typed()
    {
        const string Sql = "select 'a: b' as x, -- note\n\n  \"y\" # no\nfrom gold.calls";
        var first = _files.Add(new Question { Title = "Où vont les navires ?", Sql = Sql });
        var second = _files.Add(new Question { Title = "Où vont les navires ?", Sql = "select 1" });
        Assert.Equal(("ou-vont-les-navires", "ou-vont-les-navires-2"), (first.Id, second.Id));
        Assert.Equal(Sql, _files.Get(first.Id).Sql);
    }

    [Fact]
    public void A_file_that_is_wrong_hides_no_other_and_a_question_that_asks_itself_is_refused()
    {
        _folder.Write("questions/bad.yml", "title: x\nsteps: []\nsql: select 1\n");
        _folder.Write("questions/round.yml", "title: x\nsteps: [{kind: question, question: round}]\n");
        var (questions, errors) = _files.All();
        Assert.Equal(("round", "explore.question-invalid"), (Assert.Single(questions).Id, Assert.Single(errors).Code));
        Assert.Equal("explore.question-cycle", Assert.Throws<EscaleException>(() => _queries.SqlOf(_files.Get("round"))).Code);
        Assert.Equal("explore.question-not-found", Assert.Throws<EscaleException>(() => _files.Get("../escale")).Code);
    }

    private async Task<string> RowsAsync(string sql) => Rows(await _queries.AskAsync(sql, new Dictionary<string, object?>(), null, _caller, CancellationToken.None));

    private static string Rows(SqlResult result) => JsonDocument.Parse(result.Json).RootElement.GetProperty("rows").GetRawText();

    private static TableWrite Table(string name, string sql) => new() { Table = TableName.Parse(name), Sql = sql, Mode = WriteMode.Overwrite, Operation = "TEST" };
}
