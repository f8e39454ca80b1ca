using Escale.Learning.Metrics;

namespace Escale.Modeling.Judging;

/// <summary><c>insights.json</c>: what helps a person to believe a model or not. Of rows that it had not seen, unless said otherwise.</summary>
/// <param name="Segments">Quality by group, for each column that makes groups, learned from or not.</param>
/// <param name="Worst">The rows with the largest errors.</param>
/// <param name="Contributions">What each column did to predictions; null when it could not be computed.</param>
/// <param name="Tree">A small tree that says what the model does; null when none could be made.</param>
/// <param name="Gain">Of two classes: what is found when the likeliest rows are looked at first.</param>
/// <param name="Learning">The quality of a plain model by the number of rows that it learned from.</param>
public sealed record Insights(
    IReadOnlyList<SegmentColumn> Segments, IReadOnlyList<WorstRow> Worst, ContributionSummary? Contributions, TreePicture? Tree, IReadOnlyList<GainStep> Gain, IReadOnlyList<LearningPoint> Learning);

/// <summary>Quality by the groups of a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsLearnedFrom">Whether the model reads it.</param>
/// <param name="Groups">The groups.</param>
public sealed record SegmentColumn(string Column, bool IsLearnedFrom, IReadOnlyList<Segment> Groups);

/// <summary>A group of rows.</summary>
/// <param name="Name">The value, or the range of values.</param>
/// <param name="Rows">How many.</param>
/// <param name="Error">Numbers: the mean size of the error. Classes: the share of wrong answers.</param>
/// <param name="Bias">Numbers: the mean of prediction − truth. Two classes: the share predicted positive − the share that is.</param>
/// <param name="Predicted">Numbers: the mean prediction. Two classes: the share predicted positive; otherwise null.</param>
/// <param name="FoundShare">Two classes: the share of positive rows that are found, or null.</param>
/// <param name="FalseAlarmShare">Two classes: the share of negative rows taken for positive, or null.</param>
public sealed record Segment(string Name, int Rows, double Error, double? Bias, double? Predicted, double? FoundShare, double? FalseAlarmShare);

/// <summary>A row that the model is wrong about.</summary>
/// <param name="Row">Its place in the table, from 0.</param>
/// <param name="Truth">The truth.</param>
/// <param name="Predicted">What was said.</param>
/// <param name="Probability">How sure it was of that, for classes.</param>
/// <param name="Values">The row's values of the most important columns.</param>
public sealed record WorstRow(int Row, string Truth, string Predicted, double? Probability, IReadOnlyDictionary<string, string?> Values);

/// <summary>Shapley values of some rows.</summary>
/// <param name="IsExact">Whether they were computed rather than estimated.</param>
/// <param name="InScore">Whether they are in the model's score (log-odds) rather than in what it predicts.</param>
/// <param name="Base">What is predicted before anything is known of a row.</param>
/// <param name="Columns">The columns, the one that does most first.</param>
public sealed record ContributionSummary(bool IsExact, bool InScore, double Base, IReadOnlyList<ColumnContributions> Columns);

/// <summary>What a column did to the predictions of some rows.</summary>
/// <param name="Column">The column.</param>
/// <param name="MeanSize">The mean size of what it did.</param>
/// <param name="Points">For some rows: the column's value as a number (or null), as a text, and what it did.</param>
public sealed record ColumnContributions(string Column, double MeanSize, IReadOnlyList<ContributionPoint> Points);

/// <summary>What a value did to a prediction.</summary>
public sealed record ContributionPoint(double? Number, string? Text, double Effect);

/// <summary>A tree, drawn.</summary>
/// <param name="IsModel">Whether it is the model itself, rather than an imitation.</param>
/// <param name="Fidelity">How well it imitates, from 0 to 1.</param>
/// <param name="Classes">The classes of its values; empty for a number or a probability.</param>
/// <param name="Nodes">The nodes, the root first.</param>
public sealed record TreePicture(bool IsModel, double Fidelity, IReadOnlyList<string> Classes, IReadOnlyList<TreeNode> Nodes);

/// <summary>A node of a drawn tree.</summary>
/// <param name="English">What holds for rows that go left; empty for a leaf.</param>
/// <param name="French">The same in French.</param>
/// <param name="Left">The node for those, or −1.</param>
/// <param name="Right">The node for the others, or −1.</param>
/// <param name="Values">What it says.</param>
/// <param name="Weight">Rows.</param>
public sealed record TreeNode(string English, string French, int Left, int Right, IReadOnlyList<double> Values, double Weight);

/// <summary>A point of the learning curve.</summary>
/// <param name="Rows">Rows learned from.</param>
/// <param name="Score">The metric on the rows set aside.</param>
/// <param name="OnLearned">The metric on the rows learned from.</param>
public sealed record LearningPoint(int Rows, double Score, double OnLearned);

/// <summary><c>reference.json</c>: what the data looked like when a model learned from it; drift is measured against it.</summary>
/// <param name="Rows">Rows learned from.</param>
/// <param name="Columns">The columns that the model reads.</param>
/// <param name="Prediction">What it predicted for rows that it had not seen: numbers, or the probability of the positive class, or classes.</param>
/// <param name="Background">Some rows, to explain others by: the values of each column that the model reads, as texts.</param>
public sealed record Reference(int Rows, IReadOnlyList<ReferenceColumn> Columns, ReferenceColumn Prediction, IReadOnlyDictionary<string, IReadOnlyList<string?>> Background);

/// <summary>The distribution of a column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MissingShare">Share of rows without a value.</param>
/// <param name="Numbers">Of a number or a date (days since 2000): values in order, at even steps; at most 1,000. Empty for others.</param>
/// <param name="Count">How many rows had a value.</param>
/// <param name="Levels">Of a category: how often each value came, the most frequent 200. Empty for others.</param>
public sealed record ReferenceColumn(string Name, double MissingShare, IReadOnlyList<double> Numbers, int Count, IReadOnlyDictionary<string, int> Levels);
