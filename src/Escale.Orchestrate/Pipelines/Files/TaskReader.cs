using Escale.Orchestrate.Pipelines.Flow;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>Reads the tasks of a pipeline: which kind one is says its key.</summary>
internal sealed class TaskReader(IReadOnlyCollection<string> pools, RetryPolicy retries)
{
    private static readonly string[] _kinds = [.. Enum.GetValues<TaskKind>().Where(kind => kind != TaskKind.Each).Select(kind => kind == TaskKind.Wait ? "wait_for" : kind.ToString().ToLowerInvariant())];

    /// <summary>A task.</summary>
    /// <param name="reader">Its mapping.</param>
    /// <param name="hook">The id of a task at the end of the pipeline, which depends on all others; null for all others.</param>
    public TaskSpec Task(YamlReader reader, string? hook = null)
    {
        var kind = KindOf(reader);
        var id = hook ?? reader.Text("id");
        if (!PipelineReader.IsName().IsMatch(id))
        {
            throw reader.Need("id").Error("orchestrate.pipeline-invalid", $"'{id}' cannot be the id of a task.", "Use letters, digits, - and _, beginning with a letter; 60 at most.");
        }
        var task = new TaskSpec
        {
            Id = id,
            Kind = kind,
            With = With(kind, reader),
            DependsOn = hook is null ? reader.Texts("depends_on") : [],
            Rule = hook is null ? reader.Choice("rule", TriggerRule.AllSuccess) : default,
            When = Condition(reader),
            MayFail = hook is null && reader.Bool("may_fail", false),
            Timeout = Positive(reader, "timeout") ?? (kind == TaskKind.Wait ? Positive(reader.Need("wait_for").AsMap("what to wait for").Reader("what to wait for"), "timeout") : null),
            Retries = PipelineReader.Retries(reader) ?? retries,
            Pool = Pool(reader) ?? (kind is TaskKind.Build or TaskKind.Train ? PipelineReader.BuildPool : null),
            Priority = (int?)reader.Integer("priority", -100, 100) ?? 0,
        };
        var mapped = hook is null && reader.Node("each") is { } each ? EachReader.Mapped(task, each) : task;
        reader.Done();
        return mapped;
    }

    /// <summary>The pipeline's own <c>build</c>: a task named so, before the others.</summary>
    public TaskSpec Short(YamlReader reader, IReadOnlyList<TaskSpec> others) => others.All(task => task.Id != "build") ? new TaskSpec
    {
        Id = "build", Kind = TaskKind.Build, With = Build(reader), Retries = retries, Pool = PipelineReader.BuildPool,
    }
    : throw reader.Need("build").Error("orchestrate.pipeline-steps", "The pipeline has 'build:' and a task of that id.", "Give the task another id.");

    private static TaskKind KindOf(YamlReader reader)
    {
        var found = _kinds.Where(kind => reader.Map[kind] is { IsNull: false }).ToList();
        if (found.Count == 1)
        {
            return (TaskKind)Array.IndexOf(_kinds, found[0]);
        }
        var near = reader.Map.Entries.Where(entry => entry.Name is not "id").Select(entry => (entry, Near: Nearest.Of(entry.Name, _kinds))).FirstOrDefault(pair => pair.Near is not null);
        throw (near.entry?.Key ?? (YamlNode)reader.Map).Error(
            "orchestrate.pipeline-invalid", found.Count == 0 ? "It is not said what the task does." : $"The task does two things: {string.Join(" and ", found)}.",
            found.Count == 0 && near.Near is not null ? $"Did you mean '{near.Near}'?" : $"Give it one of {string.Join(", ", _kinds)}.");
    }

    private static Dictionary<string, IReadOnlyList<string>> With(TaskKind kind, YamlReader reader) => kind switch
    {
        TaskKind.Build => Build(reader),
        TaskKind.Train => new() { ["select"] = reader.Texts("train") },
        TaskKind.Shell => Shell(reader),
        TaskKind.Sql => new() { ["sql"] = [reader.Text("sql")] },
        TaskKind.Http => Request(reader, "http", "the request"),
        TaskKind.Notify => Notice(reader),
        TaskKind.Score => Score(reader),
        TaskKind.Wait => Wait(reader),
        _ => Pipeline(reader),
    };

