using Escale.Orchestrate.Pipelines.State;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>What happened that pipelines wait for: the statements.</summary>
internal static class SignalSql
{
    // A run that was done again ended at another time: it counts again. More than may wait (IntervalMatch.MostWaiting): what is new is always seen, too.
    public const string Pending = """
        select f.pipeline, f.kind, f.name, r.id, r.version, r.ended_at, r.interval_begin, r.interval_end, r.priority
        from orchestrate.pipeline_sources f cross join lateral (
          select r.id, extract(epoch from r.ended_at)::text as version, r.ended_at, r.interval_begin, r.interval_end, r.priority
          from orchestrate.pipeline_runs r
          where r.pipeline = f.name and r.phase = 'succeeded' and r.ended_at > f.since and not exists (
            select 1 from orchestrate.pipeline_consumed c
            where c.pipeline = f.pipeline and c.kind = f.kind and c.name = f.name and c.item = r.id and c.version = extract(epoch from r.ended_at)::text)
          order by r.ended_at limit 12000) r
        where f.kind = 'after' and f.pipeline = any($1)
        union all
        select f.pipeline, f.kind, f.name, r.id, r.version, r.at, null, null, 0
        from orchestrate.pipeline_sources f cross join lateral (
          select r.id, extract(epoch from coalesce(r.ended_at, r.started_at))::text as version, coalesce(r.ended_at, r.started_at) as at
          from orchestrate.runs r
          where r.status <> 'running' and r.started_at > f.since - interval '2 days' and coalesce(r.ended_at, r.started_at) > f.since
            and exists (select 1 from orchestrate.steps s where s.run_id = r.id and s.status = 'ok' and s.version is not null and s.asset_id = any(string_to_array(f.detail, e'\n')))
            and not exists (
              select 1 from orchestrate.pipeline_consumed c
              where c.pipeline = f.pipeline and c.kind = f.kind and c.name = f.name and c.item = r.id and c.version = extract(epoch from coalesce(r.ended_at, r.started_at))::text)
            and not exists (
              select 1 from orchestrate.pipeline_runs p join orchestrate.pipeline_steps s on s.run_id = p.id
              where p.pipeline = f.pipeline and (p.ended_at is null or p.ended_at >= r.started_at) and strpos(s.output, r.id) > 0)
          order by 3 limit 1000) r
        where f.kind = 'assets' and f.pipeline = any($1)
        """;

    public const string Drop = """
        delete from orchestrate.pipeline_sources f where f.pipeline = any($1) and not exists (
          select 1 from unnest($2::text[], $3::text[], $4::text[]) as w(pipeline, kind, name) where w.pipeline = f.pipeline and w.kind = f.kind and w.name = f.name)
        """;

    public const string Add = """
        insert into orchestrate.pipeline_sources (pipeline, kind, name, since) select w.*, clock_timestamp() from unnest($1::text[], $2::text[], $3::text[]) as w on conflict do nothing returning pipeline, kind, name
        """;

    public const string Detail = """
        update orchestrate.pipeline_sources f set detail = w.detail from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w(pipeline, kind, name, detail)
        where w.pipeline = f.pipeline and w.kind = f.kind and w.name = f.name and f.detail is distinct from w.detail
        """;

    private const string Unconsumed = """
        select w.place from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as w(pipeline, kind, name, item, version, place)
        where not exists (
          select 1 from orchestrate.pipeline_consumed c
          where c.pipeline = w.pipeline and c.kind = w.kind and c.name = w.name and c.item = w.item and c.version = w.version)
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
        where f.pipeline = c.pipeline and f.kind = c.kind and f.name = c.name and c.kind <> 'file' and c.at < f.since
        """;

    public static async Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals, Func<string, IReadOnlyList<object?>, Task<IReadOnlyList<long>>> ask)
    {
        var list = signals.ToList();
        return list.Count == 0 ? [] : [.. (await ask(
            Unconsumed,
            [
                PostgresTransaction.Column(list, signal => signal.Source.Pipeline), PostgresTransaction.Column(list, signal => signal.Source.Kind), PostgresTransaction.Column(list, signal => signal.Source.Name),
                PostgresTransaction.Column(list, signal => signal.Item), PostgresTransaction.Column(list, signal => signal.Version),
            ])).Select(place => list[(int)place - 1])];
    }

    public static Signal Read(NpgsqlDataReader reader) =>
        new(new SignalSource(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5))
        {
            IntervalBegin = PipelineRows.Time(reader, 6), IntervalEnd = PipelineRows.Time(reader, 7), Priority = reader.GetInt32(8),
        };
}
