using Escale.Orchestrate.Pipelines.State;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>What happened that pipelines wait for: the statements.</summary>
internal static class SignalSql
{
    // A run that was done again ended at another time: it counts again.
    public const string Pending = """
        select f.pipeline, f.kind, f.name, r.id, r.version, r.ended_at, r.interval_begin, r.interval_end, r.priority
        from orchestrate.pipeline_sources f cross join lateral (
          select r.id, extract(epoch from r.ended_at)::text as version, r.ended_at, r.interval_begin, r.interval_end, r.priority
          from orchestrate.pipeline_runs r
          where r.pipeline = f.name and r.phase = 'succeeded' and r.ended_at > f.since and not exists (
            select 1 from orchestrate.pipeline_consumed c
            where c.pipeline = f.pipeline and c.kind = f.kind and c.name = f.name and c.item = r.id and c.version = extract(epoch from r.ended_at)::text)
          order by r.ended_at limit 1000) r
        where f.kind = 'after' and f.pipeline = any($1)
        """;

    public const string Drop = """
        delete from orchestrate.pipeline_sources f where f.pipeline = any($1) and not exists (
          select 1 from unnest($2::text[], $3::text[], $4::text[]) as w(pipeline, kind, name) where w.pipeline = f.pipeline and w.kind = f.kind and w.name = f.name)
        """;

    public const string Add = """
        insert into orchestrate.pipeline_sources (pipeline, kind, name, since) select w.*, clock_timestamp() from unnest($1::text[], $2::text[], $3::text[]) as w on conflict do nothing
        """;

    public const string Consume = """
        insert into orchestrate.pipeline_consumed (pipeline, kind, name, item, version, run_id, at)
        select w.*, clock_timestamp() from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as w(pipeline, kind, name, item, version, run_id)
        on conflict (pipeline, kind, name, item) do update set version = excluded.version, run_id = excluded.run_id, at = excluded.at
        """;

    // What is older need not be looked at any more.
    public const string MoveOn = """
        update orchestrate.pipeline_sources f set since = greatest(f.since, w.since)
        from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as w(pipeline, kind, name, since) where w.pipeline = f.pipeline and w.kind = f.kind and w.name = f.name
        """;

    public const string Forget = """
        delete from orchestrate.pipeline_consumed c using orchestrate.pipeline_sources f
        where f.pipeline = c.pipeline and f.kind = c.kind and f.name = c.name and c.kind = 'after' and c.at < f.since
        """;

    public static Signal Read(NpgsqlDataReader reader) =>
        new(new SignalSource(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5))
        {
            IntervalBegin = PipelineRows.Time(reader, 6), IntervalEnd = PipelineRows.Time(reader, 7), Priority = reader.GetInt32(8),
        };
}
