using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Testing;

namespace Escale.Engines.Tests.Tables;

/// <summary>A lake with a DuckDB of its own, in a folder of its own.</summary>
internal sealed class TableFixture : IDisposable
{
    public static readonly TableName Calls = new("silver", "calls");

    private readonly TempFolder _folder = new();

    public TableFixture(FileLayer? files = null)
    {
        Engine = LakeEngine.Open(_folder.Path, new DuckSettings { Threads = 2 }, files: files);
        Session = Engine.OpenSession();
    }

    public LakeEngine Engine { get; }

    public LakeSession Session { get; }

    public string Folder => _folder.Path;

    public LakeCatalog Lake => Engine.Catalog;

    public Snapshot Head => Lake.Table(Calls).Read();

    public WriteOutcome Write(string sql, WriteMode mode = WriteMode.Append, SchemaChange change = SchemaChange.None, params string[] keys) =>
        Session.Write(new TableWrite { Table = Calls, Sql = sql, Mode = mode, SchemaChange = change, Keys = keys });

    /// <summary>Rows as text, one string a row, in the order of the query.</summary>
    public List<string> Query(string sql)
    {
        using var result = Session.Connection.Query(sql);
        var rows = new List<string>();
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var cells = new List<string>();
                for (var column = 0; column < chunk.ColumnCount; column++)
                {
                    cells.Add(chunk[column].Text(row));
                }
                rows.Add(string.Join('|', cells));
            }
        }
        return rows;
    }

    /// <summary>All rows of the table, as another session sees them, sorted.</summary>
    public List<string> Rows(string columns = "*", long? version = null)
    {
        Session.Mount(Calls, version);
        var rows = Query($"SELECT {columns} FROM silver.calls");
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    public List<string> FilesOnDisk() => [.. Directory.EnumerateFiles(Path.Combine(Folder, "silver", "calls"), "*.parquet", SearchOption.AllDirectories)
        .Where(path => !path.Contains("_delta_log")).Select(path => Path.GetRelativePath(Path.Combine(Folder, "silver", "calls"), path))];

    public void Dispose()
    {
        Session.Dispose();
        Engine.Dispose();
        _folder.Dispose();
    }
}
