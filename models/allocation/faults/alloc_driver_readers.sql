-- grain: one driver that rules read
-- why: what is wrong with a driver is said once, with a rule that it concerns
-- reads: alloc_rule_weighings
-- conserves: every such driver, with its first rule and the number of the others

with

readers as (

    select distinct
        driver_id,
        defined_in as rule_set,
        rule_id
    from {{ ref('alloc_rule_weighings') }}

)

select
    driver_id,
    rule_set,
    rule_id,
    count(*) over (partition by driver_id) - 1 as other_rules
from readers
qualify row_number() over (partition by driver_id order by rule_set, rule_id) = 1
