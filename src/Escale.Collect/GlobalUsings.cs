global using Escale.Kernel;
