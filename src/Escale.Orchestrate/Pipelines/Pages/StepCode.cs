using System.Globalization;
using System.Text;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>The code of a step: as a run has it, or where it stands in the file.</summary>
internal static class StepCode
{
    /// <summary>What a step does, written as in a file.</summary>
    public static string Of(TaskSpec task)
    {
        var (text, work) = (new StringBuilder(), task.Work);
        Line(text, "id", task.Id);
        LineIf(text, "each", task.Kind == TaskKind.Each ? Each(task) : null);
        var kind = work.Kind.ToString().ToLowerInvariant();
        foreach (var (name, values) in work.With.Where(pair => pair.Value.Count > 0))
        {
            Line(text, work.Kind != TaskKind.Wait && name is ("select" or "line" or "command" or "sql" or "url" or "pipeline") ? kind : name, name == "command" ? $"[{string.Join(", ", values)}]" : string.Join(name == "select" ? " " : ", ", values));
        }
        LineIf(text, "depends_on", task.DependsOn.Count > 0 ? $"[{string.Join(", ", task.DependsOn)}]" : null);
        LineIf(text, "rule", task.Rule == TriggerRule.AllSuccess ? null : SnakeCase(task.Rule.ToString()));
        LineIf(text, "when", task.When ?? work.When);
        LineIf(text, "may_fail", task.MayFail ? "true" : null);
        LineIf(text, "timeout", work.Timeout is { } timeout ? Period(timeout) : null);
        LineIf(text, "retries", work.Retries.Count > 0 ? FormattableString.Invariant($"{{count: {work.Retries.Count}, delay: {Period(work.Retries.Delay)}}}") : null);
        LineIf(text, "pool", work.Pool == PipelineReader.BuildPool ? null : work.Pool);
        LineIf(text, "# {{ each }}", task.Element);
        return text.ToString().TrimEnd();
    }

    /// <summary>The kind of a step, in a word or two.</summary>
    public static string KindOf(TaskSpec task) => (task.Kind == TaskKind.Each ? "each · " : "") + (task.Work.Kind == TaskKind.Wait ? "wait_for" : task.Work.Kind.ToString().ToLowerInvariant());

    /// <summary>The id in the file of a step, which may be one for an element: <c>load</c> of <c>load[dakar]</c>.</summary>
    public static string InFile(string id) => id.IndexOf('[', StringComparison.Ordinal) is var at and > 0 ? id[..at] : id;

    /// <summary>The lines of a step in the file, from 1, both ends among them; (0, 0) when it has no place of its own.</summary>
    public static (int First, int Last) Lines(ProjectRoot root, string path, string step, int lineCount)
    {
        if (YamlFile.Read(root, path) is not YamlMap map)
        {
            return default;
        }
        var starts = new List<(string Id, int Line)>(map.Entries.Where(entry => entry.Name != "tasks").Select(entry => (entry.Name, entry.Key.Line)));
        if (map["tasks"] is YamlList tasks)
        {
            starts.AddRange(tasks.Items.OfType<YamlMap>().Select(task => (task["id"] is YamlScalar id ? id.Text : "", task.Line)));
        }
        starts.Sort((one, other) => one.Line.CompareTo(other.Line));
        var at = starts.FindIndex(start => start.Id == step);
        return at < 0 ? default : (starts[at].Line, Math.Max(starts[at].Line, at + 1 < starts.Count ? starts[at + 1].Line - 1 : lineCount));
    }

    private static string Each(TaskSpec task) => task.One(EachReader.Sql) is { } sql ? $"{{sql: {sql}}}"
        : task.One(EachReader.From) is { } expression ? $"{{{{ {expression} }}}}" : $"[{string.Join(", ", task.All(EachReader.Items))}]";

    private static void LineIf(StringBuilder text, string key, string? value)
    {
        if (value is not null)
        {
            Line(text, key, value);
        }
    }

    private static void Line(StringBuilder text, string key, string value)
    {
        text.Append(key).Append(": ");
        text.Append(value.Contains('\n', StringComparison.Ordinal) ? "|\n  " + value.TrimEnd().ReplaceLineEndings("\n  ") : value).Append('\n');
    }

    private static string Period(TimeSpan time) => time.Ticks % TimeSpan.TicksPerHour == 0 && time.TotalHours >= 1 ? time.TotalHours.ToString("0", CultureInfo.InvariantCulture) + "h"
        : time.Ticks % TimeSpan.TicksPerMinute == 0 && time.TotalMinutes >= 1 ? time.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) + "m"
        : time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s";

    private static string SnakeCase(string name) => string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter) ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));
}
