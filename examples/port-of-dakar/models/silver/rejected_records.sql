-- What silver could not use, with the reason: nothing is dropped without a trace. Rows that could not even be read are in the
-- quarantine tables beside bronze.

select
    'vessel_register'               as source,
    cast(imo as varchar)            as record_id,
    'imo-check-digit'               as reason,
    cast(to_json(register) as varchar) as record

from {{ source('harbour_office', 'vessel_register') }} as register
where not {{ imo_is_valid('imo') }}

union all

select
    'cargo_manifests'               as source,
    manifest || '/' || line         as record_id,
    'quantity-not-a-number'         as reason,
    cast(to_json(lines) as varchar) as record

from {{ ref('cargo_lines') }} as lines
where tonnes is null
