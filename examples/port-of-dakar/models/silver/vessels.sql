-- One row per vessel of the register: rows whose IMO number fails its check digit are set aside (see rejected_records),
-- and of several rows for one vessel the latest update wins.

with register as (

    select
        imo,
        mmsi,
        trim(navire)                as vessel_name,
        type_ais                    as ais_type,
        trim(pavillon)              as flag,
        trim(armateur)              as owner,
        longueur_m                  as length_m,
        tirant_eau_m                as draught_m,
        jauge_brute                 as gross_tonnage,
        construit                   as built_year,
        mis_a_jour                  as updated_on

    from {{ source('harbour_office', 'vessel_register') }}
    where {{ imo_is_valid('imo') }}

)

select
    register.*,
    coalesce(ship_types.ship_type, 'Other') as ship_type

from register
left join {{ ref('ship_types') }} as ship_types
    on register.ais_type between ship_types.first_ais_type and ship_types.last_ais_type

qualify row_number() over (partition by imo order by updated_on desc) = 1
