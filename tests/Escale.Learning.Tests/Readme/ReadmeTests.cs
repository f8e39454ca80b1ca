using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Escale.Learning.Tests.Readme;

public sealed class ReadmeTests
{
    private static readonly string _root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    [Fact]
    public void The_example_of_the_readme_is_the_one_that_runs() => Assert.Contains(
        File.ReadAllText(Path.Combine(_root, "examples", "train-a-model", "Program.cs")), File.ReadAllText(Path.Combine(_root, "src", "Escale.Learning", "README.md")), StringComparison.Ordinal);

    [Fact]
    public async Task The_example_trains_explains_saves_loads_and_exports()
    {
        var folder = Directory.CreateTempSubdirectory("escale-readme-");
        try
        {
            var program = Path.Combine(Path.GetDirectoryName(typeof(ReadmeTests).Assembly.Location)!, "TrainAModel.dll");
            var start = new ProcessStartInfo("dotnet", [program, Path.Combine(_root, "examples", "train-a-model", "customers.csv")])
            {
                WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            var lines = (await output).Split('\n');

            Assert.True(process.ExitCode == 0, await error);
            Assert.StartsWith("ROC AUC on rows not seen", lines[0], StringComparison.Ordinal);
            // Ten where the machine has time for as many models in the example's ten seconds.
            Assert.InRange(lines.Count(line => line.StartsWith("  0.", StringComparison.Ordinal)), 3, 10);
            Assert.Contains(lines, line => line.EndsWith("as before.", StringComparison.Ordinal));
            Assert.All(["left.model", "left.onnx"], name => Assert.True(new FileInfo(Path.Combine(folder.FullName, name)).Length > 1000, name));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
