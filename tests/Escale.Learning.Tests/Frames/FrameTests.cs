using Escale.Learning.Frames;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Frames;

public sealed class FrameTests
{
    [Fact]
    public void Values_are_shared_and_not_copied()
    {
        double[] values = [1, 2, 3];
        Assert.True(Column.OfNumbers("x", values).TryGetValues<double>(out var shared));
        values[1] = 7; // Only to show that the memory is the same.
        Assert.Equal(7, shared.Span[1]);
        Assert.False(Column.OfNumbers("x", values).TryGetValues<float>(out _));
    }

    [Fact]
    public void Every_kind_of_column_knows_what_is_missing()
    {
        Column[] columns = [
            Column.OfNumbers("double", new[] { 1.5, double.NaN }), Column.OfNumbers("single", new[] { 1.5f, float.NaN }), Column.OfIntegers("integer", new[] { 7L, 9L }, new[] { false, true }),
            Column.OfBooleans("boolean", new[] { true, true }, new[] { false, true }), Column.OfLevels("category", new[] { 0, -1 }, ["a"]), Column.OfTexts("text", new[] { "t", null }),
            Column.OfTimestamps("moment", new[] { new DateTime(2024, 2, 29), default }, new[] { false, true })];
        object[] first = [1.5, 1.5f, 7L, true, "a", "t", new DateTime(2024, 2, 29)];
        string[] texts = ["1.5", "1.5", "7", "true", "a", "t", "2024-02-29T00:00:00"];
        foreach (var ((column, value), text) in columns.Zip(first).Zip(texts))
        {
            Assert.Equal((value, text, (object?)null, (string?)null), (column.ValueAt(0), column.TextAt(0), column.ValueAt(1), column.TextAt(1)));
            Assert.Equal((1, true), (column.MissingCount, column.IsMissing(1)));
            Assert.Equal(("other", 1, column.Kind, value), (column.Named("other").Name, column.Named("other").MissingCount, column.Named("other").Kind, column.Named("other").ValueAt(0)));
        }
        Assert.Equal(Enum.GetValues<ColumnKind>(), columns.Select(column => column.Kind));
    }

