namespace Escale.Explore.Recipes;

/// <summary>Steps that read dates and numbers from texts.</summary>
internal static class ReadingSteps
{
    /// <summary><c>parse_date</c>: <c>format</c> or <c>formats</c>, as in <c>%d/%m/%Y</c>; what has none of them becomes null. Dates as ISO writes them, and columns that are dates already, stay.</summary>
    public static string Date(StepWriter step)
    {
        var formats = step.Settings.Texts("formats").Concat(step.Settings.Texts("format")).ToList();
        var type = ColumnSteps.TypeOf(step, "date");
        if (type is not ("date" or "timestamp"))
        {
            throw step.Wrong("to", "a date is read as date or timestamp.");
        }
        var list = string.Join(", ", formats.Select(RecipeSql.Text));
        return step.Replace(step.Columns(), column =>
        {
            var text = $"trim({RecipeSql.AsText(column)})";
            return formats.Count == 0 ? $"try_cast({text} as {type})" : $"coalesce(try_strptime({text}, [{list}])::{type}, try_cast({text} as {type}))";
        });
    }

    /// <summary><c>parse_number</c>: <c>decimal</c>, <c>thousands</c> and <c>unit</c> as they stand in the texts; what is no number becomes null.</summary>
    public static string Number(StepWriter step)
    {
        var (point, group) = (step.Settings.Text("decimal", "."), step.Settings.TextOrNull("thousands"));
        var units = step.Settings.Texts("unit");
        var type = ColumnSteps.TypeOf(step, "double");
        if (point is not ("." or ","))
        {
            throw step.Wrong("decimal", "the decimal sign is '.' or ','.");
        }
        if (group == point)
        {
            throw step.Wrong("thousands", "the sign between thousands cannot be the decimal sign.");
        }
        return step.Replace(step.Columns(), column =>
        {
            // Blanks of every kind stand between thousands and before units; a hyphen may be the long minus.
            var sql = $"regexp_replace({RecipeSql.AsText(column)}, '[\\s\\p{{Z}}]', '', 'g')";
            foreach (var unit in units)
            {
                sql = $"regexp_replace({sql}, {RecipeSql.Text(PatternOf(string.Concat(unit.Where(letter => !char.IsWhiteSpace(letter)))))}, '', 'gi')";
            }
            sql = group is null || string.IsNullOrWhiteSpace(group) ? sql : $"replace({sql}, {RecipeSql.Text(group)}, '')";
            sql = point == "," ? $"replace({sql}, ',', '.')" : sql;
            return $"try_cast(replace({sql}, '−', '-') as {type})";
        });
    }

    /// <summary>A pattern that finds a text as it is.</summary>
    public static string PatternOf(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter > 127 ? letter.ToString() : "\\" + letter));
}
