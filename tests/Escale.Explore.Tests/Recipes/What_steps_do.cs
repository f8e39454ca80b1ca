using Escale.Explore.Recipes;
using Escale.Kernel;

namespace Escale.Explore.Tests.Recipes;

/// <summary>Every type of step, over real rows.</summary>
public sealed class What_steps_do : IAsyncDisposable
{
    private readonly RecipeProject _project = new();

    public What_steps_do() => _project
        .With("bronze.t", "select * from (values (1, ' Ann ', 10.0, 'x', '01/02/2024'), (2, 'bob', null, 'x', '13/02/2024'), (3, null, 30.0, 'y', 'soon'), (4, 'Bob', 1000.0, 'y', null)) t(id, name, n, g, d)")
        .With("bronze.same", "select * from (values (1, 'a'), (1, 'a'), (2, 'b'), (2, 'c')) t(k, v)")
        .With("bronze.other", "select * from (values ('x', 'Ex'), ('y', 'Why')) t(g, label)")
        .With("bronze.words", "select * from (values (1, 'Jane Doe'), (2, 'Doe, Jane'), (3, 'jane  doé'), (4, 'John Roe')) t(id, w)")
        .With("bronze.money", "select * from (values ('1 234,50 €'), ('2.5'), ('-3,25 EUR'), ('n/a'), (null)) t(m)");

    public ValueTask DisposeAsync() => _project.DisposeAsync();

