using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tests.Tables;

/// <summary>A fixed piece of work over two tables that can be broken off anywhere and called again until it is done.</summary>
internal static class TablesWorker
{
    public static readonly TableName Plain = new("silver", "plain");
    public static readonly TableName Parted = new("silver", "parted");

    public static void Run(string folder, FileLayer? files = null)
    {
        using var engine = LakeEngine.Open(folder, new DuckSettings { Threads = 1 }, files: files);
        using var session = engine.OpenSession();
        Step(session, Plain, 1, "SELECT range AS id, 'first' AS name FROM range(100)");
        Step(session, Plain, 2, "SELECT range AS id, 'second' AS name FROM range(100, 200)");
        Step(session, Parted, 1, "SELECT range AS id, 'p' || (range % 3) AS p FROM range(30)", partition: true);
        Step(session, Plain, 3, "SELECT range AS id, 'merged' AS name FROM range(50, 250, 10)", WriteMode.Merge);
        Step(session, Parted, 2, "SELECT range AS id, 'p' || (range % 4) AS p FROM range(10, 20)", WriteMode.Merge);
        Step(session, Plain, 4, "SELECT range AS id, 'more' AS name FROM range(300, 310)");
        Step(session, Parted, 3, "SELECT range AS id, 'p1' AS p FROM range(40, 50)");
        session.Compact(Plain);
        session.Compact(Parted);
        Step(session, Plain, 5, "SELECT 9 AS id, 'deleted and inserted' AS name", WriteMode.DeleteInsert);
        Step(session, Plain, 6, "SELECT 1000 AS id, 1.5 AS extra", change: SchemaChange.AddColumns);
        Step(session, Parted, 4, "SELECT range AS id, 'all' AS p FROM range(5)", WriteMode.Overwrite);
        Drop(engine, session);
        engine.Catalog.Table(Plain).Vacuum(TimeSpan.Zero, force: true);
        engine.Catalog.Table(Plain).Checkpoint();
    }

    /// <summary>Every row of every table, for comparison.</summary>
    public static string State(string folder)
    {
        using var engine = LakeEngine.Open(folder, new DuckSettings { Threads = 1 });
        using var session = engine.OpenSession();
        var text = new List<string>();
        foreach (var name in engine.Catalog.Tables())
        {
            session.Mount(name);
            text.Add($"{name}: " + session.Connection.Scalar<string>($"SELECT coalesce(string_agg(t::VARCHAR, ';' ORDER BY t::VARCHAR), '') FROM {name.ToSql()} t"));
        }
        return string.Join('\n', text);
    }

    private static void Step(LakeSession session, TableName table, long number, string sql, WriteMode mode = WriteMode.Append,
        SchemaChange change = SchemaChange.None, bool partition = false) => session.Write(new TableWrite
        {
            Table = table, Sql = sql, Mode = mode, SchemaChange = change, Keys = mode is WriteMode.Merge or WriteMode.DeleteInsert ? ["id"] : [],
            PartitionBy = partition ? ["p"] : [], Txn = ("work", number), Configuration = new Dictionary<string, string> { ["delta.checkpointInterval"] = "3" },
        });

    private static void Drop(LakeEngine engine, LakeSession session)
    {
        var name = new TableName("silver", "dropped");
        if (engine.Catalog.Table(Plain).Read().Txn("drop") is null)
        {
            session.Write(new TableWrite { Table = name, Sql = "SELECT 1 AS x", Mode = WriteMode.Overwrite });
            engine.Catalog.Drop(name);
            session.Write(new TableWrite { Table = Plain, Sql = "SELECT 0 AS id WHERE false", Txn = ("drop", 1) });
        }
    }
}
