-- Tonnes, boxes and TEU by month, terminal and flow, from every manifest line, also of calls that nobody announced.

select
    cast(date_trunc('month', movements.issued_at) as date)  as month,
    {{ or_unknown('terminals.terminal_key') }}              as terminal_key,
    movements.flow,
    movements.direction,
    count(distinct movements.manifest)                      as manifests,
    sum(movements.tonnes)                                   as tonnes,
    cast(sum(movements.boxes) as bigint)                    as boxes,
    cast(sum(movements.teu) as bigint)                      as teu,
    round(sum(movements.tonnes) / any_value(terminals.quay_length_m), 2) as tonnes_per_quay_metre

from {{ ref('cargo_movements') }} as movements
left join {{ ref('dim_terminal') }} as terminals using (terminal_code)
group by all
