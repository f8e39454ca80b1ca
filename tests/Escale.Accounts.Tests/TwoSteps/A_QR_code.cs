using System.Text;
using Escale.Accounts.TwoSteps;

namespace Escale.Accounts.Tests.TwoSteps;

public sealed class A_QR_code
{
    [Theory]
    [InlineData("A")]
    [InlineData("otpauth://totp/Escale:awa%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Escale&digits=6")]
    [InlineData("Escale à Dakar, été comme hiver : 14 navires, 3 quais, et des données que l'on peut lire des deux côtés de l'océan. Voilà.")]
    public void Reads_back_as_what_was_written(string text)
    {
        var code = QrCode.Of(text);
        Assert.Equal(text, Read(code));
    }

    [Theory]
    [InlineData(14, 1)]
    [InlineData(15, 2)]
    [InlineData(213, 10)]
    public void Takes_the_smallest_version_that_holds_the_text(int length, int version) => Assert.Equal(17 + (4 * version), QrCode.Of(new string('x', length)).Size);

    [Fact]
    public void Refuses_what_it_does_not_hold() => Assert.Throws<ArgumentException>(() => QrCode.Of(new string('x', 214)));

    [Fact]
    public void Has_finders_and_timing_where_readers_look_for_them()
    {
        var code = QrCode.Of("finders");
        foreach (var (x, y) in new[] { (0, 0), (code.Size - 7, 0), (0, code.Size - 7) })
        {
            Assert.Equal("1111111100000110111011011101101110110000011111111", string.Concat(Enumerable.Range(0, 49).Select(i => code[x + (i % 7), y + (i / 7)] ? '1' : '0')));
        }
        Assert.True(code[8, 6] && !code[9, 6] && code[10, 6] && code[6, 8] && !code[6, 9]);
    }

    [Fact]
    public void Corrects_errors_as_the_standard_says()
    {
        // ISO/IEC 18004, annex I: version 1-M, "01234567".
        Assert.Equal(
            [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55],
            ReedSolomon.Remainder([0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11], 10));
    }

    // A reader: the mask from the format bits, the bytes in their order, each block's error correction checked, the text.
    private static string Read(QrCode code)
    {
        var format = 0;
        foreach (var (x, y, i) in new[] { (8, 0, 0), (8, 1, 1), (8, 2, 2), (8, 3, 3), (8, 4, 4), (8, 5, 5), (8, 7, 6), (8, 8, 7), (7, 8, 8), (5, 8, 9), (4, 8, 10), (3, 8, 11), (2, 8, 12), (1, 8, 13), (0, 8, 14) })
        {
            format |= (code[x, y] ? 1 : 0) << i;
        }
        format ^= 0x5412;
        Assert.Equal(0, format >> 13); // error correction M
        var version = (code.Size - 17) / 4;
        var bits = code.DataModules().Select(module => code[module.X, module.Y] ^ QrCode.IsMasked((format >> 10) & 7, module.X, module.Y)).Take(QrCode.RawModules(version) / 8 * 8).ToArray();
        var raw = bits.Chunk(8).Select(chunk => (byte)chunk.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0))).ToArray();
        var (count, correction) = QrCode.Layout(version);
        var blocks = Enumerable.Range(0, count).Select(i => new List<byte>()).ToList();
        var total = QrCode.DataBytes(version);
        var lengths = Enumerable.Range(0, count).Select(i => (total / count) + (i >= count - (total % count) ? 1 : 0)).ToList();
        var at = 0;
        for (var column = 0; column < lengths.Max(); column++)
        {
            for (var block = 0; block < count; block++)
            {
                if (column < lengths[block])
                {
                    blocks[block].Add(raw[at++]);
                }
            }
        }
        var corrections = Enumerable.Range(0, count).Select(block => Enumerable.Range(0, correction).Select(i => raw[total + (i * count) + block]).ToArray()).ToList();
        for (var block = 0; block < count; block++)
        {
            Assert.Equal(corrections[block], ReedSolomon.Remainder(blocks[block].ToArray(), correction));
        }
        var data = string.Concat(blocks.SelectMany(block => block).Select(value => Convert.ToString(value, 2).PadLeft(8, '0')));
        Assert.Equal("0100", data[..4]);
        var header = version < 10 ? 12 : 20;
        var length = Convert.ToInt32(data[4..header], 2);
        return Encoding.UTF8.GetString([.. Enumerable.Range(0, length).Select(i => Convert.ToByte(data.Substring(header + (i * 8), 8), 2))]);
    }
}
