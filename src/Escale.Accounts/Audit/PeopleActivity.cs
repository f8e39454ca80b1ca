using Escale.Engines.Postgres;
using Escale.Kernel;

namespace Escale.Accounts.Audit;

/// <summary>The days on which people did something, by the audit log.</summary>
internal sealed class PeopleActivity(PostgresServer server) : IPeopleActivity
{
    private const string Days = """
        select distinct person_id, (at at time zone 'UTC')::date from accounts.audit
        where person_id is not null and succeeded and at >= $1 order by 2, 1
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<PersonDay>> DaysAsync(DateOnly since, CancellationToken cancellationToken) => server.RetryAsync(
        async token =>
        {
            await using var command = (await server.WriterAsync(token)).CreateCommand(Days);
            command.Parameters.Add(new() { Value = since.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) });
            await using var reader = await command.ExecuteReaderAsync(token);
            var days = new List<PersonDay>();
            while (await reader.ReadAsync(token))
            {
                days.Add(new PersonDay(reader.GetString(0), reader.GetFieldValue<DateOnly>(1)));
            }
            return (IReadOnlyList<PersonDay>)days;
        }, cancellationToken);
}
