-- One row per terminal, and the unknown terminal.

select
    cast(terminal_key as integer)                               as terminal_key,
    terminal_code,
    terminal_name,
    zone,
    traffic,
    cast(depth_m as decimal(4, 1))                              as depth_m,
    cast(berth_count as integer)                                as berth_count,
    cast(berth_count * berth_length_m as integer)               as quay_length_m

from {{ ref('terminals') }}

union all by name

select
    -1          as terminal_key,
    'Unknown'   as terminal_name,
    'Unknown'   as zone
