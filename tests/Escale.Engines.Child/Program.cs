using Escale.Engines.Child;
using Escale.Engines.Sandbox;

// The sandbox's child as the program runs it, for tests that do not need the whole program; or one that misbehaves.
switch (args)
{
    case ["exit", var code]:
        return int.Parse(code);
    case ["say", var bytes]:
        using (var output = Console.OpenStandardOutput())
        {
            output.Write(Convert.FromHexString(bytes));
            output.Flush();
            Thread.Sleep(Timeout.Infinite);
        }
        return 0;
    default:
        return await SandboxChild.RunAsync([new HostileParser()]);
}
