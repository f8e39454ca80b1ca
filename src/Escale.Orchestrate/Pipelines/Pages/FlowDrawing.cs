using System.Globalization;
using System.Net;
using System.Text;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>Where the steps of a graph stand: in layers from left to right, each behind all that it depends on; and the drawing as SVG. Pure.</summary>
internal static class FlowDrawing
{
    public const int Most = 300;

    private const int Width = 164;
    private const int Height = 42;
    private const int Across = 44;
    private const int Down = 14;
    private const int MostLetters = 17;
    private const int Sweeps = 4;

    /// <summary>The place of each step: its layer, and its place in it.</summary>
    public static (int Layer, int Row)[] Places(PipelineSpec pipeline)
    {
        var graph = pipeline.Graph();
        var layers = Layers(pipeline);
        var rows = new double[layers.Length];
        var columns = Enumerable.Range(0, layers.Length).GroupBy(step => layers[step]).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        columns.ForEach(column => Number(column, rows));
        // Each layer is ordered by the middle of what its steps are joined to, forth and back.
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var column in sweep % 2 == 0 ? columns : columns.AsEnumerable().Reverse())
            {
                var order = column.OrderBy(step => Middle(sweep % 2 == 0 ? graph.Before(step) : graph.After(step), rows, rows[step])).ThenBy(step => rows[step]).ToList();
                Number(order, rows);
            }
        }
        return [.. layers.Select((layer, step) => (layer, (int)rows[step]))];
    }

    /// <summary>The drawing.</summary>
    /// <param name="pipeline">The steps.</param>
    /// <param name="label">What the picture is, for who does not see it.</param>
    /// <param name="status">The status of a step in the run, or null.</param>
    /// <param name="word">The word of a status.</param>
    /// <param name="href">Where a step leads.</param>
    public static string Svg(PipelineSpec pipeline, string label, Func<string, string?> status, Func<string, string> word, Func<string, string> href)
    {
        var (places, graph) = (Places(pipeline), pipeline.Graph());
        var tallest = places.GroupBy(place => place.Layer).Max(group => group.Count());
        var heights = places.GroupBy(place => place.Layer).ToDictionary(group => group.Key, group => group.Count());
        var behind = Ancestors(pipeline);
        IEnumerable<int> Needed(int step) => graph.Before(step).ToArray() is var all ? all.Where(before => !all.Any(other => other != before && behind[other].Contains(before))) : [];
        int X(int step) => 1 + (places[step].Layer * (Width + Across));
        int Y(int step) => 1 + (places[step].Row * (Height + Down)) + ((tallest - heights[places[step].Layer]) * (Height + Down) / 2);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg class=\"flow\" role=\"group\" aria-label=\"{WebUtility.HtmlEncode(label)}\" width=\"{2 + (heights.Count * (Width + Across)) - Across}\" height=\"{2 + (tallest * (Height + Down)) - Down}\">");
        for (var step = 0; step < places.Length; step++)
        {
            foreach (var before in Needed(step))
            {
                var (x1, y1, x2, y2) = (X(before) + Width, Y(before) + (Height / 2), X(step), Y(step) + (Height / 2));
                text.Append(CultureInfo.InvariantCulture, $"<path class=\"flow-line\" d=\"M{x1} {y1} C{x1 + (Across / 2)} {y1} {x2 - (Across / 2)} {y2} {x2} {y2}\"/>");
            }
        }
        for (var step = 0; step < places.Length; step++)
        {
            var task = pipeline.Tasks[step];
            var state = status(task.Id);
            var said = state is null ? StepCode.KindOf(task) : $"{(task.Kind == TaskKind.Each ? "each" : StepCode.KindOf(task))} · {word(state)}";
            text.Append(CultureInfo.InvariantCulture, $"<a class=\"flow-step {PipelineWords.Tone(state)}{(state is null ? " plain" : "")}\" href=\"{WebUtility.HtmlEncode(href(task.Id))}\"><title>{WebUtility.HtmlEncode($"{task.Id}: {said}")}</title>");
            text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(step)}\" y=\"{Y(step)}\" width=\"{Width}\" height=\"{Height}\" rx=\"7\"/><text class=\"flow-sign\" x=\"{X(step) + 16}\" y=\"{Y(step) + 26}\">{PipelineWords.Sign(state)}</text>");
            text.Append(CultureInfo.InvariantCulture, $"<text class=\"flow-name\" x=\"{X(step) + 30}\" y=\"{Y(step) + 18}\">{WebUtility.HtmlEncode(Short(task.Id))}</text><text class=\"flow-kind\" x=\"{X(step) + 30}\" y=\"{Y(step) + 33}\">{WebUtility.HtmlEncode(Short(said))}</text></a>");
        }
        return text.Append("</svg>").ToString();
    }

    // All that a step waits for, however far: a line that another way says already is not drawn.
    private static HashSet<int>[] Ancestors(PipelineSpec pipeline)
    {
        var (graph, layers) = (pipeline.Graph(), Layers(pipeline));
        var found = new HashSet<int>[layers.Length];
        foreach (var step in Enumerable.Range(0, layers.Length).OrderBy(step => layers[step]))
        {
            found[step] = [];
            foreach (var before in graph.Before(step))
            {
                found[step].Add(before);
                found[step].UnionWith(found[before]);
            }
        }
        return found;
    }

    // The longest way from the beginning; without recursion, since a pipeline may be a long chain.
    private static int[] Layers(PipelineSpec pipeline)
    {
        var graph = pipeline.Graph();
        var (layers, open) = (new int[pipeline.Tasks.Count], new int[pipeline.Tasks.Count]);
        var free = new Queue<int>();
        for (var step = 0; step < open.Length; step++)
        {
            open[step] = graph.Before(step).Length;
            if (open[step] == 0)
            {
                free.Enqueue(step);
            }
        }
        while (free.TryDequeue(out var step))
        {
            foreach (var next in graph.After(step))
            {
                layers[next] = Math.Max(layers[next], layers[step] + 1);
                if (--open[next] == 0)
                {
                    free.Enqueue(next);
                }
            }
        }
        return layers;
    }

    private static void Number(List<int> column, double[] rows)
    {
        for (var row = 0; row < column.Count; row++)
        {
            rows[column[row]] = row;
        }
    }

    private static double Middle(ReadOnlySpan<int> joined, double[] rows, double own)
    {
        var sum = 0d;
        foreach (var step in joined)
        {
            sum += rows[step];
        }
        return joined.IsEmpty ? own : sum / joined.Length;
    }

    private static string Short(string text) => text.Length <= MostLetters + 2 ? text : text[..MostLetters] + "…";
}