    private static Dictionary<string, IReadOnlyList<string>> Build(YamlReader reader)
    {
        var with = new Dictionary<string, IReadOnlyList<string>> { ["select"] = reader.Texts("build"), ["exclude"] = reader.Texts("exclude") };
        if (reader.Bool("full_refresh", false))
        {
            with["full_refresh"] = ["true"];
        }
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Shell(YamlReader reader)
    {
        var with = new Dictionary<string, IReadOnlyList<string>>();
        if (reader.Need("shell") is YamlList list)
        {
            with["command"] = list.Items.Count > 0 ? [.. list.Items.Select(item => item.AsText())] : throw list.WrongType("a program and its arguments");
        }
        else
        {
            with["line"] = [reader.Text("shell")];
        }
        AddMap(reader, "env", with);
        AddIf(with, "directory", reader.TextOrNull("directory"));
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Request(YamlReader reader, string key, string what)
    {
        var node = reader.Need(key);
        if (node is YamlScalar)
        {
            return new() { ["url"] = [node.AsText()] };
        }
        var own = node.AsMap(what).Reader(what);
        var with = new Dictionary<string, IReadOnlyList<string>> { ["url"] = [own.Text("url")], ["expect"] = own.Texts("expect") };
        foreach (var name in (string[])["method", "body", "type"])
        {
            AddIf(with, name, own.TextOrNull(name));
        }
        AddMap(own, "headers", with);
        own.Done();
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Notice(YamlReader reader)
    {
        var own = reader.Need("notify").AsMap("the notice").Reader("the notice");
        var with = new Dictionary<string, IReadOnlyList<string>> { ["url"] = [own.Text("url")] };
        AddIf(with, "message", own.TextOrNull("message"));
        AddMap(own, "headers", with);
        own.Done();
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Score(YamlReader reader)
    {
        var own = reader.Need("score").AsMap("the scoring").Reader("the scoring");
        var with = new Dictionary<string, IReadOnlyList<string>> { ["model"] = [own.Text("model")], ["rows"] = [own.Text("rows")], ["to"] = [own.Text("to")] };
        AddIf(with, "version", own.TextOrNull("version"));
        own.Done();
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Wait(YamlReader reader)
    {
        var own = reader.Need("wait_for").AsMap("what to wait for").Reader("what to wait for");
        string[] kinds = ["file", "sql", "http", "time"];
        if (kinds.Count(own.Has) != 1)
        {
            throw own.Map.Error("orchestrate.pipeline-invalid", "It is not said what to wait for, or several things are.", $"Give it one of {string.Join(", ", kinds)}.");
        }
        var with = own.Has("http") ? Request(own, "http", "the request") : [];
        foreach (var name in (string[])["file", "sql", "time", "zone"])
        {
            AddIf(with, name, own.TextOrNull(name));
        }
        with["every"] = [(Positive(own, "every") ?? TimeSpan.FromSeconds(30)).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        own.Allow("timeout").Done();
        return with;
    }

    private static Dictionary<string, IReadOnlyList<string>> Pipeline(YamlReader reader)
    {
        var with = new Dictionary<string, IReadOnlyList<string>> { ["pipeline"] = [reader.Text("pipeline")] };
        AddMap(reader, "with", with);
        return with;
    }

    private static void AddIf(Dictionary<string, IReadOnlyList<string>> with, string name, string? value)
    {
        if (value is not null)
        {
            with[name] = [value];
        }
    }

    private static void AddMap(YamlReader reader, string key, Dictionary<string, IReadOnlyList<string>> with)
    {
        foreach (var (name, value) in reader.TextMap(key))
        {
            with[key + "." + name] = [value];
        }
    }

    private string? Pool(YamlReader reader) => reader.Node("pool") is not { } node ? null
        : pools.Contains(node.AsText()) ? node.AsText()
        : throw node.Error("projects.unknown-value", $"There is no pool '{node.AsText()}'.", Nearest.Remedy(node.AsText(), pools, "Add it to pools in escale.yml, with the number of its places."));

    private static TimeSpan? Positive(YamlReader reader, string key) => reader.Duration(key) is not { } time ? null
        : time > TimeSpan.Zero ? time : throw reader.Need(key).WrongType("a time above 0");

    private static string? Condition(YamlReader reader)
    {
        var text = reader.TextOrNull("when")?.Trim();
        return text is null ? null : Expression(text) ?? text;
    }

    /// <summary>What stands between <c>{{</c> and <c>}}</c>, or null.</summary>
    internal static string? Expression(string text) => text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal) ? text[2..^2].Trim() : null;
}
