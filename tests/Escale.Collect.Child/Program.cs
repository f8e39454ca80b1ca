using Escale.Collect;
using Escale.Engines.Sandbox;

// The sandbox's child as the program runs it, for tests that do not need the whole program.
return await SandboxChild.RunAsync(CollectParsers.All);
