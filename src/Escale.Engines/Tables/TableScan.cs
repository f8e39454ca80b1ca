using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>A table's rows, or some of its files' rows, as a SELECT for whoever writes SQL around it: nothing is mounted.</summary>
public static class TableScan
{
    /// <summary>With numbers: the name of the file of a row, as <see cref="DeltaTable.LocationOf"/> gives it.</summary>
    public const string FileColumn = TableSelect.FileColumn;

    /// <summary>With numbers: the number of a row in its file, from 0. DuckDB leaves out row groups by it.</summary>
    public const string RowColumn = TableSelect.RowColumn;

    /// <summary>The SELECT.</summary>
    /// <param name="table">The table.</param>
    /// <param name="snapshot">The version, for the columns.</param>
    /// <param name="files">Some or all of its files.</param>
    /// <param name="numbered">Whether to select <see cref="FileColumn"/> and <see cref="RowColumn"/> too.</param>
    public static string Of(DeltaTable table, Snapshot snapshot, IReadOnlyCollection<DataFile> files, bool numbered = false) =>
        TableSelect.Of(table, snapshot.Metadata, files, withFile: numbered, withRow: numbered);
}
