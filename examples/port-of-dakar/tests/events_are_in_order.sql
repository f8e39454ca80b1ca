-- Anchorage before the berth, the berth before the work, the work before the sea.

select call_id, anchored_at, berthed_at, operations_started_at, operations_ended_at, sailed_at
from {{ ref('fact_port_call') }}
where not (
    coalesce(anchored_at <= berthed_at, true)
    and coalesce(eta <= berthed_at, true)
    and coalesce(berthed_at < operations_started_at, true)
    and coalesce(operations_started_at < operations_ended_at, true)
    and coalesce(operations_ended_at < sailed_at, true)
)
