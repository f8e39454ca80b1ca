using System.Globalization;
using Escale.Learning.Frames;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Frames;

public sealed class CsvTests
{
    [Fact]
    public void Kinds_are_found_by_all_rows()
    {
        var frame = Read("n,x,b,t,c,late,free\r\n1,1.5,true,2024-02-29,red,1,one a\r\n2,-2e3,False,2024-03-01 12:30,blue,2,two b\r\n,inf,,,red,3,three c\r\n4,7,true,2024-03-02T01:02:03Z,red,x,four d\r\n");
        Assert.Equal(
            [ColumnKind.Integer, ColumnKind.Double, ColumnKind.Boolean, ColumnKind.Timestamp, ColumnKind.Category, ColumnKind.Text, ColumnKind.Text],
            frame.Columns.Select(column => column.Kind));
        Assert.Equal([1L, 2L, null, 4L], Values(frame["n"]));
        Assert.Equal([1.5, -2e3, double.PositiveInfinity, 7.0], Values(frame["x"]));
        Assert.Equal([true, false, null, true], Values(frame["b"]));
        Assert.Equal([new DateTime(2024, 2, 29), new DateTime(2024, 3, 1, 12, 30, 0), null, new DateTime(2024, 3, 2, 1, 2, 3)], Values(frame["t"]));
        Assert.Equal(["1", "2", "3", "x"], Values(frame["late"]));
    }

    [Fact]
    public void Whatever_is_quoted_comes_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<NonNull<string>>>(), ArbMap.Default.ArbFor<bool>(), (cells, isWindows) =>
        {
            string[] texts = [.. cells.Get.Select(cell => "<" + cell.Get + ">")]; // Marked, so that none is a number or means missing.
            var end = isWindows ? "\r\n" : "\n";
            var csv = "a,b" + end + string.Join(end, texts.Select(text => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",1"));
            var frame = Frame.ReadCsv(new StringReader(csv), new CsvOptions { Kinds = new Dictionary<string, ColumnKind> { ["a"] = ColumnKind.Text } });
            Assert.Equal(texts, Values(frame["a"]));
            Assert.All(Values(frame["b"]), value => Assert.Equal(1L, value));
        }).AlwaysHolds();

    [Fact]
    public void Numbers_come_back_bit_for_bit() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<double>>(), numbers =>
    {
        var csv = "x,y\n" + string.Join('\n', numbers.Get.Select(number => number.ToString("R", CultureInfo.InvariantCulture) + ",1"));
        var read = new double[numbers.Get.Length];
        ((NumberColumn)Frame.ReadCsv(new StringReader(csv))["x"]).CopyTo(read);
        Assert.Equal(numbers.Get.Select(BitsOf), read.Select(BitsOf));

        // The whole number 0 has no sign.
        static long BitsOf(double number) => BitConverter.DoubleToInt64Bits(number == 0 ? 0 : double.IsNaN(number) ? double.NaN : number);
    }).AlwaysHolds();

    [Theory]
    [InlineData("a;b\n1;2\n", 2)]
    [InlineData("a\tb\n1\t2", 2)]
    [InlineData("a|b|c\n1|2|3", 3)]
    [InlineData("\uFEFFa,b\r1,2\r", 2)]
    [InlineData("a,b\n\n1,2\n\n", 2)]
    public void Separators_marks_and_line_ends_of_all_sorts_are_read(string csv, int columns)
    {
        var frame = Read(csv);
        Assert.Equal((1, columns, "a", 1L), (frame.RowCount, frame.Columns.Count, frame.Columns[0].Name, frame.Columns[0].ValueAt(0)));
    }

    [Fact]
    public void What_means_missing_can_be_chosen()
    {
        Assert.Equal([1L, null, null, null, null, null], Values(Read("a,b\n1,1\n?,1\nNA,1\n,1\n \" \",1\n null ,1\n".Replace("\"", "", StringComparison.Ordinal))["a"]));
        var frame = Frame.ReadCsv(new StringReader("a,b\n1,1\n-99,1\n?,1\n"), new CsvOptions { MissingTexts = ["-99"] });
        Assert.Equal(["1", null, "?"], Values(frame["a"]));
    }

    [Fact]
    public void Rows_to_predict_are_read_as_the_model_learned_them()
    {
        var codes = Read("code,x,y\n01,1,a\nA2,2,b\nA3,4,b\n01,3,a\nA2,4,b\n01,5,a\nA2,6,b\nA3,2,b\n");
        var model = new Pipeline { Estimator = new Escale.Learning.Linear.LogisticRegression() }.Fit(codes, "y");
        const string Later = "code,x\n01,4\n01,2\n";
        var frame = Frame.ReadCsv(new StringReader(Later), new CsvOptions().For(model.Schema));
        Assert.Equal(["01", "01"], Values(frame["code"]));
        Assert.True(model.Predict(frame).Probability(0, 0) > model.Predict(Read(Later)).Probability(0, 0));
    }

    [Fact]
    public void A_line_longer_than_the_buffer_is_read()
    {
        var text = new string('x', 200_000);
        Assert.Equal([text, "y", "y"], Values(Read($"a,b\n\"{text}\",1\ny,1\ny,2")["a"]));
    }

    [Theory]
    [InlineData("", "learning.csv-empty", "empty")]
    [InlineData("a,b\n1,2\n1\n", "learning.csv-ragged", "Line 3 has 1 cells where 2")]
    [InlineData("a,b\n\"1\n\",2\n1,2,3\n", "learning.csv-ragged", "Line 4 has 3")]
    [InlineData("a,b\n1,2\n3,\"4\n5,6\n", "learning.csv-quote", "line 3")]
    [InlineData("a,b,a\n1,2,3\n", "learning.duplicate-column", "'a'")]
    public void A_broken_file_is_refused_at_its_line(string csv, string code, string message)
    {
        var error = Assert.Throws<LearningException>(() => Read(csv));
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_of_another_kind_than_asked_for_is_refused_at_its_line()
    {
        var error = Assert.Throws<LearningException>(() => Frame.ReadCsv(
            new StringReader("a\n1\nx\n"), new CsvOptions { Kinds = new Dictionary<string, ColumnKind> { ["a"] = ColumnKind.Double } }));
        Assert.Equal(("learning.csv-kind", "a"), (error.Code, error.Column));
        Assert.Contains("'x' on line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_rows_or_names_is_a_table()
    {
        Assert.Equal((0, 2), (Read("a,b\n").RowCount, Read("a,b\n").Columns.Count));
        var frame = Frame.ReadCsv(new StringReader("1,2\n3,4"), new CsvOptions { HasHeader = false });
        Assert.Equal(["c1", "c2"], frame.Columns.Select(column => column.Name));
        Assert.Equal([1L, 3L], Values(frame["c1"]));
    }

    private static Frame Read(string csv) => Frame.ReadCsv(new StringReader(csv));

    private static object?[] Values(Column column) => [.. Enumerable.Range(0, column.RowCount).Select(column.ValueAt)];
}
