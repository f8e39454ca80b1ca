using System.Text;
using Escale.Collect.Files;
using Escale.Collect.Sniffing;

namespace Escale.Collect.Tests.Sniffing;

public sealed class TextSnifferTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (TextReading Reading, List<string> Rows, ScanNotes Notes) Read(byte[] bytes)
    {
        var path = Path.Combine(_folder.Path, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        var reading = TextSniffer.Sniff(path, "t.csv", new CsvOptions());
        var notes = new ScanNotes();
        return (reading, [.. TableScan.Rows(path, reading, notes).Select(row => string.Join("|", row.Fields))], notes);
    }

    private (TextReading Reading, List<string> Rows, ScanNotes Notes) Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static string Ships(string delimiter = ",", string lineBreak = "\n", int count = 12) => string.Join(
        lineBreak, Enumerable.Range(1, count).Select(i => string.Join(delimiter, $"2024-03-{i:00}", $"SN-{1000 + i}", $"{i * 7}.5", $"\"Quay {i}, north\"", i % 2 == 0 ? "cargo" : "tanker"))) + lineBreak;

    private static string Header(string delimiter = ",") => string.Join(delimiter, "day", "ship", "tons", "berth", "kind");

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("|")]
    [InlineData(", ")]
    [InlineData("||")]
    [InlineData("::")]
    [InlineData("^")]
    public void A_delimiter_of_one_letter_or_two_is_found(string delimiter)
    {
        var (reading, rows, notes) = Read(Header(delimiter) + "\n" + Ships(delimiter));
        Assert.Equal((delimiter, 1), (reading.Dialect.Dialect.Delimiter, reading.Layout.HeaderRows));
        Assert.Equal(["day", "ship", "tons", "berth", "kind"], reading.Layout.Header);
        Assert.Equal((12, 0), (notes.Rows, notes.MendedCount));
        Assert.Equal("2024-03-02|SN-1002|14.5|Quay 2, north|cargo", rows[1]);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Lines_may_end_in_any_way(string lineBreak)
    {
        var (_, rows, notes) = Read(Header() + lineBreak + Ships(lineBreak: lineBreak));
        Assert.Equal((12, 0), (notes.Rows, notes.MendedCount));
        Assert.Equal("2024-03-12|SN-1012|84.5|Quay 12, north|cargo", rows[^1]);
    }

    [Fact]
    public void What_stands_before_and_behind_the_table_is_left_out_and_told()
    {
        var (reading, rows, notes) = Read("Register of calls\nmade on 1 April\n\n" + Header() + "\n" + Ships() + "\nSource: harbour office\n");
        Assert.Equal((3, 1, 12), (reading.Layout.SkipRows, reading.Layout.HeaderRows, rows.Count));
        Assert.Equal(["Register of calls", "made on 1 April"], reading.Layout.Preamble);
        Assert.Equal([(18L, "Source: harbour office")], notes.Footer);
    }

    [Fact]
    public void A_header_of_several_rows_names_each_column_once()
    {
        var (reading, rows, _) = Read("day,ship,load,,kind\n,,(t),(berth),\n" + Ships());
        Assert.Equal(2, reading.Layout.HeaderRows);
        Assert.Equal(["day", "ship", "load (t)", "load (berth)", "kind"], reading.Layout.Header);
        Assert.Equal(12, rows.Count);
    }

    [Fact]
    public void Without_a_header_all_lines_are_rows()
    {
        var (reading, rows, _) = Read(Ships());
        Assert.Equal((0, 12), (reading.Layout.HeaderRows, rows.Count));
    }

    [Fact]
    public void Years_from_left_to_right_are_a_header()
    {
        var (reading, _, _) = Read("port,2021,2022,2023\nDakar,12,15,17\nAbidjan,20,22,21\nLomé,9,8,11\n");
        Assert.Equal(["port", "2021", "2022", "2023"], reading.Layout.Header);
    }

    [Theory]
    [InlineData("2024-03-20,SN-2000,77.5,Quay 5, north,cargo")]
    [InlineData("2024-03-20,SN-2000,,77.5,\"Quay 5, north\",cargo")]
    [InlineData("2024-03-20,SN-200077.5,\"Quay 5, north\",cargo")]
    [InlineData("2024-03-20SN-2000,77.5,\"Quay 5, north\",cargo")]
    [InlineData("2024-03-20;SN-2000;77.5;\"Quay 5, north\";cargo")]
    public void A_row_that_is_not_cut_as_the_others_is_mended(string line)
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + line + "\n" + Ships(count: 3));
        Assert.Equal("2024-03-20|SN-2000|77.5|Quay 5, north|cargo", rows[12]);
        Assert.Equal((16, 1, 0, 14L), (notes.Rows, notes.MendedCount, notes.DoubtfulCount, notes.Mended[0].Line));
    }

    [Fact]
    public void An_open_quote_does_not_swallow_the_rows_behind_it()
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + "2024-03-20,\"SN-2000,77.5,\"Quay 5, north\",cargo\n" + Ships(count: 3));
        Assert.Equal((16, "2024-03-20|\"SN-2000|77.5|Quay 5, north|cargo"), (rows.Count, rows[12]));
        Assert.Equal(1, notes.MendedCount);
    }

    [Fact]
    public void A_quoted_line_break_is_no_end_of_a_row()
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + "2024-03-20,SN-2000,77.5,\"Quay 5,\nnorth\",cargo\n");
        Assert.Equal((13, "2024-03-20|SN-2000|77.5|Quay 5,\nnorth|cargo", 0), (rows.Count, rows[12], notes.MendedCount));
    }

    [Fact]
    public void A_second_table_is_told_and_not_mixed_in()
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + "\nport,calls\nDakar,12\nAbidjan,15\nBanjul,3\n");
        Assert.Equal((12, 15L), (rows.Count, notes.NextTable));
    }

    [Fact]
    public void A_header_that_stands_again_between_rows_is_no_row()
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + Header() + "\n" + Ships());
        Assert.Equal(24, rows.Count);
        Assert.Equal([14L], notes.RepeatedHeaders);
    }

    [Theory]
    [InlineData("windows-1252", "Évry – café à 3 €")]
    [InlineData("iso-8859-15", "cœur de bœuf, été")]
    [InlineData("ibm850", "élève à côté")]
    [InlineData("macintosh", "élève à côté")]
    [InlineData("utf-16", "élève à côté")]
    [InlineData("utf-8", "élève à côté – 3 €")]
    public void The_letters_show_the_encoding(string name, string text)
    {
        var encoding = TextEncodings.Find(name)!;
        var found = EncodingSniffer.Sniff(encoding.GetBytes(string.Concat(Enumerable.Repeat($"nom;valeur\n{text};1\n", 20))));
        Assert.Equal(text, TextEncodings.Find(found.Name)!.GetString(encoding.GetBytes(text)));
    }

    [Fact]
    public void A_line_in_another_encoding_is_read_as_what_it_is()
    {
        var text = "name,n\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"élève,{i}\n"));
        var (_, rows, notes) = Read([.. Encoding.UTF8.GetBytes(text), .. Encoding.Latin1.GetBytes("café,31\n")]);
        Assert.Equal(("élève|30", "café|31", 1), (rows[29], rows[30], notes.MixedLines));
    }

    [Fact]
    public void Zero_bytes_are_left_out_and_counted()
    {
        var (_, rows, notes) = Read(Header() + "\n" + Ships() + "2024-03-20,SN-2000,77\0.5,x,cargo\n");
        Assert.Equal(("2024-03-20|SN-2000|77.5|x|cargo", 1), (rows[12], notes.ZeroBytes));
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        Assert.Equal("collect.file-not-text", Assert.Throws<EscaleException>(() => Read([.. "%PDF-1.7\n"u8, .. Enumerable.Range(0, 400).Select(i => (byte)i)])).Code);
    }

    [Fact]
    public void One_column_needs_no_delimiter()
    {
        var (reading, rows, _) = Read("town\nDakar\nThiès\n");
        Assert.Equal(["town"], reading.Layout.Header);
        Assert.Equal(["Dakar", "Thiès"], rows);
    }

    [Fact]
    public void Five_thousand_columns_and_ten_megabytes_in_a_field_are_read()
    {
        var wide = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"c{i}")) + "\n" + string.Join(',', Enumerable.Range(0, 5000)) + "\n";
        Assert.Equal(5000, Read(wide).Reading.Layout.Header.Count);
        var (_, rows, _) = Read("id,text\n1,\"" + new string('x', 10 << 20) + "\"\n2,y\n3,z\n");
        Assert.Equal((3, "2|y"), (rows.Count, rows[1]));
    }
}
