using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Modeling.Tracking;

/// <summary>
/// The files of tracking runs: <c>.escale/tracking/RUN/artifacts/</c>. Written durably, and read only by the id of a run and a path that stays in its folder (security requirement S6).
/// </summary>
internal sealed partial class RunFolder(ProjectRoot root, DurableWriter writer)
{
    /// <summary>The model of a run.</summary>
    public const string ModelFile = "model.escale";

    /// <summary>What was done to the rows before the model of a run learned from them.</summary>
    public const string PreparationFile = "preparation.json";

    /// <summary>The places of rows that a run was not shown, so that others could be judged by them.</summary>
    public const string HeldOutFile = "held-out.json";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The folder of all runs.</summary>
    public string Home => Path.Combine(root.StateFolder, "tracking");

    /// <summary>Where a file of a run is.</summary>
    /// <exception cref="EscaleException"><c>modeling.run-not-found</c>, <c>kernel.path-escapes</c>.</exception>
    public string PathOf(string run, string path) => SafePath.Under(FolderOf(run), path);

    /// <summary>Writes a file of a run.</summary>
    public TrackedArtifact Write(string run, string path, ReadOnlySpan<byte> content)
    {
        writer.Write(PathOf(run, path), content);
        return new TrackedArtifact(path, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    /// <summary>Writes a value as JSON.</summary>
    public TrackedArtifact WriteJson<T>(string run, string path, T value) => Write(run, path, JsonSerializer.SerializeToUtf8Bytes(value, _json));

    /// <summary>Reads a value that <see cref="WriteJson"/> wrote; null when there is no such file.</summary>
    public T? ReadJson<T>(string run, string path)
        where T : class
    {
        var file = PathOf(run, path);
        return File.Exists(file) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), _json) : null;
    }

    /// <summary>The bytes of a file of a run.</summary>
    /// <exception cref="EscaleException"><c>modeling.artifact-not-found</c>.</exception>
    public byte[] Read(string run, string path)
    {
        var file = PathOf(run, path);
        return File.Exists(file) ? File.ReadAllBytes(file) : throw new EscaleException("modeling.artifact-not-found", $"The run {run} has no file '{path}'.", "List its files with escale models show, or train again.");
    }

    /// <summary>What stands for a training: the last run that finished. It is written after everything else.</summary>
    public Standing? StandingOf(string training)
    {
        var file = StandingFile(training);
        return File.Exists(file) ? JsonSerializer.Deserialize<Standing>(File.ReadAllBytes(file), _json) : null;
    }

    /// <summary>Says what stands for a training.</summary>
    public void Stand(string training, Standing standing) => writer.Write(StandingFile(training), JsonSerializer.SerializeToUtf8Bytes(standing, _json));

    private string StandingFile(string training) => SafePath.Under(Path.Combine(Home, "standing"), training + ".json");

    private string FolderOf(string run) => IsRun().IsMatch(run)
        ? Path.Combine(Home, run, "artifacts")
        : throw new EscaleException("modeling.run-not-found", $"There is no tracking run '{run}'.", "List them with escale models ls.");

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.NonBacktracking)]
    private static partial Regex IsRun();
}

/// <summary>What stands for a training.</summary>
/// <param name="Run">The tracking run.</param>
/// <param name="Fingerprint">The step's fingerprint, or null when it was not a step.</param>
/// <param name="Sha256">The model's.</param>
/// <param name="Table">The table.</param>
/// <param name="DataVersion">The version of the table that was learned from.</param>
/// <param name="IsRecorded">Whether PostgreSQL knows of it; false between the files and the record.</param>
internal sealed record Standing(string Run, string? Fingerprint, string Sha256, string Table, string? DataVersion, bool IsRecorded = false);
