using Escale.Engines.Tests.Tables;

// The runner of the tests; or, when called as "tables-worker FOLDER", the process that the crash tests kill.
if (args is ["tables-worker", var folder])
{
    TablesWorker.Run(folder);
    return 0;
}
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
