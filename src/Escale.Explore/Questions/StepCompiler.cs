using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Questions;

/// <summary>What steps ask, as SQL.</summary>
/// <param name="Sql">The SELECT; values are parameters <c>$v1</c>, … when it is to be run, and written out when it is to be read.</param>
/// <param name="Values">The values of the parameters.</param>
internal sealed record CompiledSteps(string Sql, IReadOnlyDictionary<string, object?> Values);

/// <summary>
/// Writes steps as one SELECT: steps share a block while SQL's own order of clauses is theirs; then the block becomes a subquery of the next.
/// Names are quoted always.
/// </summary>
internal sealed class StepCompiler
{
    private readonly Func<string, string> _questionSql;
    private readonly Func<string, IReadOnlyList<string>> _columnsOf;
    private readonly bool _binds;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private SelectBlock _block = new();

    private StepCompiler(Func<string, string> questionSql, Func<string, IReadOnlyList<string>> columnsOf, bool binds) => (_questionSql, _columnsOf, _binds) = (questionSql, columnsOf, binds);

    /// <summary>Compiles.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="questionSql">The SQL of another question, by id.</param>
    /// <param name="columnsOf">The columns of a table; none when it is not known.</param>
    /// <param name="binds">Whether values become parameters.</param>
    /// <exception cref="EscaleException"><c>explore.steps</c> with what is wrong and in which step.</exception>
    public static CompiledSteps Compile(IReadOnlyList<Step> steps, Func<string, string> questionSql, Func<string, IReadOnlyList<string>> columnsOf, bool binds)
    {
        var compiler = new StepCompiler(questionSql, columnsOf, binds);
        for (var at = 0; at < steps.Count; at++)
        {
            try
            {
                compiler.Add(steps[at], at == 0);
            }
            catch (FormatException error)
            {
                throw new EscaleException("explore.steps", $"Step {at + 1}: {error.Message}", "Correct the step.");
            }
        }
        return steps.Count == 0
            ? throw new EscaleException("explore.steps", "There are no steps.", "Begin with a table or a question.")
            : new CompiledSteps(compiler._block.ToString(), compiler._values);
    }

    /// <summary>A filter as a condition of SQL, values written out.</summary>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static string Predicate(FilterStep filter) => new StepCompiler(_ => "", _ => [], binds: false).Where(filter);

    private void Add(Step step, bool isFirst)
    {
        if (isFirst != (step is TableStep or QuestionStep))
        {
            throw new FormatException(isFirst ? "the first step must be a table or a question." : "a table or question can only be the first step; join it instead.");
        }
        switch (step)
        {
            case TableStep table:
                _block.From = Table(table.Table);
                _block.Columns = [.. _columnsOf(table.Table)];
                break;
            case QuestionStep question:
                _block.From = $"(\n{Indent(_questionSql(question.Question))}\n) as question";
                break;
            case JoinStep join:
                Join(join);
                break;
            case FilterStep filter:
                NestIf(_block.IsGrouped || _block.Computes.Count > 0 || _block.Limit is not null);
                _block.Wheres.Add(Where(filter));
                break;
            case ComputeStep compute:
                NestIf(_block.IsGrouped || _block.Limit is not null);
                _block.Computes.Add($"{Expression(compute.Expression)} as {DuckSql.Name(Name(compute.Name))}");
                break;
            case SummariseStep summarise:
                Summarise(summarise);
                break;
            case SortStep sort:
                NestIf(_block.Limit is not null);
                _block.Sorts = [.. sort.By.Select(by => DuckSql.Name(Name(by.Column)) + (by.Descending ? " desc" : "")), .. _block.Sorts];
                break;
            case LimitStep { Count: >= 0 } limit:
                NestIf(_block.Limit is not null);
                _block.Limit = limit.Count;
                break;
            default:
                throw new FormatException("the number of rows must not be negative.");
        }
    }

