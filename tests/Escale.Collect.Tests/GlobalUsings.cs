global using Escale.Kernel;
global using Escale.Testing;
global using Xunit;
