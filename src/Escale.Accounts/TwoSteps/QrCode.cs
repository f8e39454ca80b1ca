using System.Globalization;
using System.Text;

namespace Escale.Accounts.TwoSteps;

/// <summary>
/// A QR code (ISO/IEC 18004): text as UTF-8 in byte mode, error correction M, versions 1 to 10, which is up to 213 bytes. Enough for the key
/// of an authenticator app, and no dependency.
/// </summary>
public sealed class QrCode
{
    private const int MostVersion = 10;

    // For error correction M, by version: how many error correction bytes each block has, and how many blocks there are.
    private static readonly int[] _correctionBytes = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
    private static readonly int[] _blocks = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5];

    private readonly int _version;
    private readonly bool[,] _dark;
    private readonly bool[,] _isFunction;

    private QrCode(int version)
    {
        _version = version;
        Size = 17 + (4 * version);
        (_dark, _isFunction) = (new bool[Size, Size], new bool[Size, Size]);
    }

    /// <summary>How many modules a side has.</summary>
    public int Size { get; }

    /// <summary>Whether a module is dark.</summary>
    public bool this[int x, int y] => _dark[y, x];

    /// <summary>The code of a text.</summary>
    /// <exception cref="ArgumentException">It has more than 213 bytes.</exception>
    public static QrCode Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var version = Enumerable.Range(1, MostVersion).FirstOrDefault(version => HeaderBits(version) + (8 * bytes.Length) <= 8 * DataBytes(version));
        if (version == 0)
        {
            throw new ArgumentException("The text is too long for a QR code.", nameof(text));
        }
        var code = new QrCode(version);
        code.DrawFunctionPatterns();
        code.DrawData(Interleaved(Padded(bytes, version), version));
        var mask = Enumerable.Range(0, 8).MinBy(code.PenaltyWith);
        code.ToggleMask(mask);
        code.DrawFormat(mask);
        return code;
    }

    /// <summary>The code as a path of a drawing, one unit a module, with the quiet zone of four around it: <c>0 0 N N</c> is its view box.</summary>
    public string Path()
    {
        var path = new StringBuilder();
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                if (_dark[y, x])
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{x + 4} {y + 4}h1v1h-1z");
                }
            }
        }
        return path.ToString();
    }

    /// <summary>How many bytes of data a version holds.</summary>
    internal static int DataBytes(int version) => (RawModules(version) / 8) - (_correctionBytes[version] * _blocks[version]);

    /// <summary>How many blocks a version has, and how many error correction bytes each.</summary>
    internal static (int Blocks, int CorrectionBytes) Layout(int version) => (_blocks[version], _correctionBytes[version]);

    /// <summary>How many modules are left for data and error correction.</summary>
    internal static int RawModules(int version)
    {
        var modules = (((16 * version) + 128) * version) + 64;
        if (version >= 2)
        {
            var aligned = (version / 7) + 2;
            modules -= (((25 * aligned) - 10) * aligned) - 55;
        }
        return version >= 7 ? modules - 36 : modules;
    }

    /// <summary>Whether a module shows the pattern and not data.</summary>
    internal bool IsFunction(int x, int y) => _isFunction[y, x];

    private static int HeaderBits(int version) => 4 + (version < 10 ? 8 : 16);

    private static byte[] Padded(byte[] bytes, int version)
    {
        var bits = new List<bool>();
        void Append(int value, int length)
        {
            for (var i = length - 1; i >= 0; i--)
            {
                bits.Add(((value >> i) & 1) != 0);
            }
        }
        Append(4, 4); // byte mode
        Append(bytes.Length, HeaderBits(version) - 4);
        foreach (var value in bytes)
        {
            Append(value, 8);
        }
        var capacity = 8 * DataBytes(version);
        Append(0, Math.Min(4, capacity - bits.Count));
        Append(0, (8 - (bits.Count % 8)) % 8);
        for (var pad = 0xEC; bits.Count < capacity; pad ^= 0xEC ^ 0x11)
        {
            Append(pad, 8);
        }
        return [.. bits.Chunk(8).Select(chunk => (byte)chunk.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0)))];
    }

    private static byte[] Interleaved(byte[] data, int version)
    {
        var (blockCount, correction) = Layout(version);
        var shortLength = data.Length / blockCount;
        var shortBlocks = blockCount - (data.Length % blockCount);
        var blocks = new List<byte[]>();
        for (int i = 0, at = 0; i < blockCount; i++)
        {
            var length = shortLength + (i < shortBlocks ? 0 : 1);
            blocks.Add(data[at..(at + length)]);
            at += length;
        }
        var corrections = blocks.ConvertAll(block => ReedSolomon.Remainder(block, correction));
        var result = new List<byte>();
        for (var i = 0; i <= shortLength; i++)
        {
            result.AddRange(blocks.Where(block => i < block.Length).Select(block => block[i]));
        }
        for (var i = 0; i < correction; i++)
        {
            result.AddRange(corrections.Select(block => block[i]));
        }
        return [.. result];
    }

    private void DrawFunctionPatterns()
    {
        for (var i = 0; i < Size; i++)
        {
            Set(6, i, i % 2 == 0);
            Set(i, 6, i % 2 == 0);
        }
        foreach (var (x, y) in new[] { (3, 3), (Size - 4, 3), (3, Size - 4) })
        {
            DrawRings(x, y, 4, distance => distance is not (2 or 4));
        }
        var centres = AlignmentCentres();
        for (var i = 0; i < centres.Length; i++)
        {
            for (var j = 0; j < centres.Length; j++)
            {
                var isAtFinder = (i == 0 && j == 0) || (i == 0 && j == centres.Length - 1) || (i == centres.Length - 1 && j == 0);
                if (!isAtFinder)
                {
                    DrawRings(centres[i], centres[j], 2, distance => distance != 1);
                }
            }
        }
        DrawFormat(0);
        DrawVersion();
    }

    private int[] AlignmentCentres()
    {
        if (_version == 1)
        {
            return [];
        }
        var count = (_version / 7) + 2;
        var step = ((_version * 8) + (count * 3) + 5) / ((count * 4) - 4) * 2;
        return [6, .. Enumerable.Range(0, count - 1).Select(i => Size - 7 - (i * step)).Reverse()];
    }

    private void DrawRings(int centreX, int centreY, int radius, Func<int, bool> isDark)
    {
        for (var y = Math.Max(0, centreY - radius); y <= Math.Min(Size - 1, centreY + radius); y++)
        {
            for (var x = Math.Max(0, centreX - radius); x <= Math.Min(Size - 1, centreX + radius); x++)
            {
                Set(x, y, isDark(Math.Max(Math.Abs(x - centreX), Math.Abs(y - centreY))));
            }
        }
    }

    private void DrawFormat(int mask)
    {
        var data = mask; // error correction M is 00
        var remainder = data;
        for (var i = 0; i < 10; i++)
        {
            remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        }
        var bits = ((data << 10) | remainder) ^ 0x5412;
        bool Bit(int i) => ((bits >> i) & 1) != 0;
        for (var i = 0; i <= 5; i++)
        {
            Set(8, i, Bit(i));
        }
        Set(8, 7, Bit(6));
        Set(8, 8, Bit(7));
        Set(7, 8, Bit(8));
        for (var i = 9; i < 15; i++)
        {
            Set(14 - i, 8, Bit(i));
        }
        for (var i = 0; i < 8; i++)
        {
            Set(Size - 1 - i, 8, Bit(i));
        }
        for (var i = 8; i < 15; i++)
        {
            Set(8, Size - 15 + i, Bit(i));
        }
        Set(8, Size - 8, true);
    }

    private void DrawVersion()
    {
        if (_version < 7)
        {
            return;
        }
        var remainder = _version;
        for (var i = 0; i < 12; i++)
        {
            remainder = (remainder << 1) ^ ((remainder >> 11) * 0x1F25);
        }
        var bits = (_version << 12) | remainder;
        for (var i = 0; i < 18; i++)
        {
            var (near, far) = (i / 3, Size - 11 + (i % 3));
            Set(far, near, ((bits >> i) & 1) != 0);
            Set(near, far, ((bits >> i) & 1) != 0);
        }
    }

    private void DrawData(byte[] bytes)
    {
        var i = 0;
        foreach (var (x, y) in DataModules())
        {
            if (i < bytes.Length * 8)
            {
                _dark[y, x] = ((bytes[i / 8] >> (7 - (i % 8))) & 1) != 0;
                i++;
            }
        }
    }

    /// <summary>The modules of data in their order: pairs of columns from the right, up and down in turn.</summary>
    internal IEnumerable<(int X, int Y)> DataModules()
    {
        for (var right = Size - 1; right >= 1; right -= 2)
        {
            right = right == 6 ? 5 : right;
            for (var step = 0; step < Size; step++)
            {
                for (var j = 0; j < 2; j++)
                {
                    var (x, y) = (right - j, ((right + 1) & 2) == 0 ? Size - 1 - step : step);
                    if (!_isFunction[y, x])
                    {
                        yield return (x, y);
                    }
                }
            }
        }
    }

    /// <summary>Whether a mask turns a module over.</summary>
    internal static bool IsMasked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void ToggleMask(int mask)
    {
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                _dark[y, x] ^= !_isFunction[y, x] && IsMasked(mask, x, y);
            }
        }
    }

    private int PenaltyWith(int mask)
    {
        ToggleMask(mask);
        DrawFormat(mask);
        var penalty = QrPenalty.Of(_dark, Size);
        ToggleMask(mask);
        return penalty;
    }

    private void Set(int x, int y, bool isDark) => (_dark[y, x], _isFunction[y, x]) = (isDark, true);
}

