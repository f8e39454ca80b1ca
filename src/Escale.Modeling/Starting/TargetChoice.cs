using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Modeling.Training;

namespace Escale.Modeling.Starting;

/// <summary>How well a column can be predicted.</summary>
public enum Suitability
{
    /// <summary>A number to predict.</summary>
    Number,

    /// <summary>Classes to tell apart.</summary>
    Classes,

    /// <summary>It can be asked for, but says little.</summary>
    Poor,

    /// <summary>It cannot be predicted.</summary>
    Impossible,
}

/// <summary>Why a column is as suitable as it is.</summary>
public enum SuitabilityReason
{
    /// <summary>A number that varies.</summary>
    Varies,

    /// <summary>Few values that come often.</summary>
    FewValues,

    /// <summary>One value only.</summary>
    Constant,

    /// <summary>A name of the row.</summary>
    Identifier,

    /// <summary>Dates.</summary>
    Moments,

    /// <summary>Free texts, or hardly any value comes twice.</summary>
    Texts,

    /// <summary>Hardly any row has a value.</summary>
    Missing,
}

/// <summary>A column that might be predicted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">What it is taken for.</param>
/// <param name="Distinct">Different values in the rows looked at.</param>
/// <param name="MissingShare">Share of rows without a value.</param>
/// <param name="Examples">Some values.</param>
/// <param name="Suitability">How well it can be predicted.</param>
/// <param name="Reason">Why.</param>
public sealed record TargetOption(string Name, ColumnRole Role, int Distinct, double MissingShare, IReadOnlyList<string> Examples, Suitability Suitability, SuitabilityReason Reason);

/// <summary>A target with what is known before training.</summary>
/// <param name="Task">What is predicted.</param>
/// <param name="Split">How rows will be set aside.</param>
/// <param name="SplitReason">Why.</param>
/// <param name="Findings">What to know about the data.</param>
/// <param name="Roles">What each column is taken for.</param>
/// <param name="Classes">The classes with their shares, the most frequent first; empty for numbers.</param>
public sealed record TargetLook(LearningTask Task, SplitChoice Split, string SplitReason, IReadOnlyList<Finding> Findings, IReadOnlyList<(string Column, ColumnRole Role)> Roles, IReadOnlyList<(string Class, double Share)> Classes);

/// <summary>Looks at a table before a training is written: which columns can be predicted, and what is to be known of the one chosen.</summary>
internal static class TargetChoice
{
    /// <summary>Rows that are looked at.</summary>
    public const int SampleRows = 20_000;

    private const int MostExamples = 4;
    private const double LeastKnown = 0.05;

    /// <summary>The columns, the suitable ones first.</summary>
    public static IReadOnlyList<TargetOption> Options(Frame frame)
    {
        var roles = ColumnRoles.Detect(frame);
        return [.. frame.Columns.Select(column => Option(column, roles[column.Name])).OrderBy(option => option.Suitability is Suitability.Number or Suitability.Classes ? 0 : option.Suitability == Suitability.Poor ? 1 : 2)];
    }

    /// <summary>Looks at a target.</summary>
    /// <exception cref="EscaleException">It cannot be learned (see <see cref="TrainingChecks.Check"/>).</exception>
    public static TargetLook Look(TrainingSpec spec, TrainingData sample, CancellationToken cancellationToken)
    {
        var data = TrainingChecks.Check(spec, sample);
        IReadOnlyList<LeakSuspicion> leaks;
        try
        {
            leaks = AutoMl.SuspectLeaks(data.Frame, spec.Target, new AutoMlSettings { Task = data.Task, Roles = data.Roles }, cancellationToken);
        }
        catch (LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, new Place(null, Table: spec.Table.ToString(), Field: error.Column), error);
        }
        return new TargetLook(
            data.Task, data.Split, data.SplitReason, [.. data.Findings, .. TrainingChecks.Of(leaks)],
            [.. data.Frame.Columns.Where(column => column.Name != spec.Target).Select(column => (column.Name, data.Roles[column.Name]))], data.Task == LearningTask.Regression ? [] : Classes(data.Frame[spec.Target]));
    }

    private static TargetOption Option(Column column, ColumnRole role)
    {
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < column.RowCount; row++)
        {
            if (column.TextAt(row) is { } text)
            {
                values[text] = values.GetValueOrDefault(text) + 1;
            }
        }
        var (missing, known) = (column.RowCount == 0 ? 1 : (double)column.MissingCount / column.RowCount, column.RowCount - column.MissingCount);
        var (suitability, reason) = role switch
        {
            _ when values.Count < 2 => (Suitability.Impossible, SuitabilityReason.Constant),
            ColumnRole.Timestamp => (Suitability.Impossible, SuitabilityReason.Moments),
            ColumnRole.Identifier => (Suitability.Poor, SuitabilityReason.Identifier),
            _ when missing > 1 - LeastKnown => (Suitability.Poor, SuitabilityReason.Missing),
            ColumnRole.Text => (Suitability.Impossible, SuitabilityReason.Texts),
            _ when column is not TimestampColumn && Targets.Detect(column) == LearningTask.Regression => (Suitability.Number, SuitabilityReason.Varies),
            _ when values.Count > Math.Max(200, known / 2) => (Suitability.Impossible, SuitabilityReason.Texts),
            _ => (Suitability.Classes, SuitabilityReason.FewValues),
        };
        return new TargetOption(column.Name, role, values.Count, missing, [.. values.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostExamples).Select(pair => pair.Key.Length > 24 ? pair.Key[..23] + "…" : pair.Key)], suitability, reason);
    }

    private static List<(string Class, double Share)> Classes(Column column)
    {
        var texts = Enumerable.Range(0, column.RowCount).Select(column.TextAt).OfType<string>().ToList();
        return [.. texts.CountBy(text => text, StringComparer.Ordinal).OrderByDescending(pair => pair.Value).Take(8).Select(pair => (pair.Key, (double)pair.Value / texts.Count))];
    }
}
