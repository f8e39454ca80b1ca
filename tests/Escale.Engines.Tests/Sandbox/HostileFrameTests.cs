using System.Runtime.InteropServices;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Kernel;
using Xunit;

namespace Escale.Engines.Tests.Sandbox;

/// <summary>The host's reader against frames that a child which was taken over may send.</summary>
public sealed partial class HostileFrameTests
{
    private const string Sql = """
        SELECT i, i % 2 = 0 AS b, (i * 1.5)::DECIMAL(4,1) AS m, (i * 1.5)::DECIMAL(25,1) AS h, CASE WHEN i % 3 = 0 THEN NULL ELSE i || ' is longer than twelve bytes' END AS t,
               [i, NULL] AS l, [[i], []] AS ll, {'a': i, 'b': ['x' || i]} AS s, MAP {'k' || i: i} AS mp, (CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END)::ENUM('a', 'b') AS e,
               union_value(n := i) AS u, [i, i]::BIGINT[2] AS ar, '101'::BIT AS bits, i::VARCHAR::BLOB AS bl, DATE '2024-01-01' AS d, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts,
               TIME '12:00:00' AS tm, TIMETZ '12:00:00+01' AS tz, INTERVAL 3 MONTHS AS iv, uuid() AS id, 'NaN'::DOUBLE AS f, i::HUGEINT AS hg, i::BIGNUM AS bn, NULL AS n
        FROM range(70) r(i)
        """;

    private readonly DuckColumn[] _columns;
    private readonly byte[] _schema;
    private readonly byte[] _chunk;

    public HostileFrameTests()
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
        using var connection = database.Connect();
        using var result = connection.Query(Sql);
        _columns = [.. result.Columns];
        var frame = new FrameWriter().Begin(FrameKind.Schema);
        SchemaFrames.Write(frame, _columns);
        _schema = frame.Finish()[Frames.HeaderBytes..].ToArray();
        Assert.True(result.TryRead(out var chunk));
        VectorEncoder.Write(frame.Begin(FrameKind.Chunk), result.Nodes, chunk.RowCount);
        _chunk = frame.Finish()[Frames.HeaderBytes..].ToArray();
    }

    [Fact]
    public void A_chunk_that_is_whole_is_read()
    {
        using var memory = new GuardedMemory(_chunk);
        Assert.Equal(70, ReadAll(memory, _columns));
    }

    [Fact]
    public void A_damaged_chunk_is_values_or_a_typed_error_and_never_read_beyond_its_end()
    {
        var refused = 0;
        for (var seed = 0; seed < 1500; seed++)
        {
            using var memory = new GuardedMemory(Mutation.Of(_chunk, seed));
            try
            {
                ReadAll(memory, _columns);
            }
            catch (EscaleException error)
            {
                Assert.Equal("engines.sandbox.protocol", error.Code);
                refused++;
            }
        }
        Assert.InRange(refused, 200, 1499);
    }

    [Fact]
    public void A_damaged_schema_is_columns_or_a_typed_error()
    {
        var refused = 0;
        for (var seed = 0; seed < 10000; seed++)
        {
            try
            {
                var frame = new FrameReader(Mutation.Of(_schema, seed));
                var columns = SchemaFrames.Read(ref frame);
                frame.ExpectEnd();
                Assert.All(columns, column => Assert.NotNull(column.Type.ToString()));
                using var memory = new GuardedMemory(_chunk);
                ReadAll(memory, columns);
            }
            catch (EscaleException error)
            {
                Assert.Equal("engines.sandbox.protocol", error.Code);
                refused++;
            }
        }
        Assert.InRange(refused, 2500, 9999);
    }

    [Fact]
    public void A_damaged_error_is_an_error_or_a_typed_error()
    {
        var writer = new FrameWriter().Begin(FrameKind.Error);
        SchemaFrames.WriteError(writer, new EscaleException("engines.duckdb.binder", "No such column.", "Choose another.", new Place(null, 1, 2)));
        var good = writer.Finish()[Frames.HeaderBytes..].ToArray();
        for (var seed = 0; seed < 5000; seed++)
        {
            try
            {
                var frame = new FrameReader(Mutation.Of(good, seed));
                Assert.StartsWith("engines.", SchemaFrames.ReadError(ref frame).Code, StringComparison.Ordinal);
            }
            catch (EscaleException error)
            {
                Assert.Equal("engines.sandbox.protocol", error.Code);
            }
        }
    }

    [Fact]
    public void A_type_nested_without_end_is_refused()
    {
        var frame = new FrameWriter().Begin(FrameKind.Schema).Int(1).Text("x");
        for (var depth = 0; depth < 100_000; depth++)
        {
            frame.Byte((byte)DuckTypeId.List).Text(null).Int(0).Int(1).Text("element");
        }
        var payload = frame.Finish()[Frames.HeaderBytes..].ToArray();
        var error = Assert.Throws<EscaleException>(() =>
        {
            var reader = new FrameReader(payload);
            SchemaFrames.Read(ref reader);
        });
        Assert.Equal("engines.sandbox.protocol", error.Code);
    }

    private static unsafe int ReadAll(GuardedMemory memory, DuckColumn[] columns)
    {
        VectorNode[] nodes = [.. columns.Select(column => new VectorNode(column.Type))];
        var rows = VectorDecoder.Read((byte*)memory.Start, memory.Length, nodes);
        var chunk = new ResultChunk(nodes, rows);
        for (var column = 0; column < columns.Length; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                _ = chunk[column].Value(row);
                _ = chunk[column].Text(row);
            }
        }
        return rows;
    }

    /// <summary>Bytes that end (but for alignment) where memory that may not be touched begins: reading past them ends the test process.</summary>
    private sealed unsafe partial class GuardedMemory : IDisposable
    {
        private const int Page = 4096;
        private readonly byte* _pages;
        private readonly int _size;

        public GuardedMemory(byte[] content)
        {
            var room = (content.Length + 15) & ~15;
            _size = (room + Page - 1) / Page * Page;
            _pages = (byte*)NativeMemory.AlignedAlloc((nuint)_size + Page, Page);
            Guard(true);
            Start = (nint)(_pages + _size - room);
            Length = content.Length;
            content.CopyTo(new Span<byte>((void*)Start, content.Length));
        }

        public nint Start { get; }

        public int Length { get; }

        public void Dispose()
        {
            Guard(false);
            NativeMemory.AlignedFree(_pages);
        }

        private void Guard(bool isOn)
        {
            if (OperatingSystem.IsLinux())
            {
                Assert.Equal(0, Protect((nint)(_pages + _size), Page, isOn ? 0 : 3));
            }
        }

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int Protect(nint address, nuint length, int protection);
    }
}
