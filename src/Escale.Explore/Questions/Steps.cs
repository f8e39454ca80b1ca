using System.Text.Json;
using System.Text.Json.Serialization;

namespace Escale.Explore.Questions;

/// <summary>One step of a question: what it takes from the one before, and what it makes of it. The first is a table or a question.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TableStep), "table")]
[JsonDerivedType(typeof(QuestionStep), "question")]
[JsonDerivedType(typeof(JoinStep), "join")]
[JsonDerivedType(typeof(FilterStep), "filter")]
[JsonDerivedType(typeof(ComputeStep), "compute")]
[JsonDerivedType(typeof(SummariseStep), "summarise")]
[JsonDerivedType(typeof(SortStep), "sort")]
[JsonDerivedType(typeof(LimitStep), "limit")]
public abstract record Step;

/// <summary>The rows of a table or view of the lake, <c>schema.name</c>.</summary>
public sealed record TableStep(string Table) : Step;

/// <summary>The rows of another question.</summary>
public sealed record QuestionStep(string Question) : Step;

/// <summary>Beside each row those of a table that have the same values.</summary>
/// <param name="Table">The table.</param>
/// <param name="On">The pairs of columns that must be equal.</param>
/// <param name="How">inner, left, right or full; default: left, which loses no row.</param>
public sealed record JoinStep(string Table, IReadOnlyList<JoinPair> On, string How = "left") : Step;

/// <summary>A column of the rows so far, and the column of the joined table.</summary>
public sealed record JoinPair(string Left, string Right);

/// <summary>Only the rows that meet all conditions, or any.</summary>
public sealed record FilterStep(IReadOnlyList<Condition> Conditions, string Match = "all") : Step;

/// <summary>What is asked of a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Op"><c>= != &lt; &lt;= &gt; &gt;= in not-in between contains starts ends null not-null last</c>.</param>
/// <param name="Value">A value, or for in, not-in and between a list of them; for last a number of days.</param>
/// <param name="Bucket">The column cut to year, quarter, month, week, day or hour before it is compared; default: as it is.</param>
public sealed record Condition(string Column, string Op, JsonElement? Value = null, string? Bucket = null);

/// <summary>A further column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Expression">What it is, in SQL over the columns so far.</param>
public sealed record ComputeStep(string Name, string Expression) : Step;

/// <summary>One row for each group.</summary>
public sealed record SummariseStep(IReadOnlyList<GroupBy> By, IReadOnlyList<Measure> Measures) : Step;

/// <summary>A column by which rows are grouped.</summary>
/// <param name="Column">The column.</param>
/// <param name="Bucket">Dates cut to year, quarter, month, week, day or hour; default: as they are.</param>
/// <param name="Name">The name that it gets; default: the column's.</param>
public sealed record GroupBy(string Column, string? Bucket = null, string? Name = null)
{
    /// <summary>The name in the result.</summary>
    [JsonIgnore]
    public string As => Name ?? Column;
}

/// <summary>A number for each group.</summary>
/// <param name="Function">count, count-distinct, sum, avg, min, max, median.</param>
/// <param name="Column">Of which column; none for count.</param>
/// <param name="Name">The name that it gets; default: made of both.</param>
public sealed record Measure(string Function, string? Column = null, string? Name = null)
{
    /// <summary>The name in the result.</summary>
    [JsonIgnore]
    public string As => Name ?? (Column is null ? Function : $"{Function.Replace('-', '_')}_{Column}");
}

/// <summary>The rows in order.</summary>
public sealed record SortStep(IReadOnlyList<SortBy> By) : Step;

/// <summary>A column of an order.</summary>
public sealed record SortBy(string Column, bool Descending = false);

/// <summary>The first rows.</summary>
public sealed record LimitStep(long Count) : Step;
