using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>Reads <c>pipelines/NAME.yml</c>.</summary>
internal static partial class PipelineReader
{
    /// <summary>The most steps of a pipeline.</summary>
    public const int MostTasks = 20_000;

    /// <summary>The pool of all builds, since a project is built by one run at a time.</summary>
    public const string BuildPool = "build";

    /// <summary>The pipeline of a file.</summary>
    /// <param name="document">The file.</param>
    /// <param name="name">The file's name without its ending.</param>
    /// <param name="path">The file relative to the project, or null.</param>
    /// <param name="pools">The pools that there are.</param>
    /// <exception cref="EscaleException"><c>projects.*</c>, <c>orchestrate.cron</c>, <c>orchestrate.pipeline-invalid</c>, <c>orchestrate.pipeline-steps</c>, with the place.</exception>
    public static PipelineSpec Read(YamlNode document, string name, string? path, IReadOnlyCollection<string> pools)
    {
        var reader = document.AsMap("a pipeline").Reader("a pipeline");
        name = reader.Text("name", name);
        if (!IsName().IsMatch(name))
        {
            throw (reader.Node("name") ?? document).Error("orchestrate.pipeline-invalid", $"'{name}' cannot be the name of a pipeline.", "Use letters, digits, - and _, beginning with a letter; 60 at most.");
        }
        var (retries, timeout) = (Retries(reader) ?? RetryPolicy.None, reader.Duration("timeout"));
        var tasks = Tasks(reader, new TaskReader(pools, retries));
        var pipeline = new PipelineSpec
        {
            Name = name,
            Description = reader.Text("description", ""),
            Path = path,
            Schedule = ScheduleReader.Read(reader),
            Triggers = ScheduleReader.Triggers(reader.MapOrNull("triggers", "the triggers")),
            Parameters = ParameterReader.Read(reader),
            Concurrency = (int?)reader.Integer("concurrency", 1, 1000) ?? 1,
            Timeout = timeout,
            Deadline = ScheduleReader.Deadline(reader),
            OnDeadline = reader.MapOrNull("on_deadline", "a task") is { } late ? new TaskReader(pools, retries).Task(late, "on_deadline") with { Rule = TriggerRule.AllSuccess } : null,
            Priority = (int?)reader.Integer("priority", -100, 100) ?? 0,
            Tasks = tasks,
        };
        reader.Done();
        if (pipeline is { OnDeadline: not null, Deadline: null })
        {
            throw reader.Need("on_deadline").Error("orchestrate.pipeline-invalid", "There is no deadline to miss.", "Add deadline: 45m, or a time of day such as deadline: \"07:30\".");
        }
        return (pipeline.Schedule is null && !pipeline.Triggers.IsAny) || pipeline.Parameters.FirstOrDefault(parameter => parameter.Default is null) is not { } open ? pipeline
            : throw reader.Need("params").Error("orchestrate.pipeline-invalid", $"A pipeline that starts by itself needs a default for its parameter '{open.Name}'.", "Give it one, such as \"{{ interval.day }}\".");
    }

    /// <summary><c>retries</c>: a number, or a mapping; null when absent.</summary>
    internal static RetryPolicy? Retries(YamlReader reader)
    {
        if (reader.Node("retries") is not YamlMap map)
        {
            return reader.Integer("retries", 0, 100) is { } count ? new RetryPolicy { Count = (int)count } : null;
        }
        var own = map.Reader("the retries");
        var defaults = RetryPolicy.None;
        var policy = new RetryPolicy
        {
            Count = (int?)own.Integer("count", 0, 100) ?? 1,
            Delay = own.Duration("delay") ?? defaults.Delay,
            Factor = own.Number("factor", 1, 100) ?? defaults.Factor,
            Most = own.Duration("most") ?? defaults.Most,
            Jitter = own.Number("jitter", 0, 1) ?? defaults.Jitter,
            On = own.Texts("on"),
        };
        own.Done();
        return policy;
    }

    private static List<TaskSpec> Tasks(YamlReader reader, TaskReader read)
    {
        var items = reader.Items("tasks");
        if (items.Count > MostTasks)
        {
            throw reader.Need("tasks").Error("orchestrate.pipeline-steps", $"The pipeline has {items.Count} tasks; {MostTasks} are the most.", "Split it, and let one part run after the other.");
        }
        var tasks = items.Select(item => read.Task(item.AsMap("a task").Reader("a task"))).ToList();
        if (reader.Has("build"))
        {
            tasks.Insert(0, read.Short(reader, tasks));
        }
        if (tasks.Count == 0)
        {
            throw reader.Map.Error("orchestrate.pipeline-invalid", "The pipeline has nothing to do.", "Give it 'build:' with a selection, or 'tasks:'.");
        }
        Check(reader, tasks);
        AddHook(reader, read, tasks, "on_failure", TriggerRule.OneFailed);
        AddHook(reader, read, tasks, "on_success", TriggerRule.NoneFailed);
        return tasks;
    }

    private static void Check(YamlReader reader, List<TaskSpec> tasks)
    {
        try
        {
            _ = new FlowGraph([.. tasks.Select(task => new FlowStep(task.Id, task.DependsOn, task.Rule, task.MayFail))]);
        }
        catch (EscaleException error) when (error.Place is null)
        {
            throw error.At((reader.Node("tasks") ?? reader.Map).Place);
        }
    }

    // What is done at the end is a step like the others, behind all that count; that it fails changes nothing.
    private static void AddHook(YamlReader reader, TaskReader read, List<TaskSpec> tasks, string key, TriggerRule rule)
    {
        if (reader.MapOrNull(key, "a task") is not { } map)
        {
            return;
        }
        var before = tasks.Where(task => !task.MayFail).Select(task => task.Id).ToList();
        if (tasks.Exists(task => task.Id == key))
        {
            throw map.Map.Error("orchestrate.pipeline-steps", $"A step is called '{key}' already.", "Give it another id.");
        }
        tasks.Add(read.Task(map, key) with { DependsOn = before, Rule = rule, MayFail = true });
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,59}$", RegexOptions.NonBacktracking)]
    internal static partial Regex IsName();
}
