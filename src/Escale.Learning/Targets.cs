using System.Globalization;
using Escale.Learning.Frames;

namespace Escale.Learning;

/// <summary>Makes targets of columns.</summary>
public static class Targets
{
    private const int MaxClassesOfNumbers = 10;

    /// <summary>
    /// What a column asks for: texts, categories, true and false, numbers of two values and whole numbers of at most ten are classes; other numbers are to be predicted as such.
    /// </summary>
    /// <exception cref="LearningException">The column holds moments (<c>learning.target-kind</c>).</exception>
    public static LearningTask Detect(Column column)
    {
        switch (column)
        {
            case TimestampColumn:
                throw new LearningException("learning.target-kind", $"The target '{column.Name}' holds moments, which cannot be predicted.", "Predict a number, such as the days until then.", column.Name);
            case NumberColumn numbers:
                var distinct = new HashSet<double>();
                for (var row = 0; row < numbers.RowCount; row++)
                {
                    var number = numbers.Number(row);
                    if (!double.IsNaN(number) && distinct.Add(number) && (distinct.Count > MaxClassesOfNumbers || (!double.IsInteger(number) && distinct.Count > 2)))
                    {
                        return LearningTask.Regression;
                    }
                }
                return distinct.Count <= 2 ? LearningTask.Binary : distinct.All(double.IsInteger) ? LearningTask.Multiclass : LearningTask.Regression;
            default:
                var levels = Enumerable.Range(0, column.RowCount).Select(column.TextAt).OfType<string>().Distinct(StringComparer.Ordinal);
                return levels.Take(3).Count() < 3 ? LearningTask.Binary : LearningTask.Multiclass;
        }
    }

    /// <summary>
    /// The target that a column holds. Classes are sorted: numbers by value, texts by their characters (ordinally); of two classes the second is the positive one.
    /// </summary>
    /// <param name="column">The column; no value may be missing.</param>
    /// <param name="task">What is predicted; null to <see cref="Detect"/>. Binary and multiclass ask for the same: the number of classes decides.</param>
    /// <param name="classes">The classes, when they are known already (those of a training table); null for those of the column.</param>
    /// <exception cref="LearningException">
    /// A value is missing (<c>learning.target-not-finite</c>), a text is to be predicted as a number (<c>learning.not-a-number</c>), there is one class only
    /// (<c>learning.one-class</c>), or one that is not among <paramref name="classes"/> (<c>learning.target-class-unknown</c>).
    /// </exception>
    public static Target Of(Column column, LearningTask? task = null, IReadOnlyList<string>? classes = null)
    {
        if ((task ?? (classes is null ? Detect(column) : LearningTask.Multiclass)) == LearningTask.Regression)
        {
            return Target.OfNumbers(Preparation.CellReading.Numbers(column));
        }
        var names = new string[column.RowCount];
        for (var row = 0; row < names.Length; row++)
        {
            names[row] = column.TextAt(row) ?? throw new LearningException(
                "learning.target-not-finite", $"The target '{column.Name}' is missing in row {row + 1}.", "Remove the rows without a target before training.", column.Name);
        }
        classes ??= Sorted(column, names);
        var indexOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in classes)
        {
            CellText.CheckUnicode(name, column.Name);
            indexOf.Add(name, indexOf.Count);
        }
        return Target.OfClasses(Array.ConvertAll(names, name => indexOf.TryGetValue(name, out var index) ? index : throw new LearningException(
            "learning.target-class-unknown", $"The target '{column.Name}' holds '{name}', which is none of the classes that were learned.", "Leave out the rows of other classes.", column.Name)), classes);
    }

    private static string[] Sorted(Column column, string[] names)
    {
        string[] classes = [.. names.Distinct(StringComparer.Ordinal)];
        if (column is NumberColumn { Kind: not ColumnKind.Boolean })
        {
            Array.Sort(Array.ConvertAll(classes, name => double.Parse(name, CultureInfo.InvariantCulture)), classes);
            return classes;
        }
        Array.Sort(classes, StringComparer.Ordinal);
        return classes;
    }
}
