using Escale.Engines.Postgres;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>The tables of pipelines in the schema <c>orchestrate</c>.</summary>
internal static class PipelineSchema
{
    public static Migration Migration { get; } = new("003-pipelines", """
        create table pipelines (
          name text primary key,
          is_paused boolean not null default false,
          cursor timestamptz not null,
          concurrency integer not null);

        -- What runs were made from: a file may have changed since.
        create table definitions (
          hash text primary key,
          body text not null,
          made_at timestamptz not null default now());

        create table pipeline_runs (
          id text primary key,
          pipeline text not null,
          definition text not null references definitions (hash),
          trigger text not null,
          key text not null,
          interval_begin timestamptz,
          interval_end timestamptz,
          parameters jsonb not null,
          phase text not null check (phase in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
          priority integer not null,
          step_count integer not null,
          open_count integer not null,
          bad_count integer not null default 0,
          stop text,
          timeout interval,
          timeout_at timestamptz,
          root text not null,
          parent text,
          parent_step integer,
          note text,
          created_at timestamptz not null,
          started_at timestamptz,
          ended_at timestamptz,
          unique (pipeline, key));
        create index pipeline_runs_open on pipeline_runs (pipeline, phase) where phase in ('queued', 'running');
        create index pipeline_runs_created_at on pipeline_runs (created_at desc);
        create index pipeline_runs_of on pipeline_runs (pipeline, created_at desc);

        create table pipeline_steps (
          run_id text not null references pipeline_runs (id) on delete cascade,
          ordinal integer not null,
          id text not null,
          phase text not null
            check (phase in ('waiting', 'ready', 'running', 'deferred', 'succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled')),
          attempt integer not null default 0,
          failures integer not null default 0,
          losses integer not null default 0,
          priority integer not null,
          pool text,
          not_before timestamptz not null,
          worker text,
          claim text,
          fence bigint not null default 0,
          lease_until timestamptz,
          started_at timestamptz,
          ended_at timestamptz,
          error_code text,
          error_message text,
          error_remedy text,
          output text,
          primary key (run_id, ordinal)) with (fillfactor = 70);
        create index pipeline_steps_ready on pipeline_steps (priority desc, not_before) where phase in ('ready', 'deferred');
        create index pipeline_steps_running on pipeline_steps (lease_until) where phase = 'running';
        create index pipeline_steps_pool on pipeline_steps (pool) where pool is not null and phase in ('ready', 'deferred', 'running');

        create table pipeline_attempts (
          run_id text not null references pipeline_runs (id) on delete cascade,
          ordinal integer not null,
          attempt integer not null,
          status text not null,
          worker text,
          started_at timestamptz,
          ended_at timestamptz not null,
          error_code text,
          error_message text,
          error_remedy text,
          primary key (run_id, ordinal, attempt));

        create table pipeline_logs (
          run_id text not null references pipeline_runs (id) on delete cascade,
          ordinal integer not null,
          attempt integer not null,
          at timestamptz not null,
          id bigint generated always as identity,
          lines text not null,
          primary key (run_id, ordinal, attempt, id));
        """);

    public static Migration Signals { get; } = new("004-pipeline-signals", """
        alter table pipeline_runs add column cause text;
        create index pipeline_runs_succeeded on pipeline_runs (pipeline, ended_at) where phase = 'succeeded';

        -- What pipelines wait for, and since when.
        create table pipeline_sources (
          pipeline text not null,
          kind text not null,
          name text not null,
          since timestamptz not null,
          primary key (pipeline, kind, name));

        -- What they had a run for.
        create table pipeline_consumed (
          pipeline text not null,
          kind text not null,
          name text not null,
          item text not null,
          version text not null,
          run_id text not null,
          at timestamptz not null,
          primary key (pipeline, kind, name, item),
          foreign key (pipeline, kind, name) references pipeline_sources on delete cascade);
        """);

    public static Migration Deadlines { get; } = new("006-pipeline-deadlines", """
        alter table pipeline_runs add column deadline_at timestamptz, add column missed_at timestamptz;
        create index pipeline_runs_deadline on pipeline_runs (deadline_at) where phase in ('queued', 'running') and missed_at is null;
        alter table pipeline_sources add column detail text;
        """);

    public static Migration Archive { get; } = new("007-pipeline-archive", """
        alter table pipeline_runs add column archived_at timestamptz;
        create index pipeline_runs_to_archive on pipeline_runs (ended_at) where ended_at is not null and archived_at is distinct from ended_at;
        """);

    public static Migration Parents { get; } = new("008-pipeline-parents", """
        create index pipeline_runs_parent on pipeline_runs (parent, parent_step, created_at desc) where parent is not null;
        """);

    // Whoever looks for steps finds the most urgent at the index's beginning, however many wait.
    public static Migration Order { get; } = new("005-pipeline-order", """
        drop index pipeline_steps_ready;
        create index pipeline_steps_ready on pipeline_steps (pool, priority desc, not_before, run_id, ordinal) where phase in ('ready', 'deferred');
        """);
}
