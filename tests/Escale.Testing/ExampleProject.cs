using System.Text.Json;

namespace Escale.Testing;

/// <summary>An example copied out of the checkout, so that a test leaves no trace in it, and run by the real program.</summary>
public sealed class ExampleProject : IDisposable
{
    private static readonly string[] _derived = [".escale", "data", "node_modules", "bin", "obj"];

    private readonly TempFolder _folder = new();

    /// <summary>Copies one, without what runs have left in it.</summary>
    /// <param name="name">Its folder below <c>examples</c>.</param>
    public ExampleProject(string name)
    {
        Folder = Path.Combine(_folder.Path, name);
        Copy(new DirectoryInfo(Path.Combine(Repository.Root, "examples", name)), Folder);
        var settings = Path.Combine(Folder, "escale.yml");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace(".escale/simulator/", $"{Repository.Root}/artifacts/bin/PortOfDakar.Simulator/release/", StringComparison.Ordinal));
    }

    /// <summary>The copy.</summary>
    public string Folder { get; }

    /// <summary>Runs it to the end.</summary>
    public Task<Finished> RunAsync(IReadOnlyDictionary<string, string>? environment = null) => EscaleProgram.RunAsync(Folder, ["run"], environment);

    /// <summary>The rows of a query, by column.</summary>
    public async Task<List<Dictionary<string, JsonElement>>> QueryAsync(string sql)
    {
        var finished = await EscaleProgram.RunAsync(Folder, ["sql", sql, "--format", "ndjson"]);
        if (finished.ExitCode != 0)
        {
            throw new InvalidOperationException(finished.ToString());
        }
        return [.. finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonDocument.Parse(line).RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value))];
    }

    /// <summary>The numbers that several queries give, each one, asked together.</summary>
    public async Task<Dictionary<string, decimal>> NumbersAsync(Dictionary<string, string> queries)
    {
        var rows = await QueryAsync(string.Join(" union all ", queries.Select(query => $"select '{query.Key}' as name, cast(({query.Value}) as varchar) as number")));
        return rows.ToDictionary(row => row["name"].GetString()!, row => decimal.Parse(row["number"].GetString()!));
    }

    /// <inheritdoc/>
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
