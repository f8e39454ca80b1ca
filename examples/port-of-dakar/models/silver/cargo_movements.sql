-- One row per manifest line with a usable quantity.

select
    manifest,
    line,
    call_id,
    terminal_code,
    issued_at,
    direction,
    flow,
    country,
    commodity_code,
    commodity,
    cast(tonnes as decimal(12, 3))      as tonnes,
    cast(coalesce(boxes, 0) as integer) as boxes,
    cast(coalesce(teu, 0) as integer)   as teu

from {{ ref('cargo_lines') }}
where tonnes is not null
