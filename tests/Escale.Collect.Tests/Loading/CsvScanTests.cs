using System.Text;
using Escale.Collect.Files;
using Escale.Collect.Loading;

namespace Escale.Collect.Tests.Loading;

public sealed class CsvScanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CsvDialect Dialect(int columns) => new()
    {
        Delimiter = ',', Quote = '"', Escape = '"', HasHeader = true, Columns = [.. Enumerable.Range(0, columns).Select(i => new CsvColumn($"c{i}", "VARCHAR"))],
    };

    private string Scan(string csv, CsvDialect dialect, params string[] types)
    {
        var path = Path.Combine(_folder.Path, "t.csv");
        File.WriteAllText(path, csv);
        return string.Join(" ", CsvScan.Run(path, dialect, types, CancellationToken.None).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value}"));
    }

    [Theory]
    [InlineData("1", "BIGINT", "")]
    [InlineData("-1", "BIGINT", "")]
    [InlineData("-0", "BIGINT", "VARCHAR")]
    [InlineData("-", "BIGINT", "VARCHAR")]
    [InlineData("01", "BIGINT", "VARCHAR")]
    [InlineData("1.5", "BIGINT", "DOUBLE")]
    [InlineData("123456789012345678", "BIGINT", "")]
    [InlineData("1234567890123456789", "BIGINT", "VARCHAR")]
    [InlineData("1\0", "BIGINT", "VARCHAR")]
    [InlineData("-0.5", "DOUBLE", "")]
    [InlineData(".5", "DOUBLE", "VARCHAR")]
    [InlineData("5.", "DOUBLE", "VARCHAR")]
    [InlineData("1.2.3", "DOUBLE", "VARCHAR")]
    [InlineData("00.5", "DOUBLE", "VARCHAR")]
    [InlineData("1234567890.1234567", "DOUBLE", "")]
    [InlineData("1.5e3", "DOUBLE", "")]
    [InlineData("12e4", "DOUBLE", "VARCHAR")]
    [InlineData("2024-02-29", "DATE", "")]
    [InlineData("2023-02-29", "DATE", "VARCHAR")]
    [InlineData("2024-01-01 10:00", "DATE", "TIMESTAMP")]
    [InlineData("2024-01-01 10:00:00.123456", "TIMESTAMP", "")]
    [InlineData("2024-01-01 10:00:00.1234567", "TIMESTAMP", "VARCHAR")]
    [InlineData("2024-01-01 24:00:00", "TIMESTAMP", "VARCHAR")]
    [InlineData("TRUE", "BOOLEAN", "")]
    [InlineData("yes", "BOOLEAN", "VARCHAR")]
    public void A_text_that_does_not_say_what_its_type_would_is_found_wherever_it_stands(string text, string type, string expected)
    {
        var want = expected.Length == 0 ? "" : $"1:{expected}";
        Assert.Equal(want, Scan($"a,b,c\nx,{text},y\n", Dialect(3), "VARCHAR", type, "VARCHAR"));
        Assert.Equal(want, Scan($"a,b,c\r\n\r\nx,\"{text}\",y", Dialect(3), "VARCHAR", type, "VARCHAR"));
        Assert.Equal(expected.Length == 0 ? "" : $"0:{expected}", Scan($"a,b\r\n{text},\"x\ny\"\r\n", Dialect(2), type, "VARCHAR"));
        Assert.Equal(want, Scan($"a,b\r\nx,{text}\r\n", Dialect(2), "VARCHAR", type));
    }

    [Fact]
    public void Records_that_will_be_rejected_say_nothing_of_the_types()
    {
        Assert.Equal("", Scan("a,b\n1,2\nTotal: 5 rows\nx,y,z\n\"3\"x,late\n4,5\n", Dialect(2), "BIGINT", "BIGINT"));
        Assert.Equal("1:VARCHAR", Scan("a,b\n1,2\nTotal: 5 rows\n4,late\n", Dialect(2), "BIGINT", "BIGINT"));
    }

    [Fact]
    public void Lines_before_the_header_comments_and_old_line_breaks_are_passed()
    {
        Assert.Equal("0:DOUBLE", Scan("Say \"so\nof today\n\na,b\n1.5,x\n", Dialect(2) with { SkipRows = 2 }, "BIGINT", "VARCHAR"));
        Assert.Equal("0:DOUBLE", Scan("a,b\n#no,x\n1.5,x\n", Dialect(2) with { Comment = '#' }, "BIGINT", "VARCHAR"));
        Assert.Equal("0:DOUBLE", Scan("a,b\r1,x\r1.5,x\r", Dialect(2), "BIGINT", "VARCHAR"));
        Assert.Equal("1:VARCHAR", Scan("a,b\n\"x\\\",1\",no\n", Dialect(2) with { Escape = '\\' }, "VARCHAR", "BIGINT"));
    }

    [Fact]
    public void It_finds_what_a_slow_reading_finds_in_files_of_any_make()
    {
        string[] texts = ["", "1", "12", "-7", "3.5", "x", "a \"b\"", "c,d", "e\nf", "é", "2024-01-01", "true", "0123", "longer than sixteen letters", "1234567890123456"];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (rows, breaks) = (new List<string[]>(), random.Next(2) == 0 ? "\n" : "\r\n");
            var csv = new StringBuilder("a,b,c").Append(breaks);
            for (var row = random.Next(2) == 0 ? random.Next(30) : 6000 + random.Next(3000); row > 0; row--)
            {
                // Mostly what fits, so that the first misfit stands anywhere.
                var cells = Enumerable.Range(0, random.Next(40) == 0 ? 2 : 3).Select(_ => random.Next(rows.Count + 20) == 0 ? texts[random.Next(texts.Length)] : $"{random.Next(1, 99999)}").ToArray();
                csv.AppendJoin(',', cells.Select(cell => cell.AsSpan().IndexOfAny("\",\n") >= 0 || random.Next(5) == 0 ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell)).Append(row == 1 && random.Next(2) == 0 ? "" : breaks);
                rows.Add(cells);
            }
            var values = new CsvValues(Dialect(3), ["BIGINT", "VARCHAR", "BIGINT"]);
            foreach (var cells in rows.Where(cells => cells.Length == 3))
            {
                values.Check(0, Encoding.UTF8.GetBytes(cells[0]));
                values.Check(2, Encoding.UTF8.GetBytes(cells[2]));
            }
            var expected = string.Join(" ", values.Doubts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value}"));
            Assert.True(expected == Scan(csv.ToString(), Dialect(3), "BIGINT", "VARCHAR", "BIGINT"), $"seed {seed}");
        }
    }

    public void Dispose() => _folder.Dispose();
}
