using System.Globalization;
using System.Text;
using Escale.Modeling.Parts;
using Escale.Modeling.Training;
using Escale.Ui;

namespace Escale.Modeling.Judging;

/// <summary>A model card (Mitchell et al., 2019) as Markdown: what a model is for, what it learned from, how good it is and for whom, and what to be careful of.</summary>
internal static class ModelCard
{
    private const int MostGroups = 8;

    /// <summary>The card of a training that finished.</summary>
    public static string Write(RunReport report, Reader reader)
    {
        var text = new StringBuilder();
        var (summary, run) = (report.Summary!, report.Detail.Run);
        text.Append(CultureInfo.InvariantCulture, $"# {Plain(summary.Name)}\n\n");
        var verdict = Verdict.Of(report, reader);
        text.Append(CultureInfo.InvariantCulture, $"**{reader[verdict.Title]}** {string.Join(' ', verdict.Sentences.Select(sentence => reader[sentence]))}\n\n");
        Section(text, reader[Words.WhatWillHappen]);
        Item(text, reader[Words.Predicts], $"{Plain(report.Judgement?.Target ?? "")} ({reader[Words.OfTask(summary.Task)]})");
        Item(text, reader[Words.Data], $"{run.Table}{(run.DataVersion is { } version ? " v" + version : "")}, {reader.Count(Words.Rows, summary.RowCount)}");
        Item(text, reader[Words.Split], reader[Words.OfSplit(new SplitChoice(Enum.Parse<SplitKind>(summary.Split.By, ignoreCase: true), summary.Split.Column))]);
        Item(text, reader[Words.Model], summary.BestName);
        Item(text, reader[Words.Started], reader.DateTime(run.StartedAt));
        Item(text, reader[Words.DataFingerprint], $"`{run.DataFingerprint}`");
        Item(text, reader[Words.Training], $"`{run.Id}`");
        Section(text, reader[Words.AllMetrics]);
        Item(text, $"{summary.Metric}", $"{Scores.Of(reader, summary.Score)}{(summary is { Low: { } low, High: { } high } ? $" ({Scores.Of(reader, low)} – {Scores.Of(reader, high)})" : "")}; {reader[Words.Baseline]} {Scores.Of(reader, summary.BaselineScore)}");
        foreach (var (name, value) in report.Judgement?.Metrics ?? new Dictionary<string, double>())
        {
            Item(text, reader[Words.OfMetric(name)], Scores.Of(reader, value));
        }
        Section(text, reader[Words.Importance]);
        foreach (var one in report.Explanations?.Importance.Take(10) ?? [])
        {
            Item(text, Plain(one.Column), Scores.Of(reader, one.Mean));
        }
        Section(text, reader[Words.Groups]);
        foreach (var segment in (report.Insights?.Segments ?? []).OrderByDescending(segment => segment.Groups.Max(group => group.Error) - segment.Groups.Min(group => group.Error)).Take(MostGroups))
        {
            Item(text, Plain(segment.Column), string.Join("; ", segment.Groups.Select(group => $"{Plain(group.Name)}: {Scores.Of(reader, group.Error)}")));
        }
        Section(text, reader[Words.Checks]);
        foreach (var finding in summary.Findings)
        {
            text.Append("- ").Append(Plain(reader[Words.OfFinding(finding, reader)])).Append(' ').Append(reader[Words.OfFindingReason(finding)]).Append('\n');
        }
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title) => text.Append(text[^2] == '\n' ? "" : "\n").Append("## ").Append(title).Append("\n\n");

    private static void Item(StringBuilder text, string name, string value) => text.Append("- ").Append(name).Append(": ").Append(value).Append('\n');

    // Names come from data: what Markdown would take for its own marks is escaped.
    private static string Plain(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(letter => "\\`*_{}[]<>#|".Contains(letter, StringComparison.Ordinal) ? "\\" + letter : letter.ToString()));
}
