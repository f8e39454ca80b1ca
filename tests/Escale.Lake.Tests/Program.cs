using System.Globalization;
using Escale.Kernel;
using Escale.Lake;
using Escale.Lake.Tests;

// The runner of the tests; or, when called as "append-worker FOLDER NAME COUNT", one of several processes that write to one table.
if (args is ["append-worker", var folder, var name, var count])
{
    var store = new LocalStore(folder, new DurableWriter(new LocalFileLayer()));
    var table = new LakeCatalog(store, TimeProvider.System).Table(LakeFixture.Table);
    for (var i = 0; i < int.Parse(count, CultureInfo.InvariantCulture); i++)
    {
        table.Commit(LakeFixture.Append(table.Read(), LakeFixture.File(store, LakeFixture.Table, $"{name}-{i}.parquet", 1, TimeProvider.System)));
    }
    return 0;
}
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
