using Escale.Engines.Postgres;

namespace Escale.Orchestrate.Records;

/// <summary>The PostgreSQL schema <c>orchestrate</c>: what happened in runs. What stands is never read from here but from the data itself.</summary>
internal static class RunSchema
{
    public const string Name = "orchestrate";

    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new Migration("001-runs", Runs), new Migration("002-warnings-of-tests", WarningsOfTests), Pipelines.Store.PipelineSchema.Migration, Pipelines.Store.PipelineSchema.Signals, Pipelines.Store.PipelineSchema.Order,
        Pipelines.Store.PipelineSchema.Deadlines, Pipelines.Store.PipelineSchema.Archive, Pipelines.Store.PipelineSchema.Parents,
    ];

    private const string WarningsOfTests = "alter table passed add column warning text, add column row_count bigint";

    private const string Runs = """
        create table runs (
          id text primary key,
          verb text not null,
          status text not null check (status in ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
          request jsonb not null,
          resumes text references runs (id) on delete set null,
          fence bigint not null,
          host text not null,
          process_id integer not null,
          process_start text not null,
          program_version text not null,
          step_count integer not null default 0,
          started_at timestamptz not null,
          ended_at timestamptz);
        create index runs_started_at on runs (started_at desc);

        create table steps (
          run_id text not null references runs (id) on delete cascade,
          asset_id text not null,
          kind text not null,
          name text not null,
          ordinal integer not null,
          status text not null
            check (status in ('planned', 'running', 'ok', 'unchanged', 'failed', 'skipped', 'cancelled', 'interrupted')),
          reason text,
          fingerprint text,
          version text,
          row_count bigint,
          size_bytes bigint,
          quarantined_count bigint not null default 0,
          warning text,
          attempt_count integer not null default 0,
          started_at timestamptz,
          elapsed_ms bigint,
          error_code text,
          error_message text,
          error_place text,
          error_remedy text,
          primary key (run_id, asset_id));

        create table attempts (
          run_id text not null,
          asset_id text not null,
          attempt integer not null,
          status text not null check (status in ('running', 'ok', 'failed', 'cancelled', 'interrupted')),
          row_count bigint,
          size_bytes bigint,
          version text,
          started_at timestamptz not null,
          elapsed_ms bigint,
          error_code text,
          error_message text,
          error_place text,
          primary key (run_id, asset_id, attempt),
          foreign key (run_id, asset_id) references steps on delete cascade);

        -- Tests have no data to carry their state: what passed last, by the fingerprint of code and inputs.
        create table passed (
          asset_id text primary key,
          fingerprint text not null,
          run_id text not null,
          passed_at timestamptz not null);

        -- One run at a time: who holds it, until when, and a number that grows with every holder.
        create table lease (
          name text primary key,
          fence bigint not null,
          run_id text,
          host text,
          process_id integer,
          process_start text,
          expires_at timestamptz);
        insert into lease (name, fence) values ('run', 0);
        """;
}
