-- One row per stay at a berth, read from the port's public page: French names, local time, decimal commas.
-- A stay over the turn of a month stands on two monthly pages.

with page as (

    select
        escale                                                              as call_id,
        poste                                                               as berth,
        {{ comparable('terminal') }}                                        as terminal_name,
        strptime(accoste, '%d/%m/%Y %H:%M') at time zone 'Africa/Dakar'        as berthed_at,
        -- "à quai" while the vessel is still alongside
        try_strptime(appareille, '%d/%m/%Y %H:%M') at time zone 'Africa/Dakar' as sailed_at,
        cast(replace(regexp_extract(tirant_eau, '[0-9,]+'), ',', '.') as decimal(4, 1)) as draught_m

    from {{ source('berth_page', 'berth_occupancy') }}

)

select
    page.call_id,
    page.berth,
    names.terminal_code,
    page.berthed_at,
    page.sailed_at,
    page.draught_m

from page
left join {{ ref('terminal_names') }} as names
    on names.source = 'berth_page'
    and {{ comparable('names.name') }} = page.terminal_name

qualify row_number() over (partition by page.call_id order by page.sailed_at desc nulls last) = 1
