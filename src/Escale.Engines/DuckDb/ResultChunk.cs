namespace Escale.Engines.DuckDb;

/// <summary>Up to 2048 rows of a result, column by column. Valid until the next read of the same result.</summary>
public readonly ref struct ResultChunk
{
    private readonly VectorNode[] _columns;

    internal ResultChunk(VectorNode[] columns, int rowCount)
    {
        _columns = columns;
        RowCount = rowCount;
    }

    /// <summary>Rows in this chunk; at least 1.</summary>
    public int RowCount { get; }

    /// <summary>Columns of the result.</summary>
    public int ColumnCount => _columns.Length;

    internal VectorNode[] Nodes => _columns;

    /// <summary>The values of a column, from 0.</summary>
    public ColumnVector this[int column] => new(_columns[column]);
}
