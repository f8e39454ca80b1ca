using Escale.Collect.Definitions;
using Escale.Collect.Sniffing;

namespace Escale.Collect.Tests.Sniffing;

public sealed class ValueSnifferTests
{
    private static ColumnReading Read(params string[] values) => ValueSniffer.Sniff(["x"], [.. values.Select(value => new[] { value })])[0];

    [Theory]
    [InlineData("1 234,50 €|99,00 €|12,5 €", SqlTypes.Number, ',', " ", "€")]
    [InlineData("$1,234.50|$99.00|$0.5", SqlTypes.Number, '.', ",", "$")]
    [InlineData("1.234,5|99,25|0,1", SqlTypes.Number, ',', ".", null)]
    [InlineData("12 kg|7 kg|100 kg", SqlTypes.Integer, null, null, "kg")]
    [InlineData("1,234,567|12|999", SqlTypes.Integer, null, ",", null)]
    [InlineData("1.5|2|-3.25", SqlTypes.Number, null, null, null)]
    [InlineData("XOF 1 200|XOF 350|XOF 15 000", SqlTypes.Integer, null, " ", "XOF")]
    [InlineData("1200kg|7kg|100kg", SqlTypes.Integer, null, null, "kg")]
    [InlineData("12 bags|7 bags", SqlTypes.Integer, null, null, "bags")]
    [InlineData("12 %|7,5 %|100 %", SqlTypes.Number, ',', null, "%")]
    public void Numbers_are_known_by_their_marks_and_units(string values, string type, char? mark, string? group, string? unit)
    {
        var reading = Read(values.Split('|'));
        Assert.Equal((type, mark, group, unit, 0), (reading.Type, reading.Decimal, reading.Thousands, reading.Unit, reading.Choices.Count));
    }

    [Theory]
    [InlineData("31/01/2024|01/02/2024", SqlTypes.Date, "%d/%m/%Y")]
    [InlineData("01/31/2024|02/01/2024", SqlTypes.Date, "%m/%d/%Y")]
    [InlineData("2024-01-31|2024-02-01", SqlTypes.Date, null)]
    [InlineData("31.01.24|01.02.24", SqlTypes.Date, "%d.%m.%y")]
    [InlineData("31/01/2024 14:05|01/02/2024 09:30", SqlTypes.Timestamp, "%d/%m/%Y %H:%M")]
    [InlineData("31 Jan 2024|1 Feb 2024", SqlTypes.Date, "%d %b %Y")]
    public void Dates_are_known_by_days_that_are_no_months(string values, string type, string? format)
    {
        var reading = Read(values.Split('|'));
        Assert.Equal((type, format, 0), (reading.Type, reading.Format, reading.Choices.Count));
    }

    [Theory]
    [InlineData("01/02/2024|03/04/2024")]
    [InlineData("1,000|2,500|3,125")]
    [InlineData("1.000|2.500|3.125")]
    public void What_can_be_read_in_two_ways_is_asked_and_not_guessed(string values)
    {
        var reading = Read(values.Split('|'));
        Assert.Equal((SqlTypes.Text, 2), (reading.Type, reading.Choices.Count));
    }

    [Fact]
    public void Another_column_of_the_file_may_settle_it()
    {
        var rows = new List<string[]> { new[] { "1,000", "01/02/2024", "0,5", "31/12/2023" }, new[] { "2,500", "03/04/2024", "1,25", "01/01/2024" } };
        var columns = ValueSniffer.Sniff(["a", "b", "c", "d"], rows);
        Assert.Equal([',', null, ',', null], columns.Select(column => column.Decimal));
        Assert.Equal("%d/%m/%Y", columns[1].Format);
        Assert.Equal([0.8, 0.8], columns.Take(2).Select(column => column.Confidence));
    }

    [Theory]
    [InlineData("007|012")]
    [InlineData("C85|C123|C7")]
    [InlineData("12B|7B|100B")]
    [InlineData("+221771234567|+221781234567")]
    [InlineData("12345678901234567890|12345678901234567891")]
    [InlineData("12e4|13e4")]
    [InlineData("Dakar|Thiès")]
    public void Codes_stay_text(string values) => Assert.Equal(SqlTypes.Text, Read(values.Split('|')).Type);

    [Fact]
    public void Words_for_nothing_are_found_where_the_rest_is_numbers()
    {
        var reading = Read("1", "NA", "3", "-", "5");
        Assert.Equal(SqlTypes.Integer, reading.Type);
        Assert.Equal(["NA", "-"], reading.NullValues);
        Assert.Empty(Read("NA", "Dakar", "Ziguinchor").NullValues);
    }
}
