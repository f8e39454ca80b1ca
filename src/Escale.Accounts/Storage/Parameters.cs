using Npgsql;

namespace Escale.Accounts.Storage;

/// <summary>Parameters of a command, all at once.</summary>
internal static class Parameters
{
    /// <summary>Adds them in their order.</summary>
    public static void AddAll(this NpgsqlParameterCollection parameters, params ReadOnlySpan<NpgsqlParameter> all)
    {
        foreach (var parameter in all)
        {
            parameters.Add(parameter);
        }
    }
}
