using System.Text.RegularExpressions;
using Escale.Orchestrate.Export;
using Escale.Orchestrate.Export.Argo;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Tests.Export;

/// <summary>Rules as Argo's expressions: whatever steps do, Argo takes those that we take.</summary>
public sealed partial class DependsTests
{
    [Fact]
    public void Argo_takes_the_steps_that_we_take()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var pipeline = Pipeline(random);
            // What each step does once it is taken.
            var ends = pipeline.Tasks.ToDictionary(task => task.Id, task => random.Next(4) switch { 0 => StepPhase.Failed, 1 when task.When is not null => StepPhase.Skipped, _ => StepPhase.Succeeded });
            Assert.True(Ours(pipeline, ends) == Argos(pipeline, ends), $"seed {seed}: {Ours(pipeline, ends)} here, {Argos(pipeline, ends)} there");
        }
    }

    private static PipelineSpec Pipeline(Random random) => new()
    {
        Name = "p",
        Tasks =
        [
            .. Enumerable.Range(0, 2 + random.Next(7)).Select(at => new TaskSpec
            {
                Id = "step_" + at, Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>>(), DependsOn = [.. Enumerable.Range(0, at).Where(_ => random.Next(3) == 0).Select(before => "step_" + before)],
                Rule = Enum.GetValues<TriggerRule>()[random.Next(8)], When = random.Next(4) == 0 ? "params.x" : null,
            }),
        ],
    };

    private static string Ours(PipelineSpec pipeline, Dictionary<string, StepPhase> ends)
    {
        var graph = pipeline.Graph();
        var phases = graph.Begin();
        while (Array.IndexOf(phases, StepPhase.Ready) is var next and >= 0)
        {
            graph.End(phases, next, ends[pipeline.Tasks[next].Id]);
        }
        return string.Join(' ', phases.Select(phase => phase is StepPhase.Succeeded or StepPhase.Failed ? phase.ToString() : "-"));
    }

    // As Argo's controller: a task whose steps before it have all ended is omitted unless its expression holds; one whose condition is false is skipped.
    private static string Argos(PipelineSpec pipeline, Dictionary<string, StepPhase> ends)
    {
        var names = Names.Labels(pipeline.Tasks.Select(task => task.Id), 50);
        var (depends, ended) = (new Depends(pipeline, names), new Dictionary<string, string>());
        foreach (var task in pipeline.Tasks)
        {
            var (name, isTaken) = (names[task.Id], depends.Of(task) is not { } expression || Holds(expression, ended));
            if (task.When is not null)
            {
                ended[Depends.ConditionOf(name)] = isTaken ? "Succeeded" : "Omitted";
            }
            ended[name] = isTaken ? ends[task.Id].ToString() : "Omitted";
        }
        Assert.True(Holds(depends.OfEnd(), ended));
        return string.Join(' ', pipeline.Tasks.Select(task => ended[names[task.Id]] is "Succeeded" or "Failed" ? ended[names[task.Id]] : "-"));
    }

    private static bool Holds(string expression, Dictionary<string, string> ended)
    {
        var words = new Queue<string>(Word().Matches(expression).Select(match => match.Value));
        var value = Or();
        Assert.Empty(words);
        return value;

        bool Or()
        {
            var any = And();
            while (words.TryPeek(out var word) && word == "||")
            {
                words.Dequeue();
                any |= And();
            }
            return any;
        }

        bool And()
        {
            var all = One();
            while (words.TryPeek(out var word) && word == "&&")
            {
                words.Dequeue();
                all &= One();
            }
            return all;
        }

        bool One()
        {
            var word = words.Dequeue();
            if (word == "!")
            {
                return !One();
            }
            if (word != "(")
            {
                var dot = word.LastIndexOf('.');
                return ended[word[..dot]] == word[(dot + 1)..];
            }
            var inside = Or();
            Assert.Equal(")", words.Dequeue());
            return inside;
        }
    }

    [GeneratedRegex(@"&&|\|\||[!()]|[A-Za-z0-9.-]+")]
    private static partial Regex Word();
}
