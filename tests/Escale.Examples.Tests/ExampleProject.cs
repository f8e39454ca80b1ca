using System.Text.Json;
using Escale.Testing;

namespace Escale.Examples;

/// <summary>An example copied out of the checkout, so that a test leaves no trace in it, and run by the real program.</summary>
internal sealed class ExampleProject : IDisposable
{
    private static readonly string[] _derived = [".escale", "data", "node_modules", "bin", "obj"];

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, List<Dictionary<string, JsonElement>>> _answers = [];

    public ExampleProject(string name)
    {
        Folder = Path.Combine(_folder.Path, name);
        Copy(new DirectoryInfo(Path.Combine(Repository.Root, "examples", name)), Folder);
        var settings = Path.Combine(Folder, "escale.yml");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("../../artifacts/", $"{Repository.Root}/artifacts/", StringComparison.Ordinal));
    }

    public string Folder { get; }

    public async Task<Finished> RunAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        _answers.Clear();
        return await EscaleProgram.RunAsync(Folder, ["run"], environment);
    }

    /// <summary>The rows of a query, by column; a query asked before is not asked again.</summary>
    public async Task<List<Dictionary<string, JsonElement>>> QueryAsync(string sql)
    {
        if (_answers.TryGetValue(sql, out var known))
        {
            return known;
        }

        var finished = await EscaleProgram.RunAsync(Folder, ["sql", sql, "--format", "ndjson"]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
        return _answers[sql] = [.. finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonDocument.Parse(line).RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value))];
    }

    public async Task<List<string>> TextsAsync(string sql) => [.. (await QueryAsync(sql)).Select(row => row.Values.Single().ToString())];

    public async Task<decimal> NumberAsync(string sql) => decimal.Parse((await TextsAsync(sql)).Single());

    public void Dispose() => _folder.Dispose();

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles())
        {
            file.CopyTo(Path.Combine(to, file.Name));
        }

        foreach (var folder in from.EnumerateDirectories().Where(folder => !_derived.Contains(folder.Name)))
        {
            Copy(folder, Path.Combine(to, folder.Name));
        }
    }
}
