using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Projects.Yaml;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Pages;

/// <summary>The graph of a pipeline, and the code of its steps.</summary>
public sealed class DrawingTests
{
    [Fact]
    public void Each_step_stands_behind_all_that_it_depends_on_and_none_on_another()
    {
        var pipeline = Pipeline(Step("a"), Step("b"), Step("c", "a"), Step("d", "b", "c"), Step("e", "a"));
        var places = FlowDrawing.Places(pipeline);
        Assert.Equal([0, 0, 1, 2, 1], places.Select(place => place.Layer));
        Assert.Equal(places.Length, places.Distinct().Count());
    }

    [Fact]
    public void A_chain_of_thousands_is_laid_out_too()
    {
        var chain = Pipeline([.. Enumerable.Range(0, 5000).Select(at => at == 0 ? Step("s0") : Step($"s{at}", $"s{at - 1}"))]);
        Assert.Equal(4999, FlowDrawing.Places(chain)[^1].Layer);
    }

    [Fact]
    public void Names_cannot_become_markup()
    {
        var svg = FlowDrawing.Svg(Pipeline(Step("<b>")), "\"><script>", _ => "failed", word => word, _ => "/x?a=1&b=\"");
        Assert.DoesNotContain("<b>", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", svg, StringComparison.Ordinal);
        Assert.Contains("href=\"/x?a=1&amp;b=&quot;\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_shown_as_a_file_would_say_it_and_found_in_the_file()
    {
        using var folder = new TempFolder();
        folder.Write("escale.yml", "");
        var path = folder.Write("pipelines/daily.yml", """
            schedule: "@daily"
            tasks:
              - {id: fetch, shell: echo hello, timeout: 10m, retries: {count: 2, delay: 30s}}
              - id: load
                shell: |
                  echo one
                  echo two
                depends_on: fetch
                may_fail: true
            on_failure: {shell: echo no}
            """);
        var root = new ProjectRoot(folder.Path);
        var pipeline = new PipelineFiles(root).Get("daily");
        Assert.Equal("id: fetch\nshell: echo hello\ntimeout: 10m\nretries: {count: 2, delay: 30s}", StepCode.Of(pipeline.Tasks[0]));
        Assert.Equal("id: load\nshell: |\n  echo one\n  echo two\ndepends_on: [fetch]\nmay_fail: true", StepCode.Of(pipeline.Tasks[1]));
        var each = PipelineReader.Read(YamlFile.Parse("tasks: [{id: load, each: {sql: select port}, shell: echo, retries: 1, when: each.port}]", "p.yml"), "p", null, []).Tasks[0];
        Assert.Equal(("id: load\neach: {sql: select port}\nshell: echo\nwhen: each.port\nretries: {count: 1, delay: 10s}", "each · shell"), (StepCode.Of(each), StepCode.KindOf(each)));
        Assert.Equal("id: load[dakar]\nshell: echo\nwhen: each.port\nretries: {count: 1, delay: 10s}\n# {{ each }}: \"dakar\"", StepCode.Of(each.Each! with { Id = "load[dakar]", Element = "\"dakar\"" }));
        Assert.Equal((3, 3), StepCode.Lines(root, path, "fetch", 10));
        Assert.Equal((4, 9), StepCode.Lines(root, path, "load", 10));
        Assert.Equal((10, 10), StepCode.Lines(root, path, "on_failure", 10));
        Assert.Equal((0, 0), StepCode.Lines(root, path, "other", 10));
    }

    private static PipelineSpec Pipeline(params TaskSpec[] tasks) => new() { Name = "p", Tasks = tasks };

    private static TaskSpec Step(string id, params string[] dependsOn) => new() { Id = id, Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>> { ["line"] = ["true"] }, DependsOn = dependsOn };
}
