-- Every tonne of the manifests is either in a call or belongs to none that the port knows; and the monthly throughput misses nothing.

with totals as (

    select
        (select sum(tonnes) from {{ ref('cargo_movements') }})          as in_manifests,
        (select sum(cargo_tonnes) from {{ ref('fact_port_call') }})     as in_calls,
        (select sum(tonnes) from {{ ref('kpi_monthly_throughput') }})   as in_throughput,
        (
            select coalesce(sum(tonnes), 0)
            from {{ ref('cargo_movements') }}
            anti join {{ ref('fact_port_call') }} using (call_id)
        )                                                               as in_no_call

)

select *
from totals
where in_manifests <> in_calls + in_no_call
   or in_manifests <> in_throughput
