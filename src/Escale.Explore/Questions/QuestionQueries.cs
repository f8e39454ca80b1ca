using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Explore.Questions;

/// <summary>Runs questions, and turns steps into SQL and SQL into steps. Thread-safe.</summary>
internal sealed class QuestionQueries(QuestionFiles files, SqlRunner runner, LakeCatalog catalog)
{
    private const int DeepestQuestion = 8;
    private static readonly Dictionary<string, object?> _none = [];

    /// <summary>The rows of a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="given">Values for its parameters, over its own.</param>
    /// <param name="rowLimit">At most so many rows.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<SqlResult> RunAsync(Question question, IReadOnlyDictionary<string, JsonElement>? given, int? rowLimit, Caller caller, CancellationToken cancellationToken)
    {
        if (question.Steps is { } steps)
        {
            var compiled = Compile(steps, binds: true);
            return AskAsync(compiled.Sql, compiled.Values, rowLimit, caller, cancellationToken);
        }
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in (question.Parameters ?? []).Where(entry => given?.ContainsKey(entry.Key) != true))
        {
            values[name] = JsonSerializer.SerializeToElement(value);
        }
        foreach (var (name, value) in given ?? new Dictionary<string, JsonElement>())
        {
            values[name] = value;
        }
        return AskAsync(question.Sql!, new SqlRequest { Sql = "", Parameters = values }.Values(), rowLimit, caller, cancellationToken);
    }

    /// <summary>The rows of a SELECT.</summary>
    /// <exception cref="EscaleException"><c>explore.question-statement</c> when it is anything else.</exception>
    public Task<SqlResult> AskAsync(string sql, IReadOnlyDictionary<string, object?> values, int? rowLimit, Caller caller, CancellationToken cancellationToken)
    {
        var statements = SqlStatement.Parse(sql);
        return statements is [{ IsRead: true } one]
            ? runner.AskAsync(one, values, rowLimit, null, caller, cancellationToken)
            : throw new EscaleException("explore.question-statement", "A question is one SELECT.", "Take the other statements away.");
    }

    /// <summary>Steps as SQL.</summary>
    public CompiledSteps Compile(IReadOnlyList<Step> steps, bool binds) => StepCompiler.Compile(steps, id => SqlOf(files.Get(id), 1), ColumnsOf, binds);

    /// <summary>A question as SQL to read.</summary>
    public string SqlOf(Question question, int depth = 0)
    {
        if (depth > DeepestQuestion)
        {
            throw new EscaleException("explore.question-cycle", $"The question {question.Id} asks itself, through others.", "Begin one of them with a table.");
        }
        return question.Sql?.Trim().TrimEnd(';') ?? StepCompiler.Compile(question.Steps!, id => SqlOf(files.Get(id), depth + 1), ColumnsOf, binds: false).Sql;
    }

    /// <summary>SQL as steps, or why it goes beyond them.</summary>
    /// <exception cref="EscaleException"><c>engines.duckdb.parser</c> with its place.</exception>
    public async Task<ReadSteps> ReadAsync(string sql, Caller caller, CancellationToken cancellationToken)
    {
        var tree = await TreeAsync("select json_serialize_sql($text::varchar)", sql, caller, cancellationToken);
        if (tree["error"]?.GetValue<bool>() == true)
        {
            if (SqlStatement.Parse(sql) is [{ IsRead: true } one])
            {
                await runner.AskAsync(one with { Text = "EXPLAIN " + one.Text }, _none, 1, null, caller, cancellationToken); // for the error with its place
            }
            return new ReadSteps(null, "select");
        }
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        for (;;)
        {
            JsonNode? unknown = null;
            var read = StepsReader.Read(tree, node => written.TryGetValue(node.ToJsonString(), out var text) ? text : Remember(node, ref unknown));
            if (unknown is null)
            {
                return read is { NeedsProof: true, Steps: { } steps } && !await GivesAsync(steps, tree, caller, cancellationToken) ? new ReadSteps(null, "join") : read;
            }
            written[unknown.ToJsonString()] = await WriteAsync(unknown, caller, cancellationToken);
        }
    }

    private async Task<bool> GivesAsync(IReadOnlyList<Step> steps, JsonNode tree, Caller caller, CancellationToken cancellationToken)
    {
        var again = await TreeAsync("select json_serialize_sql($text::varchar)", Compile(steps, binds: false).Sql, caller, cancellationToken);
        return StepsReader.Plain(again) == StepsReader.Plain(tree);
    }

    private static string Remember(JsonNode node, ref JsonNode? unknown)
    {
        unknown ??= node;
        return "null";
    }

    // An expression alone has no way back to text, a SELECT of it has.
    private async Task<string> WriteAsync(JsonNode expression, Caller caller, CancellationToken cancellationToken)
    {
        var frame = await TreeAsync("select json_serialize_sql($text::varchar)", "select 1", caller, cancellationToken);
        var alone = expression.DeepClone();
        alone["alias"] = "";
        frame["statements"]![0]!["node"]!["select_list"] = new JsonArray(alone);
        var result = await AskAsync("select json_deserialize_sql($text::json)", new Dictionary<string, object?> { ["text"] = frame.ToJsonString() }, 1, caller, cancellationToken);
        var sql = JsonNode.Parse(result.Json.Span)!["rows"]![0]![0]!.GetValue<string>();
        return sql["SELECT ".Length..].Trim();
    }

    private async Task<JsonNode> TreeAsync(string query, string text, Caller caller, CancellationToken cancellationToken)
    {
        var result = await AskAsync(query, new Dictionary<string, object?> { ["text"] = text }, 1, caller, cancellationToken);
        var cell = JsonNode.Parse(result.Json.Span)!["rows"]![0]![0]!;
        return cell is JsonValue value && value.TryGetValue<string>(out var json) ? JsonNode.Parse(json)! : cell;
    }

    private IReadOnlyList<string> ColumnsOf(string table)
    {
        var name = TableName.Parse(table);
        return catalog.View(name) is null && catalog.Exists(name) ? [.. catalog.Table(name).Read().Schema.Columns.Select(column => column.Name)] : [];
    }
}