    private void Join(JoinStep join)
    {
        if (join.On.Count == 0)
        {
            throw new FormatException("a join needs a pair of columns.");
        }
        var how = join.How switch { "inner" => "inner join", "left" => "left join", "right" => "right join", "full" => "full join", _ => throw new FormatException($"'{join.How}' is no way to join.") };
        NestIf(!_block.IsPlain);
        var theirs = _columnsOf(join.Table);
        var keys = join.On.Select(pair => pair.Right).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var shared = join.On.All(pair => string.Equals(pair.Left, pair.Right, StringComparison.OrdinalIgnoreCase));
        var twice = theirs.Where(column => _block.Columns.Contains(column, StringComparer.OrdinalIgnoreCase)).ToList();
        if (shared && twice.All(keys.Contains))
        {
            _block.From += $"\n{how} {Table(join.Table)} using ({string.Join(", ", join.On.Select(pair => DuckSql.Name(pair.Left)))})";
        }
        else
        {
            // A name on both sides stays that of the left. Where a row of the left may be missing, its keys are those of the right.
            var left = _block.From.Contains('\n', StringComparison.Ordinal) || _block.From.EndsWith(" as question", StringComparison.Ordinal) ? $"(\nselect * from {_block.From}\n)" : _block.From;
            var on = string.Join(" and ", join.On.Select(pair => $"l.{DuckSql.Name(Name(pair.Left))} = r.{DuckSql.Name(Name(pair.Right))}"));
            var rest = twice.Count == 0 ? "r.*" : twice.Count == theirs.Count ? "" : $"r.* exclude ({string.Join(", ", twice.Select(DuckSql.Name))})";
            var filled = join.How is "right" or "full" ? $" replace ({string.Join(", ", join.On.Select(pair => $"coalesce(l.{DuckSql.Name(pair.Left)}, r.{DuckSql.Name(pair.Right)}) as {DuckSql.Name(pair.Left)}"))})" : "";
            _block.From = $"(\n  select l.*{filled}{(rest.Length > 0 ? ", " + rest : "")}\n  from {left} as l\n  {how} {Table(join.Table)} as r on {on}\n) as joined";
        }
        _block.Columns = [.. _block.Columns.Union(theirs, StringComparer.OrdinalIgnoreCase)];
    }

    private void Summarise(SummariseStep step)
    {
        if (step.By.Count + step.Measures.Count == 0)
        {
            throw new FormatException("there is nothing to group by and nothing to measure.");
        }
        NestIf(_block.IsGrouped || _block.Computes.Count > 0 || _block.Limit is not null || _block.Sorts.Count > 0);
        _block.Groups = [.. step.By.Select(by => (Bucket(by.Column, by.Bucket), by.As))];
        _block.Measures = [.. step.Measures.Select(measure => $"{Function(measure)} as {DuckSql.Name(Name(measure.As))}")];
        _block.IsGrouped = true;
    }

    private void NestIf(bool needed)
    {
        if (needed)
        {
            var columns = _block.IsGrouped || _block.Computes.Count > 0 ? [] : _block.Columns;
            _block = new SelectBlock { From = $"(\n{Indent(_block.ToString())}\n) as step", Columns = columns };
        }
    }

    private string Where(FilterStep step)
    {
        var parts = step.Conditions.Select(Where).ToList();
        return parts.Count switch
        {
            0 => throw new FormatException("a filter needs a condition."),
            1 => parts[0],
            _ when step.Match == "any" => $"({string.Join(" or ", parts)})",
            _ => string.Join("\n  and ", parts),
        };
    }

    private string Where(Condition condition)
    {
        var column = Bucket(condition.Column, condition.Bucket);
        string Text() => Value(condition.Value is { ValueKind: JsonValueKind.String } text ? text : throw new FormatException($"'{condition.Op}' takes a text."));
        switch (condition.Op)
        {
            case "=" or "!=" when condition.Value is null or { ValueKind: JsonValueKind.Null }:
                return $"{column} is {(condition.Op == "=" ? "" : "not ")}null";
            case "=" or "!=" or "<" or "<=" or ">" or ">=":
                return $"{column} {(condition.Op == "!=" ? "<>" : condition.Op)} {Value(condition.Value!.Value)}";
            case "in" or "not-in":
                return $"{column} {(condition.Op == "in" ? "in" : "not in")} ({string.Join(", ", List(condition, 1).Select(Value))})";
            case "between":
                var bounds = List(condition, 2);
                return $"{column} between {Value(bounds[0])} and {Value(bounds[1])}";
            case "contains":
                return $"contains(lower({column}), lower({Text()}))";
            case "starts":
                return $"starts_with({column}, {Text()})";
            case "ends":
                return $"ends_with({column}, {Text()})";
            case "null":
                return $"{column} is null";
            case "not-null":
                return $"{column} is not null";
            case "last" when condition.Value is { ValueKind: JsonValueKind.Number } days && days.TryGetInt32(out var count) && count > 0:
                return $"{column} >= current_date - {count.ToString(CultureInfo.InvariantCulture)}";
            default:
                throw new FormatException($"'{condition.Op}' is no condition, or its value does not fit.");
        }
    }

