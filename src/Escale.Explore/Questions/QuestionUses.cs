using Escale.Explore.Sql;
using Escale.Explore.Tables.Lineage;

namespace Escale.Explore.Questions;

/// <summary>Which tables the questions read. Thread-safe.</summary>
internal sealed class QuestionUses(QuestionFiles files, QuestionQueries queries) : ITableUse
{
    /// <inheritdoc/>
    public IReadOnlyList<TableReader> All() => [.. files.All().Questions.Select(question =>
    {
        var (tables, questions) = Of(question.Steps, question.Sql);
        return new TableReader("question", question.Id, question.Title, question.Description, tables, questions, () => queries.SqlOf(question));
    })];

    /// <summary>The tables and questions that a query names.</summary>
    public static (IReadOnlySet<string> Tables, IReadOnlyList<string> Questions) Of(IReadOnlyList<Step>? steps, string? sql) => (
        (steps ?? []).Select(step => step switch { TableStep table => table.Table, JoinStep join => join.Table, _ => null }).OfType<string>()
            .Concat(sql is null ? [] : TableUses.Of(sql).Select(use => use.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase),
        [.. (steps ?? []).OfType<QuestionStep>().Select(step => step.Question)]);
}
