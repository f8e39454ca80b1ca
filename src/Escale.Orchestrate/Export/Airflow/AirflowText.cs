using System.Globalization;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export.Airflow;

/// <summary>The parts of a file of DAGs that are the same for all pipelines.</summary>
internal static class AirflowText
{
    /// <summary>What the file begins with, behind its comment.</summary>
    /// <remarks>
    /// Values reach the program through its environment, where no shell reads them; texts of the project go through <c>literal</c>, since Airflow takes <c>{{ … }}</c> for its own.
    /// </remarks>
    public const string Helpers = """"
        from __future__ import annotations

        import os
        from datetime import datetime, timedelta, timezone

        try:  # Airflow 3
            from airflow.sdk import DAG, Param
            from airflow.providers.standard.operators.bash import BashOperator
            from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
        except ImportError:  # Airflow 2.10
            from airflow import DAG
            from airflow.models.param import Param
            from airflow.operators.bash import BashOperator
            from airflow.operators.trigger_dagrun import TriggerDagRunOperator

        try:
            from airflow.sdk import CronDataIntervalTimetable, DeltaDataIntervalTimetable
        except ImportError:
            from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable

        # Where workers find the program and the project.
        PROGRAM = os.environ.get("ESCALE_PROGRAM", "escale")
        PROJECT = os.environ.get("ESCALE_PROJECT", PROJECT_FOLDER)

        # The time of the schedule that a run is for; empty when somebody asked for it.
        AT = "{{ '' if dag_run.run_type not in ('scheduled', 'backfill', 'backfill_job') else data_interval_end.isoformat() }}"
        AFTER = "{{ (dag_run.conf or {}).get('escale_after', '') }}"
        OPTIONS = '--project "$ESCALE_PROJECT" --run "$ESCALE_OUTSIDE_RUN" --at "$ESCALE_AT" --after "$ESCALE_AFTER"'


        def literal(text):
            """The text as it is, whatever a template would see in it."""
            return "{{ " + repr(text) + " }}"


        def call(verb, pipeline, step_id, parameters, **settings):
            """A task that calls the program; exit code 99 is a step that is skipped."""
            environment = {
                "ESCALE_PROGRAM": literal(PROGRAM),
                "ESCALE_PROJECT": literal(PROJECT),
                "ESCALE_OUTSIDE_RUN": "{{ run_id }}",
                "ESCALE_AT": AT,
                "ESCALE_AFTER": AFTER,
            }
            command = f'"$ESCALE_PROGRAM" pipeline {verb} {OPTIONS}'
            for name in parameters:
                environment[f"ESCALE_GIVEN_{name}"] = "{{ params." + name + " }}"
                command += f' --param "{name}=$ESCALE_GIVEN_{name}"'
            return BashOperator(
                task_id=step_id, bash_command=command, env=environment, append_env=True, skip_on_exit_code=99,
                weight_rule="absolute", **settings)


        def step(pipeline, step_id, parameters, minds_retries=False, **settings):
            """A step of a pipeline."""
            verb = f"step {pipeline} {step_id}" + (" --retries" if minds_retries else "")
            return call(verb, pipeline, step_id, parameters, **settings)


        def outcome(pipeline, step_id, parameters):
            """Behind all steps: decides how the run ended, since some may fail and others come after failures."""
            return call(f"outcome {pipeline}", pipeline, step_id, parameters, trigger_rule="all_done", retries=0)


        def follow(pipeline, follower, step_id):
            """Starts a pipeline that comes after this one, about the same interval."""
            return TriggerDagRunOperator(
                task_id=step_id, trigger_dag_id=follower, conf={"escale_after": pipeline + "/{{ run_id }}"}, wait_for_completion=False)

        """";

    /// <summary>The pipelines of the export that come after one.</summary>
    public static IEnumerable<string> Followers(ExportSet set, PipelineSpec pipeline) => set.Pipelines.Where(other => other.Triggers.After.Contains(pipeline.Name)).Select(other => other.Name);

    /// <summary>The name of a pool: other DAGs may have one of the same.</summary>
    public static string PoolOf(string pool) => "escale_" + pool;

    /// <summary>What is to be known of the file.</summary>
    public static IEnumerable<string> Header(ExportSet set)
    {
        yield return $"The pipelines of the project {set.Project}, for Airflow 2.10 and 3, made by `escale export airflow`: change pipelines/*.yml and export again.";
        yield return "Each task calls `escale pipeline step` where the project is. Workers need the program (ESCALE_PROGRAM), the project's folder (ESCALE_PROJECT), ESCALE_DATABASE unless they";
        yield return "are all on the project's machine, and the variables that the pipelines name. Pause the pipelines in Escale, or both will run them: escale pipeline pause NAME.";
        var variables = set.Pipelines.SelectMany(Variables.Of).Where(pair => !pair.Value).Select(pair => pair.Key).Distinct().Order(StringComparer.Ordinal).ToList();
        if (variables.Count > 0)
        {
            yield return $"Variables: {string.Join(", ", variables)}.";
        }
        var pools = set.Pipelines.SelectMany(pipeline => pipeline.Tasks).Select(task => task.Pool).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        if (pools.Count > 0)
        {
            yield return "Pools, to be made once:";
        }
        foreach (var pool in pools)
        {
            yield return $"  airflow pools set {PoolOf(pool)} {set.Pools.GetValueOrDefault(pool, 1).ToString(CultureInfo.InvariantCulture)} \"{(pool == PipelineReader.BuildPool ? "Builds of Escale, one at a time" : "Steps of Escale")}\"";
        }
        foreach (var note in set.Notes)
        {
            yield return "Note: " + note;
        }
    }
}