/// <summary>How hard a QR code is to read: long runs, blocks, what looks like a finder, too much of one colour. The mask with the least is taken.</summary>
internal static class QrPenalty
{
    private static readonly bool[] _finder = [true, false, true, true, true, false, true];

    public static int Of(bool[,] dark, int size)
    {
        var penalty = 0;
        var darkCount = 0;
        for (var i = 0; i < size; i++)
        {
            var row = Enumerable.Range(0, size).Select(x => dark[i, x]).ToArray();
            var column = Enumerable.Range(0, size).Select(y => dark[y, i]).ToArray();
            penalty += OfLine(row) + OfLine(column);
            darkCount += row.Count(isDark => isDark);
        }
        for (var y = 0; y < size - 1; y++)
        {
            for (var x = 0; x < size - 1; x++)
            {
                penalty += dark[y, x] == dark[y, x + 1] && dark[y, x] == dark[y + 1, x] && dark[y, x] == dark[y + 1, x + 1] ? 3 : 0;
            }
        }
        return penalty + (10 * (Math.Abs((darkCount * 20) - (size * size * 10)) / (size * size)));
    }

    private static int OfLine(bool[] line)
    {
        var (penalty, run) = (0, 1);
        for (var i = 1; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == line[i - 1])
            {
                run++;
                continue;
            }
            penalty += run >= 5 ? run - 2 : 0;
            run = 1;
        }
        for (var i = 0; i + _finder.Length <= line.Length; i++)
        {
            if (line.AsSpan(i, _finder.Length).SequenceEqual(_finder) && (IsLight(line, i - 4, i) || IsLight(line, i + 7, i + 11)))
            {
                penalty += 40;
            }
        }
        return penalty;
    }

    private static bool IsLight(bool[] line, int from, int to)
    {
        for (var i = Math.Max(0, from); i < Math.Min(line.Length, to); i++)
        {
            if (line[i])
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>Reed–Solomon error correction over GF(2⁸) with the polynomial 0x11D.</summary>
internal static class ReedSolomon
{
    /// <summary>The error correction bytes of a block.</summary>
    public static byte[] Remainder(ReadOnlySpan<byte> data, int length)
    {
        var divisor = Divisor(length);
        var result = new byte[length];
        foreach (var value in data)
        {
            var factor = (byte)(value ^ result[0]);
            result.AsSpan(1).CopyTo(result);
            result[^1] = 0;
            for (var i = 0; i < length; i++)
            {
                result[i] ^= Multiply(divisor[i], factor);
            }
        }
        return result;
    }

    /// <summary>The product of two elements of the field.</summary>
    public static byte Multiply(byte left, byte right)
    {
        var product = 0;
        for (var i = 7; i >= 0; i--)
        {
            product = (product << 1) ^ ((product >> 7) * 0x11D);
            product ^= ((right >> i) & 1) * left;
        }
        return (byte)product;
    }

    private static byte[] Divisor(int degree)
    {
        var result = new byte[degree];
        result[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
            {
                result[j] = Multiply(result[j], root);
                if (j + 1 < degree)
                {
                    result[j] ^= result[j + 1];
                }
            }
            root = Multiply(root, 2);
        }
        return result;
    }
}
