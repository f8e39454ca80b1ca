-- The lines of the manifests, flattened. A manifest that was delivered twice counts once; kilograms become tonnes;
-- tonnes is null where the quantity is no number.

{{ config(materialized='view') }}

with manifests as (

    select *
    from {{ source('terminal_operator', 'cargo_manifests') }}
    qualify row_number() over (partition by manifest order by issued) = 1

),

lines as (

    select
        manifest,
        call.id                                         as call_id,
        {{ comparable('terminal') }}                    as terminal_name,
        timezone(timezone, cast(issued as timestamp))   as issued_at,
        unnest(movements)                               as movement

    from manifests

)

select
    lines.manifest,
    movement.line                   as line,
    lines.call_id,
    names.terminal_code,
    lines.issued_at,
    movement.direction              as direction,
    movement.flow                   as flow,
    movement.country                as country,
    movement.commodity.hs           as commodity_code,
    movement.commodity.name         as commodity,
    movement.quantity.value         as quantity,
    -- minus signs are slips of the keyboard: a manifest cannot take back what was moved
    abs(try_cast(movement.quantity.value as decimal(12, 3))) / if(movement.quantity.unit = 'kg', 1000, 1) as tonnes,
    list_sum(list_transform(movement.containers, lambda c: c.boxes))                              as boxes,
    list_sum(list_transform(movement.containers, lambda c: c.boxes * if(c.iso[1] = '4', 2, 1)))   as teu

from lines
left join {{ ref('terminal_names') }} as names
    on names.source = 'manifests'
    and {{ comparable('names.name') }} = lines.terminal_name
