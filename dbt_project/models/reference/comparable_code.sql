-- One code for all codes that the concordance ties together: the one that they end in, else the one that they began
-- with. Whole amounts only: a split is compared before it was split and never shared out by weights, so totals stay
-- totals. A code that was given to another matter (no predecessor, though an edition had it before) is another code
-- from then on: an era.
with recursive concordance as (
    select * from {{ ref('concordance') }}
),

class as (
    select
        'functional' as scheme,
        functional_code as code,
        last_year,
    from {{ ref('functional_class') }}
    union all
    select
        scheme,
        economic_code as code,
        last_year,
    from {{ ref('economic_class') }}
),

new_era as (
    select distinct
        concordance.scheme,
        concordance.to_code as code,
        concordance.year,
    from concordance
    inner join class
        on
            concordance.scheme = class.scheme
            and concordance.to_code = class.code
            and concordance.year > class.last_year
    where concordance.from_code is null
),

tie as (
    select
        scheme,
        from_code,
        to_code,
        year,
        kind,
        evidence,
        from_code || '@' || (
            select count(*) from new_era
            where
                new_era.scheme = concordance.scheme
                and new_era.code = concordance.from_code
                and new_era.year < concordance.year
        ) as from_node,
        to_code || '@' || (
            select count(*) from new_era
            where
                new_era.scheme = concordance.scheme
                and new_era.code = concordance.to_code
                and new_era.year <= concordance.year
        ) as to_node,
    from concordance
    where
        from_code is not null
        and to_code is not null
        and from_code <> to_code
        and length(from_code) = length(to_code)
),

edge as (
    select
        scheme,
        from_node as node,
        to_node as other_node,
    from tie
    union
    select
        scheme,
        to_node as node,
        from_node as other_node,
    from tie
),

reach as (
    select
        scheme,
        node,
        node as reached_node,
    from edge
    union
    select
        reach.scheme,
        reach.node,
        edge.other_node as reached_node,
    from reach
    inner join edge
        on
            reach.scheme = edge.scheme
            and reach.reached_node = edge.node
),

component as (
    select
        scheme,
        node,
        min(reached_node) as component,
    from reach
    group by scheme, node
),

origin as (
    select distinct
        scheme,
        from_node as node,
    from tie
),

destination as (
    select distinct
        scheme,
        to_node as node,
    from tie
),

placed as (
    select
        component.scheme,
        component.node,
        component.component,
        origin.node is not null as is_from,
        destination.node is not null as is_to,
    from component
    left join origin
        on
            component.scheme = origin.scheme
            and component.node = origin.node
    left join destination
        on
            component.scheme = destination.scheme
            and component.node = destination.node
),

chosen as (
    select
        scheme,
        component,
        case
            when count(*) filter (where not is_from) = 1 then min(node) filter (where not is_from)
            when count(*) filter (where not is_to) = 1 then min(node) filter (where not is_to)
            else min(node)
        end as comparable_node,
        list(split_part(node, '@', 1) order by node) as codes,
    from placed
    group by scheme, component
),

evidence as (
    select
        component.scheme,
        component.component,
        string_agg(
            concat(tie.from_code, ' → ', tie.to_code, ' (', tie.year, ', ', tie.kind, ', ', tie.evidence, ')'),
            '; '
            order by tie.year, tie.from_code, tie.to_code
        ) as evidence,
        bool_and(tie.evidence <> 'general_knowledge') as is_attested,
    from tie
    inner join component
        on
            tie.scheme = component.scheme
            and tie.from_node = component.node
    group by component.scheme, component.component
),

spelled as (
    select
        placed.scheme,
        split_part(placed.node, '@', 1) as code,
        cast(split_part(placed.node, '@', 2) as integer) as era,
        split_part(chosen.comparable_node, '@', 1) as comparable_code,
        cast(split_part(chosen.comparable_node, '@', 2) as integer) as comparable_era,
        chosen.codes,
        evidence.evidence,
        evidence.is_attested,
    from placed
    inner join chosen
        on
            placed.scheme = chosen.scheme
            and placed.component = chosen.component
    inner join evidence
        on
            placed.scheme = evidence.scheme
            and placed.component = evidence.component
),

era as (
    select
        scheme,
        code,
        row_number() over (partition by scheme, code order by year) as era,
        year as first_year,
    from new_era
),

final as (
    select
        spelled.scheme,
        spelled.code,
        began.first_year,
        ended.first_year - 1 as last_year,
        -- The bare code is that of its last era; an earlier one says until when.
        case
            when comparable_ended.first_year is null then spelled.comparable_code
            else spelled.comparable_code || '~' || (comparable_ended.first_year - 1)
        end as comparable_code,
        spelled.codes,
        spelled.evidence,
        spelled.is_attested,
    from spelled
    left join era as began
        on
            spelled.scheme = began.scheme
            and spelled.code = began.code
            and spelled.era = began.era
    left join era as ended
        on
            spelled.scheme = ended.scheme
            and spelled.code = ended.code
            and spelled.era + 1 = ended.era
    left join era as comparable_ended
        on
            spelled.scheme = comparable_ended.scheme
            and spelled.comparable_code = comparable_ended.code
            and spelled.comparable_era + 1 = comparable_ended.era
    union all
    -- Earlier eras that nothing is tied to are codes of their own.
    select
        ended.scheme,
        ended.code,
        began.first_year,
        ended.first_year - 1 as last_year,
        ended.code || '~' || (ended.first_year - 1) as comparable_code,
        [ended.code] as codes,
        'given to another matter in ' || ended.first_year as evidence,
        false as is_attested,
    from era as ended
    left join era as began
        on
            ended.scheme = began.scheme
            and ended.code = began.code
            and ended.era - 1 = began.era
    where
        not exists (
            select 1 from spelled
            where
                spelled.scheme = ended.scheme
                and spelled.code = ended.code
                and spelled.era = ended.era - 1
        )
)

select * from final
order by scheme, code, first_year nulls first