    [Fact]
    public void Whole_numbers_are_exact_up_to_two_to_the_53() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), seed =>
    {
        var value = seed * 7_919_000_001 % (1L << 53);
        var column = Column.OfIntegers("x", new[] { value, 1_700_000_001 });
        Assert.Equal((value, 1_700_000_001), ((long)column.Number(0), column.Number(1)));
        Assert.Equal(value, column.ValueAt(0));
    }).AlwaysHolds();

    [Fact]
    public void Rows_of_rows_are_the_rows_of_the_first_table() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), (first, second) =>
        {
            var frame = RawTables.Mixed(37, seed: 5);
            int[] outer = [.. first.Get.Select(row => row.Get % 37)];
            int[] inner = [.. second.Get.Select(row => row.Get % outer.Length)];
            var view = frame.Rows(outer).Rows(inner);
            var numbers = new double[inner.Length];
            ((NumberColumn)view["age"]).CopyTo(numbers);
            var levels = new int[inner.Length];
            ((CategoryColumn)view["city"]).CopyTo(levels);
            for (var at = 0; at < inner.Length; at++)
            {
                var row = outer[inner[at]];
                Assert.Equal(frame.Columns.Select(column => column.ValueAt(row)), view.Columns.Select(column => column.ValueAt(at)));
                Assert.Equal(((NumberColumn)frame["age"]).Number(row), numbers[at]);
                Assert.Equal(((CategoryColumn)frame["city"]).Level(row), levels[at]);
            }
            Assert.All(view.Columns, column => Assert.Equal(Enumerable.Range(0, inner.Length).Count(column.IsMissing), column.MissingCount));
        }).AlwaysHolds();

    [Fact]
    public void A_view_copies_no_value()
    {
        var frame = new Frame(Enumerable.Range(0, 50).Select(at => Column.OfNumbers($"x{at}", new double[10_000])));
        var rows = Enumerable.Range(0, 5_000).ToArray();
        frame.Rows(rows).Rows(rows);
        var before = GC.GetAllocatedBytesForCurrentThread();
        frame.Rows(rows).Rows(rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000 * sizeof(int) + 50 * 1_000);
    }

    [Fact]
    public void Columns_are_chosen_left_out_and_replaced()
    {
        var frame = new Frame(Column.OfNumbers("a", new[] { 1.0 }), Column.OfNumbers("b", new[] { 2.0 }), Column.OfNumbers("c", new[] { 3.0 }));
        Assert.Equal(["c", "a"], frame.Only("c", "a").Columns.Select(column => column.Name));
        Assert.Equal(["a", "c"], frame.Without("b").Columns.Select(column => column.Name));
        Assert.Equal(["a", "b", "c", "d"], frame.With(Column.OfNumbers("d", new[] { 4.0 })).Columns.Select(column => column.Name));
        Assert.Equal(9.0, frame.With(Column.OfNumbers("b", new[] { 9.0 })).Columns[1].ValueAt(0));
    }

    [Fact]
    public void Mistakes_name_the_column()
    {
        var one = Column.OfNumbers("age", new[] { 1.0 });
        Refused("learning.duplicate-column", "age", () => new Frame(one, one));
        Refused("learning.column-length", "job", () => new Frame(one, Column.OfTexts("job", new string?[2])));
        Refused("learning.column-missing", "Age", () => new Frame(one)["Age"]);
        Refused("learning.column-missing", "job", () => new Frame(one).Only("age", "job"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Frame(one).Rows(new[] { 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Column.OfLevels("job", new[] { 2 }, ["a", "b"]));
        Assert.Throws<ArgumentException>(() => Column.OfLevels("job", new[] { 1 }, ["a", "a"]));
        Assert.Throws<ArgumentException>(() => Column.OfIntegers("x", new long[3], new bool[2]));
    }

    [Fact]
    public async Task Batches_are_joined_and_their_dictionaries_merged()
    {
        var whole = RawTables.Mixed(100, seed: 6);
        var joined = await Frame.FromBatchesAsync(Batches(whole), TestContext.Current.CancellationToken);
        Assert.Equal(whole.RowCount, joined.RowCount);
        foreach (var column in whole.Columns)
        {
            Assert.Equal(column.Kind, joined[column.Name].Kind);
            Assert.Equal(Enumerable.Range(0, 100).Select(column.ValueAt), Enumerable.Range(0, 100).Select(joined[column.Name].ValueAt));
        }

        static async IAsyncEnumerable<Frame> Batches(Frame frame)
        {
            foreach (var rows in Enumerable.Range(0, 100).Chunk(23))
            {
                await Task.Yield();
                var batch = frame.Rows(rows);
                var city = batch["city"];
                // A dictionary of its own and another order of columns.
                yield return new Frame(batch.With(Column.OfCategories("city", Enumerable.Range(0, rows.Length).Reverse().Select(city.TextAt).Reverse().ToArray())).Columns.Reverse());
            }
        }
    }

    [Fact]
    public async Task Batches_widen_and_a_batch_of_another_shape_is_refused()
    {
        var joined = await Join(new Frame(Column.OfIntegers("x", new[] { 1L })), new Frame(Column.OfNumbers("x", new[] { 2.5 })));
        Assert.Equal((ColumnKind.Double, 1.0, 2.5), (joined["x"].Kind, joined["x"].ValueAt(0), joined["x"].ValueAt(1)));
        var texts = await Join(new Frame(Column.OfCategories("x", ["a"])), new Frame(Column.OfTexts("x", new[] { "b" })));
        Assert.Equal((ColumnKind.Text, "a", "b"), (texts["x"].Kind, texts["x"].ValueAt(0), texts["x"].ValueAt(1)));
        var error = await Assert.ThrowsAsync<LearningException>(() => Join(new Frame(Column.OfNumbers("x", new[] { 2.5 })), new Frame(Column.OfTexts("x", new[] { "b" }))));
        Assert.Equal(("learning.batch-columns", "x"), (error.Code, error.Column));
        error = await Assert.ThrowsAsync<LearningException>(() => Join(new Frame(Column.OfNumbers("x", new[] { 2.5 })), new Frame(Column.OfNumbers("y", new[] { 2.5 }))));
        Assert.Equal(("learning.batch-columns", "x"), (error.Code, error.Column));
        Assert.Equal(0, (await Join()).RowCount);
    }

    private static Task<Frame> Join(params Frame[] frames) => Frame.FromBatchesAsync(frames.ToAsyncEnumerable(), TestContext.Current.CancellationToken);

    private static void Refused(string code, string column, Func<object> act)
    {
        var error = Assert.Throws<LearningException>(act);
        Assert.Equal((code, column), (error.Code, error.Column));
        Assert.Contains(column, error.Message, StringComparison.Ordinal);
    }
}
