using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>Steps that write texts in one way.</summary>
internal static class TextSteps
{
    /// <summary><c>trim</c>: no blanks around; with <c>blank_to_null</c>, nothing left is null.</summary>
    public static string Trim(StepWriter step)
    {
        var blankToNull = step.Settings.Bool("blank_to_null", false);
        return step.Replace(step.Columns(), column =>
        {
            var text = $"regexp_replace({RecipeSql.AsText(column)}, '^[\\s\\p{{Z}}]+|[\\s\\p{{Z}}]+$', '', 'g')";
            return blankToNull ? $"nullif({text}, '')" : text;
        });
    }

    /// <summary><c>case</c>: <c>to</c> lower, upper, title or sentence.</summary>
    public static string Case(StepWriter step)
    {
        var to = step.Choice("to", "lower", "lower", "upper", "title", "sentence");
        return step.Replace(step.Columns(), column =>
        {
            var text = RecipeSql.AsText(column);
            return to switch
            {
                "lower" => $"lower({text})",
                "upper" => $"upper({text})",
                "sentence" => $"upper({text}[1]) || lower({text}[2:])",
                _ => $"array_to_string(list_transform(string_split(lower({text}), ' '), lambda word: upper(word[1]) || word[2:]), ' ')",
            };
        });
    }

    /// <summary><c>normalise</c>: without accents, one blank between words, and with <c>punctuation</c> without that too.</summary>
    public static string Normalise(StepWriter step)
    {
        var (accents, blanks, punctuation) = (step.Settings.Bool("accents", true), step.Settings.Bool("blanks", true), step.Settings.Bool("punctuation", false));
        return step.Replace(step.Columns(), column =>
        {
            var text = accents ? $"strip_accents({RecipeSql.AsText(column)})" : RecipeSql.AsText(column);
            text = punctuation ? $"regexp_replace({text}, '[\\p{{P}}\\p{{S}}]+', ' ', 'g')" : text;
            return blanks || punctuation ? $"trim(regexp_replace({text}, '[\\s\\p{{Z}}]+', ' ', 'g'))" : text;
        });
    }

    /// <summary><c>replace</c>: what is <c>find</c> becomes <c>with</c>: parts of texts, whole cells (<c>whole</c>), or patterns (<c>regex</c>).</summary>
    public static string Replace(StepWriter step)
    {
        var find = step.Settings.Text("find");
        var with = step.Settings.Node("with") is YamlScalar { Value: { } } put ? put.Text : null;
        var (regex, whole, ignoreCase) = (step.Settings.Bool("regex", false), step.Settings.Bool("whole", false), step.Settings.Bool("ignore_case", false));
        if (find.Length == 0 && !whole)
        {
            throw step.Wrong("find", "there is nothing to find.");
        }
        return step.Replace(step.Columns(), column =>
        {
            var (name, text) = (RecipeSql.Name(column), RecipeSql.AsText(column));
            var pattern = regex ? find : ReadingSteps.PatternOf(find);
            if (whole)
            {
                var same = regex ? $"regexp_full_match({text}, {RecipeSql.Text(pattern)}{(ignoreCase ? ", 'i'" : "")})" : ignoreCase ? $"lower({text}) = lower({RecipeSql.Text(find)})" : $"{text} = {RecipeSql.Text(find)}";
                return with is null ? $"case when {same} then null else {name} end" : $"case when {same} then {RecipeSql.Text(with)} else {text} end";
            }
            return regex || ignoreCase
                ? $"regexp_replace({text}, {RecipeSql.Text(pattern)}, {RecipeSql.Text(regex ? with ?? "" : (with ?? "").Replace("\\", "\\\\", StringComparison.Ordinal))}, '{(ignoreCase ? "gi" : "g")}')"
                : $"replace({text}, {RecipeSql.Text(find)}, {RecipeSql.Text(with ?? "")})";
        });
    }

    /// <summary><c>map</c> and <c>cluster</c>: a table of <c>values</c>, old with new; others stay (<c>other: keep</c>), or become null or a value.</summary>
    public static string Map(StepWriter step)
    {
        var column = step.Column();
        var isCluster = step.Step.Type == "cluster";
        step.Settings.Allow("method", "threshold", "size");
        var values = step.Settings.MapOrNull("values", "values, old with new")?.Map.Entries ?? [];
        if (values.Count == 0)
        {
            throw step.Wrong("values", "it needs 'values', old ones with new ones.", isCluster ? "Refresh the step: it finds them in the table." : "Add 'values: {old: new}'.");
        }
        var other = isCluster ? "keep" : step.Choice("other", "keep", "keep", "null", "value");
        var news = values.Select(value => (value.Value as YamlScalar ?? throw value.Value.WrongType("a value")).Value).ToList();
        var otherValue = other == "value" ? step.Settings.Need("value").ToValue() : null;
        // Where everything becomes a number, the column does; else it is text.
        var isText = other == "keep" || news.Append(otherValue).Any(value => value is string);
        string Put(object? value) => value is null ? "null" : isText ? RecipeSql.Text(value as string ?? Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!) : RecipeSql.Value(value);
        var whens = string.Concat(values.Zip(news, (value, put) => $"\n      when {RecipeSql.Text(value.Name)} then {Put(put)}"));
        var last = other switch { "keep" => RecipeSql.AsText(column), "value" => Put(otherValue), _ => "null" };
        return step.PutColumn(column, $"case {RecipeSql.AsText(column)}{whens}\n      else {last} end");
    }
}
