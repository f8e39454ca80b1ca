using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Learning.Tests.Preparation;

public sealed class ColumnRolesTests
{
    private const int Rows = 400;

    private static readonly Random _random = new(7);

    public static TheoryData<string, ColumnRole> Cases()
    {
        var cases = new TheoryData<string, ColumnRole>();
        foreach (var (name, (role, _)) in _columns)
        {
            cases.Add(name, role);
        }
        return cases;
    }

    private static readonly Dictionary<string, (ColumnRole Role, Column Column)> _columns = new()
    {
        ["a sequence"] = (ColumnRole.Identifier, Integers(row => 1 + row)),
        ["a shuffled sequence, rows of a fold only"] = (ColumnRole.Identifier, Integers(row => row * 7919 % 541)),
        ["a sequence stored as double"] = (ColumnRole.Identifier, Numbers(row => row)),
        ["hashes"] = (ColumnRole.Identifier, Integers(row => (row + 1) * 0x3C6EF372FE94F82B)),
        ["customerId"] = (ColumnRole.Identifier, Column.OfIntegers("customerId", Enumerable.Range(0, Rows).Select(row => row * 1_000_003L).ToArray())),
        ["measured numbers"] = (ColumnRole.Number, Numbers(_ => _random.NextDouble())),
        ["wide whole numbers that happen to differ"] = (ColumnRole.Number, Integers(row => row * 1_000_003L)),
        ["whole numbers, some twice"] = (ColumnRole.Number, Integers(row => row / 2)),
        ["few whole numbers"] = (ColumnRole.Number, Integers(row => row % 3)),
        ["true and false"] = (ColumnRole.Number, Column.OfBooleans("x", Enumerable.Range(0, Rows).Select(row => row % 3 == 0).ToArray())),
        ["years"] = (ColumnRole.Number, Column.OfIntegers("x", Enumerable.Range(1900, 120).Select(year => (long)year).ToArray())),
        ["numbers as text"] = (ColumnRole.Number, Texts(row => (row / 10.0).ToString(System.Globalization.CultureInfo.InvariantCulture))),
        ["one number"] = (ColumnRole.Constant, Numbers(_ => 4)),
        ["one text"] = (ColumnRole.Constant, Texts(_ => "north")),
        ["nothing"] = (ColumnRole.Constant, Texts(_ => null)),
        ["nothing but NaN"] = (ColumnRole.Constant, Numbers(_ => double.NaN)),
        ["one text or none"] = (ColumnRole.Category, Texts(row => row % 2 == 0 ? "yes" : null)),
        ["one number or none"] = (ColumnRole.Number, Numbers(row => row % 2 == 0 ? 4 : double.NaN)),
        ["keys as text"] = (ColumnRole.Identifier, Texts(row => $"K-{row:x4}")),
        ["keys, hardly any twice"] = (ColumnRole.Identifier, Texts(row => $"K-{Math.Max(4, row):x4}")),
        ["kinds"] = (ColumnRole.Category, Texts(row => $"kind {row % 40}")),
        ["long names of kinds"] = (ColumnRole.Category, Texts(row => $"the kind of number {row % 40} is long")),
        ["names of people"] = (ColumnRole.Text, Texts(row => $"Ada {row} Lovelace")),
        ["notes"] = (ColumnRole.Text, Texts(row => $"was {(row % 3 == 0 ? "very" : "not")} happy with item {row % 150} of {row % 7}")),
        ["dates as text"] = (ColumnRole.Timestamp, Texts(row => $"2024-0{1 + row % 9}-1{row % 10}")),
        ["moments as text, one broken"] = (ColumnRole.Timestamp, Texts(row => row == 9 ? "soon" : $"2024-03-01T{row % 24:00}:05:00Z")),
        ["many broken dates"] = (ColumnRole.Category, Texts(row => row % 10 == 0 ? "soon" : $"2024-0{1 + row % 9}-10")),
        ["moments"] = (ColumnRole.Timestamp, Column.OfTimestamps("x", Enumerable.Range(0, Rows).Select(row => new DateTime(2024, 1, 1).AddHours(row)).ToArray())),
        ["one moment"] = (ColumnRole.Constant, Column.OfTimestamps("x", new DateTime[Rows])),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_role_follows_from_the_values(string name, ColumnRole role)
    {
        var column = _columns[name].Column;
        var roles = ColumnRoles.Detect(new Frame(column));
        Assert.Equal(role, roles[column.Name]);
        Assert.NotEmpty(roles.ReasonOf(column.Name));
    }

    [Fact]
    public void The_order_of_rows_does_not_matter()
    {
        foreach (var (_, column) in _columns.Values)
        {
            var order = Enumerable.Range(0, column.RowCount).ToArray();
            new Random(3).Shuffle(order);
            var frame = new Frame(column);
            Assert.Equal(ColumnRoles.Detect(frame)[column.Name], ColumnRoles.Detect(frame.Rows(order))[column.Name]);
        }
    }

    [Fact]
    public void A_role_can_be_given_and_the_target_has_none()
    {
        var frame = RawTables.Mixed(100, seed: 1);
        var roles = ColumnRoles.Detect(frame, "bought", "shop");
        Assert.Equal((ColumnRole.Ignored, ColumnRole.Ignored), (roles["bought"], roles["shop"]));
        Assert.Equal(ColumnRole.Number, roles["visits"]);
        var given = roles.With("visits", ColumnRole.Category);
        Assert.Equal((ColumnRole.Category, ColumnRole.Number), (given["visits"], roles["visits"]));
        Assert.Equal("it was given", given.ReasonOf("visits"));
    }

    private static Column Integers(Func<int, long> value) => Column.OfIntegers("x", Enumerable.Range(0, Rows).Select(value).ToArray());

    private static Column Numbers(Func<int, double> value) => Column.OfNumbers("x", Enumerable.Range(0, Rows).Select(value).ToArray());

    private static Column Texts(Func<int, string?> value) => Column.OfTexts("x", Enumerable.Range(0, Rows).Select(value).ToArray());
}
