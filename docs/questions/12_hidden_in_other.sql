-- What part of expenditure stands under 其他: items …99, and items of sections …99; and the largest of them.
with largest as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        arg_max(functional_code || ' ' || functional_name, amount_yuan) as largest,
    from marts.functional_expenditure_by_year
    where level = 'item' and functional_code similar to '.*99|...99..' and is_whole
    group by all
)

select
    profile.department_name,
    profile.fiscal_year,
    profile.phase,
    profile.other_code_yuan,
    profile.expenditure_yuan,
    round(100 * profile.share_of_other_codes::double, 1) as share_pct,
    largest.largest,
from marts.department_profile as profile
left join largest
    on
        profile.department_id = largest.department_id
        and profile.perimeter = largest.perimeter
        and profile.fiscal_year = largest.fiscal_year
        and profile.phase = largest.phase
where profile.expenditure_yuan is not null and profile.perimeter <> 'government' and profile.is_whole
order by share_pct desc, profile.department_name, profile.fiscal_year
