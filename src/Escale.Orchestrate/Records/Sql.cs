using Npgsql;

namespace Escale.Orchestrate.Records;

/// <summary>A statement and its parameters, to be sent alone or in a batch.</summary>
internal static class Sql
{
    /// <summary>A statement of a batch; null is SQL's null.</summary>
    public static NpgsqlBatchCommand Command(string sql, params IReadOnlyList<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }
        return command;
    }

    /// <summary>The same as a command of its own.</summary>
    public static NpgsqlCommand On(this NpgsqlBatchCommand statement, NpgsqlConnection connection, NpgsqlTransaction? transaction = null)
    {
        var command = new NpgsqlCommand(statement.CommandText, connection, transaction);
        foreach (NpgsqlParameter parameter in statement.Parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }
        return command;
    }
}