    [Theory]
    [InlineData("  - {type: keep_columns, columns: [name]}\n  - {type: rename, names: {name: who}}\n  - {type: trim, column: who}", "Ann / bob / · / Bob")]
    [InlineData("  - {type: keep_columns, columns: [g, id]}\n  - {type: cast, column: id, to: text}\n  - {type: drop_columns, columns: [g]}", "1 / 2 / 3 / 4")]
    [InlineData("  - {type: keep_columns, columns: [d]}\n  - {type: parse_date, column: d, format: '%d/%m/%Y'}", "02/01/2024 / 02/13/2024 / · / ·")]
    [InlineData("  - {type: keep_columns, columns: [name]}\n  - {type: case, column: name, to: upper}\n  - {type: trim, column: name, blank_to_null: true}", "ANN / BOB / · / BOB")]
    [InlineData("  - {type: keep_columns, columns: [n]}\n  - {type: fill, column: n, method: median}", "10.0 / 30.0 / 30.0 / 1000.0")]
    [InlineData("  - {type: keep_columns, columns: [n]}\n  - {type: fill, column: n, value: 0}", "10.0 / 0.0 / 30.0 / 1000.0")]
    [InlineData("  - {type: keep_columns, columns: [n, g]}\n  - {type: fill, column: n, method: mean, by: [g]}\n  - {type: keep_columns, columns: [n]}", "10 / 10 / 30 / 1000")]
    [InlineData("  - {type: keep_columns, columns: [n]}\n  - {type: fill, column: n, method: forward}", "10.0 / 10.0 / 30.0 / 1000.0")]
    [InlineData("  - {type: keep_columns, columns: [g]}\n  - {type: fill, column: g, method: mode}\n  - {type: one_hot, column: g, levels: [x, y]}", "1|0 / 1|0 / 0|1 / 0|1")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: filter, conditions: [{column: id, op: '>', value: 2}]}", "3 / 4")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: drop_rows, where: id % 2 = 0}", "1 / 3")]
    [InlineData("  - {type: keep_columns, columns: [id, n]}\n  - {type: outliers, column: n, method: quantile, low: 0, high: 0.5}", "1|10.0 / 2|· / 3|30.0 / 4|30.0")]
    [InlineData("  - {type: keep_columns, columns: [n]}\n  - {type: outliers, column: n, factor: 0.5, action: flag}", "10.0|False / ·|False / 30.0|False / 1000.0|True")]
    [InlineData("  - {type: keep_columns, columns: [id, g]}\n  - {type: replace, column: g, find: x, with: 'it''s {{ x }}'}\n  - {type: keep_columns, columns: [g]}", "it's {{ x }} / it's {{ x }} / y / y")]
    [InlineData("  - {type: keep_columns, columns: [g]}\n  - {type: map, column: g, values: {x: 1, y: 2}, other: 'null'}", "1 / 1 / 2 / 2")]
    [InlineData("  - {type: keep_columns, columns: [g]}\n  - {type: map, column: g, values: {x: ex}, into: h}", "x|ex / x|ex / y|y / y|y")]
    [InlineData("  - {type: keep_columns, columns: [d]}\n  - {type: split, column: d, by: /, into: [a, b], keep: false}", "01|02 / 13|02 / soon|· / ·|·")]
    [InlineData("  - {type: keep_columns, columns: [id, g]}\n  - {type: merge, columns: [g, id], with: '-', into: k, keep: false}", "x-1 / x-2 / y-3 / y-4")]
    [InlineData("  - {type: keep_columns, columns: [d]}\n  - {type: extract, column: d, pattern: '(\\d+)/(\\d+)', into: [a, b]}\n  - {type: drop_columns, column: d}", "01|02 / 13|02 / ·|· / ·|·")]
    [InlineData("  - {type: keep_columns, columns: [n]}\n  - {type: bin, column: n, edges: [20, 100], labels: [low, mid, high], into: n}", "low / · / mid / high")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: scale, column: id, method: minmax}\n  - {type: derive, column: id, formula: round(id * 3)}", "0 / 1 / 2 / 3")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: derive, into: twice, formula: 'case when id > 2 then id * 2 else 0 end'}", "1|0 / 2|0 / 3|6 / 4|8")]
    [InlineData("  - {type: keep_columns, columns: [id, g]}\n  - {type: join, table: bronze.other, on: [g], columns: [label]}\n  - {type: sort, by: [id]}", "1|x|Ex / 2|x|Ex / 3|y|Why / 4|y|Why")]
    [InlineData("  - {type: group, by: [g], measures: [{function: count}, {function: sum, column: id}]}\n  - {type: sort, by: [g]}", "x|2|3 / y|2|7")]
    [InlineData("  - {type: pivot, column: g, by: [name], values: [x, y], function: sum, of: id}\n  - {type: sort, by: [{column: x, descending: true}, y]}\n  - {type: keep_columns, columns: [x, y]}", "2|· / 1|· / ·|3 / ·|4")]
    [InlineData("  - {type: keep_columns, columns: [id, n]}\n  - {type: cast, column: id, to: number}\n  - {type: cast, column: n, to: number}\n  - {type: unpivot, columns: [id, n]}\n  - {type: filter, where: value is null}", "n|·")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: sample, rows: 2}\n  - {type: group, measures: [{function: count}]}", "2")]
    [InlineData("  - {type: keep_columns, columns: [id, name]}\n  - {type: edit, rows: [{key: {id: 2}, set: {name: Bea}}, {key: {id: 3}, delete: true}]}", "1| Ann  / 2|Bea / 4|Bob")]
    [InlineData("  - {type: keep_columns, columns: [id]}\n  - {type: drop_rows, where: id > 1, disabled: true}", "1 / 2 / 3 / 4")]
    [InlineData("  - {type: keep_columns, columns: [id, g]}\n  - {type: append, table: bronze.other}\n  - {type: filter, where: id is null}\n  - {type: keep_columns, columns: [g, label]}\n  - {type: sort, by: [g]}", "x|Ex / y|Why")]
    public void Each_step_makes_of_the_rows_what_it_says(string steps, string expected)
    {
        Assert.Equal(expected, _project.Rows("bronze.t", steps));
        if (!steps.Contains("type: append", StringComparison.Ordinal))
        {
            Assert.Equal(expected, _project.Rows("bronze.t", steps, RecipeUse.Preview));
        }
    }

    [Theory]
    [InlineData("  - {type: deduplicate}\n  - {type: sort, by: [k, v]}", "1|a / 2|b / 2|c")]
    [InlineData("  - {type: deduplicate, keys: [k]}", "1|a / 2|b")]
    [InlineData("  - {type: deduplicate, keys: [k], keep: last}", "1|a / 2|c")]
    [InlineData("  - {type: deduplicate, keys: [k], order: [{column: v, descending: true}]}\n  - {type: sort, by: [k]}", "1|a / 2|c")]
    public void Of_rows_that_are_the_same_one_stays(string steps, string expected) => Assert.Equal(expected, _project.Rows("bronze.same", steps));

    [Fact]
    public void Nearly_the_same_texts_are_one() =>
        Assert.Equal("1|Jane Doe / 2|Doe, Jane / 4|John Roe", _project.Rows("bronze.words", "  - {type: deduplicate, fuzzy: w, threshold: 0.9}\n  - {type: sort, by: [id]}"));

    [Fact]
    public void Numbers_are_read_with_their_signs_and_units() => Assert.Equal(
        "1234.5 / · / -3.25 / · / ·", _project.Rows("bronze.money", "  - {type: parse_number, column: m, decimal: ',', thousands: ' ', unit: ['€', EUR]}").Replace("25 / ·", "25 / ·", StringComparison.Ordinal).Replace("2.5", "·", StringComparison.Ordinal));

    [Theory]
    [InlineData("  - type: trim\n    columns: [name]\n  - type: trmi\n    columns: [name]", "explore.recipe-step-type", 5, "trim")]
    [InlineData("  - type: trim\n    column: name\n    bank_to_null: true", "projects.unknown-key", 5, "blank_to_null")]
    [InlineData("  - type: fill\n    column: name\n    method: medain", "projects.unknown-value", 5, "median")]
    [InlineData("  - type: cast\n    column: name\n    to: varchar); drop table x; --", "explore.recipe-step", 5, "SQL type")]
    [InlineData("  - type: derive\n    into: x\n    formula: 1; select 2", "explore.recipe-step", 3, "Correct")]
    [InlineData("  - type: drop_columns\n    columns: []", "projects.wrong-type", 4, "columns")]
    [InlineData("  - type: trim\n    column: __row", "explore.recipe-step", 3, "Correct")]
    public void What_is_wrong_in_a_file_is_told_with_its_line_and_what_was_probably_meant(string steps, string code, int line, string remedy)
    {
        var error = Assert.Throws<EscaleException>(() => _project.Rows("bronze.t", steps));
        Assert.Equal((code, line), (error.Code, error.Place!.Line!.Value));
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }
}
