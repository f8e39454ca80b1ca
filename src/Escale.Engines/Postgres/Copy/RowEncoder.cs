using System.Buffers.Binary;
using Escale.Engines.DuckDb;

namespace Escale.Engines.Postgres.Copy;

/// <summary>
/// Turns a result into the bytes of <c>COPY … FROM STDIN (FORMAT binary)</c>, a buffer at a time. It stops in the middle of a chunk
/// when the buffer is full and goes on there. Not thread-safe.
/// </summary>
internal sealed unsafe class RowEncoder(DuckResult result)
{
    private static readonly byte[] _header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    private ValueEncoder[]? _columns;
    private ValueEncoder[] _varying = [];
    private int _fixedSize;
    private int _row;
    private int _rowsInChunk;
    private bool _hasBegun;
    private bool _hasEnded;

    /// <summary>Rows written so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Fills the buffer (exchanged for a larger one when a single row does not fit) and returns how much; 0 at the end.</summary>
    public int Fill(ref byte[] buffer)
    {
        var used = 0;
        if (!_hasBegun)
        {
            _header.CopyTo(buffer, 0);
            used = _header.Length;
            _hasBegun = true;
        }
        while (!_hasEnded)
        {
            if (_row == _rowsInChunk && !NextChunk())
            {
                if (buffer.Length - used < 2)
                {
                    return used;
                }
                BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
                _hasEnded = true;
                return used + 2;
            }
            used = FillFromChunk(buffer, used);
            if (_row < _rowsInChunk)
            {
                if (used > 0)
                {
                    return used;
                }
                buffer = new byte[SizeOfRow(_row)];
            }
        }
        return used;
    }

    private bool NextChunk()
    {
        if (!result.TryRead(out var chunk))
        {
            return false;
        }
        if (_columns is null)
        {
            _columns = [.. chunk.Nodes.Select(ValueEncoder.For)];
            _varying = [.. _columns.Where(column => column.MaxSize == 0)];
            _fixedSize = 2 + _columns.Sum(column => column.MaxSize);
        }
        _row = 0;
        _rowsInChunk = chunk.RowCount;
        return true;
    }

    private int FillFromChunk(byte[] buffer, int used)
    {
        var columns = _columns!;
        var columnCount = BinaryPrimitives.ReverseEndianness((short)columns.Length);
        fixed (byte* start = buffer)
        {
            var at = start + used;
            var end = start + buffer.Length;
            var row = _row;
            for (; row < _rowsInChunk && SizeOfRow(row) <= end - at; row++)
            {
                *(short*)at = columnCount;
                at += 2;
                foreach (var column in columns)
                {
                    at = column.Write(at, row);
                }
            }
            RowCount += row - _row;
            _row = row;
            return (int)(at - start);
        }
    }

    private int SizeOfRow(int row)
    {
        var size = _fixedSize;
        foreach (var column in _varying)
        {
            size = checked(size + column.SizeAt(row));
        }
        return size;
    }
}
