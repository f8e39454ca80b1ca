using Escale.Engines.Postgres;
using Npgsql;

namespace Escale.Explore.Storage;

/// <summary>The PostgreSQL schema <c>explore</c>: what people did and keep for themselves. What they share is in files of the project.</summary>
internal static class ExploreSchema
{
    public const string Name = "explore";

    public static IReadOnlyList<Migration> Migrations { get; } = [new Migration("001-sql-history", SqlHistory), new Migration("002-dashboard-shares", Dashboards.Sharing.ShareSchema.DashboardShares)];

    private const string SqlHistory = """
        create table sql_history (
          id bigint generated always as identity primary key,
          person_id text not null,
          sql text not null,
          ran_at timestamptz not null default now(),
          elapsed_ms double precision not null,
          row_count bigint not null,
          error_code text);
        create index sql_history_person on sql_history (person_id, id desc);
        """;
}

/// <summary>The connections to the schema <c>explore</c>, which is brought up to date when it is first asked for. Thread-safe.</summary>
internal sealed class ExploreDatabase(PostgresServer server)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _isMigrated;

    /// <summary>Where rows are read and changed.</summary>
    public async Task<NpgsqlDataSource> OpenAsync(CancellationToken cancellationToken)
    {
        if (!_isMigrated)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (!_isMigrated)
                {
                    await Migrations.ApplyAsync(await server.OwnerAsync(cancellationToken), ExploreSchema.Name, ExploreSchema.Migrations, cancellationToken);
                    _isMigrated = true;
                }
            }
            finally
            {
                _gate.Release();
            }
        }
        return await server.WriterAsync(cancellationToken);
    }
}
