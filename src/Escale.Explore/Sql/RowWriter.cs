using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>The form of a query's result.</summary>
public enum ResultFormat
{
    /// <summary>Columns for people.</summary>
    Table,

    /// <summary>RFC 4180, with a header.</summary>
    Csv,

    /// <summary>An array of objects.</summary>
    Json,

    /// <summary>An object per line.</summary>
    Ndjson,

    /// <summary>A Parquet file.</summary>
    Parquet,
}

/// <summary>Writes a result, chunk by chunk.</summary>
internal abstract class RowWriter
{
    /// <summary>Called once, before any rows.</summary>
    public abstract void Begin(IReadOnlyList<DuckColumn> columns);

    /// <summary>The first <paramref name="rowCount"/> rows of a chunk.</summary>
    public abstract void Write(ResultChunk chunk, int rowCount);

    /// <summary>Called once, after all rows.</summary>
    /// <param name="rowCount">Rows written.</param>
    /// <param name="isCut">Whether there were more rows than the limit.</param>
    public abstract void End(long rowCount, bool isCut);
}
