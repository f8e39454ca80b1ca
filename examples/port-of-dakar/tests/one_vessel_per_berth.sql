-- No vessel comes alongside a berth before the one there has sailed.

with stays as (

    select
        berth,
        call_id,
        sailed_at,
        lead(call_id) over next_stay    as next_call_id,
        lead(berthed_at) over next_stay as next_berthed_at

    from {{ ref('berth_stays') }}
    window next_stay as (partition by berth order by berthed_at)

)

select *
from stays
where next_berthed_at < coalesce(sailed_at, timestamptz 'infinity')
