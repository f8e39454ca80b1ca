-- One row per vessel of the register: rows whose IMO number fails its check digit are set aside (see rejected_records),
-- and of several rows for one vessel the latest update wins.

with register as (

    select
        IMO                 as imo,
        MMSI                as mmsi,
        trim(NAVIRE)        as vessel_name,
        TYPE_AIS            as ais_type,
        trim(PAVILLON)      as flag,
        trim(ARMATEUR)      as owner,
        LONGUEUR_M          as length_m,
        TIRANT_EAU_M        as draught_m,
        JAUGE_BRUTE         as gross_tonnage,
        CONSTRUIT           as built_year,
        MIS_A_JOUR          as updated_on

    from {{ source('harbour_office', 'vessel_register') }}
    where {{ imo_is_valid('IMO') }}

)

select
    register.*,
    coalesce(ship_types.ship_type, 'Other') as ship_type

from register
left join {{ ref('ship_types') }} as ship_types
    on register.ais_type between ship_types.first_ais_type and ship_types.last_ais_type

qualify row_number() over (partition by imo order by updated_on desc) = 1
