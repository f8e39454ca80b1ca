using Escale.Kernel;
using Escale.Learning.Frames;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Training;

public sealed class Data_before_it_is_learned_from(ModelingProgram program)
{
    [Fact]
    public void Comes_from_the_lake_with_its_types()
    {
        program.Make("silver.kinds", """
            select true as b, 1::tinyint as t, 2::bigint as l, 3.25::decimal(9, 2) as d, 1e300::double as f, 170141183460469231731::hugeint as h, date '2026-02-28' as day,
              timestamp '2026-02-28 10:30:00' as at, 'été' as s, null::varchar as n, time '01:00:00' as clock, [1] as list, 18446744073709551615::ubigint as u
            """);
        var data = program.Get<FrameReader>().Read(TableName.Parse("silver.kinds"), null, CancellationToken.None);
        var values = data.Frame.Columns.Select(column => column.TextAt(0) ?? "∅");
        Assert.Equal((string[])["true", "1", "2", "3.25", "1E+300", "1.7014118346046924E+20", "2026-02-28T00:00:00", "2026-02-28T10:30:00", "été", "∅", "01:00:00", "1.8446744073709552E+19"], values);
        Assert.Equal(["list"], data.LeftOut);
        Assert.IsType<TimestampColumn>(data.Frame["at"]);
    }

    [Fact]
    public void Is_read_at_the_version_that_is_asked_for()
    {
        program.Make("silver.versions", "select 1 as x");
        var first = program.Get<FrameReader>().Read(TableName.Parse("silver.versions"), null, CancellationToken.None);
        program.Make("silver.versions", "select 2 as x");
        Assert.Equal("1", program.Get<FrameReader>().Read(TableName.Parse("silver.versions"), first.Version, CancellationToken.None).Frame["x"].TextAt(0));
        Assert.Equal("2", program.Get<FrameReader>().Read(TableName.Parse("silver.versions"), null, CancellationToken.None).Frame["x"].TextAt(0));
    }

    [Theory]
    [InlineData("select i as x, 'same' as y from range(50) r(i)", "y", "modeling.one-class")]
    [InlineData("select i as x, 3.5 as y from range(50) r(i)", "y\ntask: regression", "modeling.one-class")]
    [InlineData("select i as x, 'v' || i as y from range(50) r(i)", "y", "modeling.target-unique")]
    [InlineData("select i as x, i % 2 as y from range(9) r(i)", "y", "modeling.too-few-rows")]
    [InlineData("select i as x, case when i < 10 then i % 2 end as y from range(500) r(i)", "y", "modeling.too-few-rows")]
    [InlineData("select 'k' || i as k, 1 as c, i % 2 as y from range(50) r(i)", "y", "modeling.no-columns")]
    [InlineData("select i % 5 as x, i % 2 as y from range(50) r(i)", "yy", "modeling.target-missing")]
    [InlineData("select i % 5 as x, i % 2 as y from range(50) r(i)", "y\nexclude: [xx]", "modeling.column-missing")]
    [InlineData("select i % 5 as x, timestamp '2026-01-01' + to_hours(i::int) as y from range(50) r(i)", "y", "modeling.target-kind")]
    public void That_cannot_be_learned_is_refused(string sql, string target, string code)
    {
        var error = Assert.Throws<EscaleException>(() => Check(sql, target));
        Assert.Equal(code, error.Code);
        Assert.NotNull(error.Remedy);
    }

    [Theory]
    [InlineData("select i % 5 as x, i % 2 as y from range(50) r(i)", "y", "few-rows", null)]
    [InlineData("select i % 7 as x, case when i % 100 = 0 then 'yes' else 'no' end as y from range(1000) r(i)", "y", "imbalance", "y")]
    [InlineData("select i as row_id, i % 5 as x, i % 2 as y from range(300) r(i)", "y", "identifier", "row_id")]
    [InlineData("select 1 as c, i % 5 as x, i % 2 as y from range(300) r(i)", "y", "constant", "c")]
    [InlineData("select i % 5 as x, case when i % 9 > 0 then i % 2 end as y from range(300) r(i)", "y", "target-missing", "y")]
    [InlineData("select timestamp '2026-01-01' + to_hours(i::int) as asked, timestamp '2026-01-02' + to_hours(i::int) as answered, i % 5 as x, i % 2 as y from range(300) r(i)", "y", "after-the-event", "answered")]
    public void That_is_odd_is_named_with_the_reason(string sql, string target, string code, string? column)
    {
        var finding = Assert.Single(Check(sql, target).Findings, finding => finding.Code == code);
        Assert.Equal(column, finding.Column);
        Assert.NotEmpty(finding.Reason);
    }

    [Theory]
    [InlineData("select timestamp '2026-01-01' + to_hours(i::int) as asked, i % 5 as x, i % 2 as y from range(300) r(i)", SplitKind.Time, "asked")]
    [InlineData("select 'c' || (i % 40) as customer_id, i % 5 as x, i % 2 as y from range(300) r(i)", SplitKind.Group, "customer_id")]
    [InlineData("select i % 5 as x, i % 2 as y from range(300) r(i)", SplitKind.Random, null)]
    public void Is_split_as_its_columns_suggest(string sql, SplitKind kind, string? column)
    {
        var found = Check(sql, "y");
        Assert.Equal(new SplitChoice(kind, column), found.Split);
        Assert.NotEmpty(found.SplitReason);
    }

    private CheckedData Check(string sql, string target)
    {
        program.Make("silver.checked", sql + " order by i");
        var data = program.Get<FrameReader>().Read(TableName.Parse("silver.checked"), null, CancellationToken.None);
        return TrainingChecks.Check(ModelingProgram.Spec($"table: silver.checked\ntarget: {target}\n"), data);
    }
}
