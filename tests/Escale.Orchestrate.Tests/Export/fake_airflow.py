"""A small airflow package in either layout: it records DAGs, renders what Airflow would render, and has the shell run what Airflow would have it run."""
import datetime
import json
import os
import subprocess
import sys
import types

LAYOUT, FILE, PROGRAM, OUT = sys.argv[1:5]
DAGS = []


class Param:
    def __init__(self, default=None, description=None, **schema):
        known = {"type", "format", "enum"}
        assert set(schema) <= known, schema
        self.default, self.schema = default, schema
        kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
        assert default is None or isinstance(default, kinds[schema["type"]]), (default, schema)
        assert "enum" not in schema or default is None or default in schema["enum"]
        if schema.get("format") == "date":
            datetime.date.fromisoformat(default)


class CronDataIntervalTimetable:
    def __init__(self, cron, timezone):
        self.said = {"cron": cron, "zone": timezone}


class DeltaDataIntervalTimetable:
    def __init__(self, delta):
        self.said = {"every": delta.total_seconds()}


class DAG:
    open = None

    def __init__(self, dag_id, description=None, schedule=None, start_date=None, end_date=None, catchup=False, max_active_runs=16, dagrun_timeout=None, params=None, tags=None):
        assert start_date.tzinfo is not None and (end_date is None or end_date.tzinfo is not None)
        self.tasks, self.params = [], params or {}
        self.said = {
            "id": dag_id, "description": description, "schedule": schedule and schedule.said, "from": start_date.isoformat(), "until": end_date and end_date.isoformat(), "catchup": catchup,
            "concurrency": max_active_runs, "timeout": dagrun_timeout and int(dagrun_timeout.total_seconds()), "params": {name: [param.default, param.schema] for name, param in self.params.items()},
        }
        DAGS.append(self)

    def __enter__(self):
        DAG.open = self
        return self

    def __exit__(self, *_):
        DAG.open = None


class Operator:
    def __init__(self, task_id):
        assert task_id not in [task.id for task in DAG.open.tasks]
        self.id, self.upstream, self.said = task_id, [], {}
        DAG.open.tasks.append(self)

    def __rrshift__(self, others):
        for other in others:
            other >> self
        return self

    def __rshift__(self, other):
        other.upstream.append(self.id)
        return other


class BashOperator(Operator):
    def __init__(self, *, task_id, bash_command, env, append_env, skip_on_exit_code=99, weight_rule="downstream", trigger_rule="all_success", retries=0, retry_delay=None,
                 retry_exponential_backoff=False, max_retry_delay=None, execution_timeout=None, pool=None, priority_weight=1):
        super().__init__(task_id)
        assert append_env and skip_on_exit_code == 99 and weight_rule == "absolute" and not bash_command.endswith((".sh", ".bash"))
        self.command, self.env = bash_command, env
        self.said = {
            "rule": trigger_rule, "retries": retries, "delay": retry_delay and int(retry_delay.total_seconds()), "grows": retry_exponential_backoff,
            "most": max_retry_delay and int(max_retry_delay.total_seconds()), "timeout": execution_timeout and int(execution_timeout.total_seconds()), "pool": pool, "weight": priority_weight,
        }


class TriggerDagRunOperator(Operator):
    def __init__(self, *, task_id, trigger_dag_id, conf, wait_for_completion):
        super().__init__(task_id)
        self.said = {"rule": "all_success", "starts": trigger_dag_id, "conf": conf}


def module(name, **members):
    parts = name.split(".")
    for at in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:at]), types.ModuleType(".".join(parts[:at])))
    vars(sys.modules[name]).update(members)


TIMES = {"CronDataIntervalTimetable": CronDataIntervalTimetable, "DeltaDataIntervalTimetable": DeltaDataIntervalTimetable}
if LAYOUT == "3":
    module("airflow.sdk", DAG=DAG, Param=Param, **TIMES)
    module("airflow.providers.standard.operators.bash", BashOperator=BashOperator)
    module("airflow.providers.standard.operators.trigger_dagrun", TriggerDagRunOperator=TriggerDagRunOperator)
else:
    module("airflow", DAG=DAG)
    module("airflow.models.param", Param=Param)
    module("airflow.operators.bash", BashOperator=BashOperator)
    module("airflow.operators.trigger_dagrun", TriggerDagRunOperator=TriggerDagRunOperator)
    module("airflow.timetables.interval", **TIMES)


def called(task, dag):
    """The arguments that the program gets: templates rendered by Airflow's rules, the line read by a real shell."""
    try:
        import jinja2
    except ImportError:
        return None
    jinja = jinja2.Environment(undefined=jinja2.StrictUndefined)
    run = types.SimpleNamespace(run_type="scheduled", conf=None)
    context = {
        "run_id": "scheduled__2026-11-23", "dag_run": run, "data_interval_end": datetime.datetime(2026, 11, 23, 6, 30, tzinfo=datetime.timezone.utc),
        "params": {name: param.default for name, param in dag.params.items()},
    }
    env = {name: jinja.from_string(value).render(context) for name, value in task.env.items()}
    out = OUT + ".call"
    env["ESCALE_PROGRAM"] = PROGRAM
    subprocess.run(["bash", "-c", jinja.from_string(task.command).render(context)], env={**os.environ, **env, "CALLED": out}, check=True)
    with open(out, encoding="utf-8") as read:
        return json.load(read)


with open(FILE, encoding="utf-8") as source:
    exec(compile(source.read(), FILE, "exec"), {"__name__": "dags"})
said = [{**dag.said, "tasks": [{"id": task.id, "upstream": sorted(task.upstream), **task.said, "called": called(task, dag) if isinstance(task, BashOperator) and dag is DAGS[0] else None} for task in dag.tasks]} for dag in DAGS]
with open(OUT, "w", encoding="utf-8") as write:
    json.dump(said, write)
