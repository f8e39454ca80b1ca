using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export;

/// <summary>What is exported.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Folder">Its folder here.</param>
/// <param name="Pipelines">The pipelines, by name.</param>
/// <param name="Pools">The places of pools.</param>
/// <param name="Now">When.</param>
internal sealed record ExportSet(string Project, string Folder, IReadOnlyList<PipelineSpec> Pipelines, IReadOnlyDictionary<string, int> Pools, DateTimeOffset Now)
{
    private readonly List<string> _notes = [];

    /// <summary>What the other program says otherwise than Escale: told to who exports, and written into the files.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a note.</summary>
    public void Note(string text)
    {
        if (!_notes.Contains(text))
        {
            _notes.Add(text);
        }
    }

    /// <summary>Sees to what starts a pipeline besides time, and to its deadline: what only a served Escale looks after is refused, or noted where the pipeline starts otherwise, too.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="program">The other program's name.</param>
    /// <param name="instead">How it starts a run when somebody asks.</param>
    public void Look(PipelineSpec pipeline, string program, string instead)
    {
        if (pipeline.Triggers.Assets.Count + pipeline.Triggers.Files.Count > 0)
        {
            var what = pipeline.Triggers.Assets.Count > 0 ? "assets change" : "files come";
            if (pipeline.Schedule is null && pipeline.Triggers.After.Count == 0)
            {
                throw Refusal(pipeline, $"it starts when {what}, which {program} does not see.", "Give it a schedule, and a first step with wait_for; or leave this pipeline to Escale.");
            }
            Note($"{pipeline.Name}: {program} does not start it when {what}.");
        }
        if (pipeline.Triggers.Webhook)
        {
            Note($"{pipeline.Name}: instead of its webhook, {instead}.");
        }
        if (pipeline.Deadline is not null)
        {
            Note($"{pipeline.Name}: {program} does not look after its deadline.");
        }
    }

    /// <summary>Something of a pipeline that the other program cannot do.</summary>
    public static EscaleException Refusal(PipelineSpec pipeline, string message, string remedy) =>
        new("orchestrate.export", $"The pipeline '{pipeline.Name}' cannot be exported: {message}", remedy, pipeline.Path is { } path ? new Place(path) : null);
}

/// <summary>A file of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What is in it.</param>
internal sealed record ExportedFile(string Name, string Text);

/// <summary>Names as other programs allow them.</summary>
internal static partial class Names
{
    /// <summary>DNS labels for names, in their order: small letters, digits and hyphens; different for different names.</summary>
    /// <param name="names">The names: letters, digits, hyphens and underscores.</param>
    /// <param name="most">The most characters.</param>
    /// <param name="taken">Labels that are in use already.</param>
    public static IReadOnlyDictionary<string, string> Labels(IEnumerable<string> names, int most, params IEnumerable<string> taken)
    {
        var used = taken.ToHashSet(StringComparer.Ordinal);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var label = NotOfLabels().Replace(name.ToLowerInvariant(), "-").Trim('-');
            if (label.Length > most || !used.Add(label))
            {
                label = $"{label[..Math.Min(label.Length, most - 9)].TrimEnd('-')}-{Mark(name)}";
                used.Add(label);
            }
            labels[name] = label;
        }
        return labels;
    }

    private static string Mark(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4));

    [GeneratedRegex("[^a-z0-9-]", RegexOptions.CultureInvariant)]
    private static partial Regex NotOfLabels();
}

/// <summary>The variables that a pipeline's texts name, <c>${VARIABLE}</c>.</summary>
internal static class Variables
{
    /// <summary>Their names, and whether a default is given wherever they are named.</summary>
    public static IReadOnlyDictionary<string, bool> Of(PipelineSpec pipeline)
    {
        var found = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var match in pipeline.Tasks.SelectMany(task => task.Each is { } work ? [task, work] : new[] { task }).SelectMany(task => task.With.Where(pair => pair.Key != "line").SelectMany(pair => pair.Value)).SelectMany(text => NamedVariables.Pattern().Matches(text)))
        {
            var (name, hasDefault) = (match.Groups["name"].Value, match.Groups["default"].Success);
            found[name] = hasDefault && found.GetValueOrDefault(name, true);
        }
        return found;
    }

    /// <summary>Whether Escale fills something in.</summary>
    public static bool IsTemplate(string value) => value.Contains("{{", StringComparison.Ordinal) || value.Contains("{%", StringComparison.Ordinal);

    /// <summary>A number as every program reads it.</summary>
    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