    private static List<JsonElement> List(Condition condition, int least) =>
        condition.Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() >= least ? [.. list.EnumerateArray()] : throw new FormatException($"'{condition.Op}' takes a list of values.");

    private string Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return value.GetRawText();
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean() ? "true" : "false";
            case JsonValueKind.String when _binds:
                var name = "v" + (_values.Count + 1).ToString(CultureInfo.InvariantCulture);
                _values[name] = value.GetString();
                return "$" + name;
            case JsonValueKind.String:
                return DuckSql.Literal(value.GetString()!.Replace("\0", "", StringComparison.Ordinal));
            default:
                throw new FormatException("a value must be a text, a number, true or false.");
        }
    }

    private static string Bucket(string column, string? bucket) => bucket switch
    {
        null or "" => DuckSql.Name(Name(column)),
        "year" or "quarter" or "month" or "week" or "day" or "hour" => $"date_trunc('{bucket}', {DuckSql.Name(Name(column))})",
        _ => throw new FormatException($"'{bucket}' is no part of a date."),
    };

    private static string Function(Measure measure)
    {
        string Column() => DuckSql.Name(Name(measure.Column ?? throw new FormatException($"'{measure.Function}' needs a column.")));
        return measure.Function switch
        {
            "count" => measure.Column is null ? "count(*)" : $"count({Column()})",
            "count-distinct" => $"count(distinct {Column()})",
            "sum" or "avg" or "min" or "max" or "median" => $"{measure.Function}({Column()})",
            _ => throw new FormatException($"'{measure.Function}' is no way to summarise."),
        };
    }

    // The sandbox decides what it may do; here it must only stay one expression.
    private static string Expression(string expression)
    {
        var mask = DuckSql.Mask(expression);
        var depth = 0;
        foreach (var letter in mask)
        {
            depth += letter is '(' or '[' or '{' ? 1 : letter is ')' or ']' or '}' ? -1 : 0;
            if (depth < 0 || letter is ';' || (depth == 0 && letter is ','))
            {
                throw new FormatException("the expression is not one value.");
            }
        }
        return depth == 0 && mask.Trim().Length + expression.Trim().Length > 0 && !expression.Contains("--", StringComparison.Ordinal) && !expression.Contains("/*", StringComparison.Ordinal)
            ? expression.Trim()
            : throw new FormatException("the expression is empty, has a comment, or its brackets do not match.");
    }

    private static string Table(string name) => TableName.Parse(name).ToSql();

    private static string Name(string name) => name.Length is > 0 and <= 255 && !name.Contains('\0', StringComparison.Ordinal) ? name : throw new FormatException("a column has no name.");

    private static string Indent(string sql) => "  " + sql.Replace("\n", "\n  ", StringComparison.Ordinal);

    private sealed class SelectBlock
    {
        public string From { get; set; } = "";
        public List<string> Columns { get; set; } = [];
        public List<string> Wheres { get; } = [];
        public List<string> Computes { get; } = [];
        public List<(string Sql, string As)> Groups { get; set; } = [];
        public List<string> Measures { get; set; } = [];
        public List<string> Sorts { get; set; } = [];
        public long? Limit { get; set; }
        public bool IsGrouped { get; set; }
        public bool IsPlain => Wheres.Count + Computes.Count + Sorts.Count == 0 && !IsGrouped && Limit is null;

        public override string ToString()
        {
            var groups = Groups.Select(group => group.Sql == DuckSql.Name(group.As) ? group.Sql : $"{group.Sql} as {DuckSql.Name(group.As)}");
            var text = new StringBuilder("select ").AppendJoin(", ", IsGrouped ? [.. groups, .. Measures] : ["*", .. Computes]).Append("\nfrom ").Append(From);
            _ = Wheres.Count > 0 ? text.Append("\nwhere ").AppendJoin("\n  and ", Wheres) : text;
            _ = Groups.Count > 0 ? text.Append("\ngroup by ").AppendJoin(", ", Enumerable.Range(1, Groups.Count)) : text;
            _ = Sorts.Count > 0 ? text.Append("\norder by ").AppendJoin(", ", Sorts) : text;
            return (Limit is { } limit ? text.Append("\nlimit ").Append(limit.ToString(CultureInfo.InvariantCulture)) : text).ToString();
        }
    }
}
