-- Documents that contradict themselves: figures that cannot be right, and quantities printed as two numbers.
with suspect as (
    select
        document_id,
        first(printed_text || ' ' || printed_unit || ' (page ' || page_number || ', ' || coalesce(line_name, form) || ')' order by figure_id)
            as first_suspect,
    from audit.suspect_figure
    group by document_id
)

select
    quality.department_name,
    quality.fiscal_year,
    quality.document_kind,
    quality.check_count as checks,
    quality.error_check_count as errors,
    quality.printed_twice_check_count as printed_twice,
    quality.suspect_figure_count as suspects,
    suspect.first_suspect,
from marts.document_quality as quality
left join suspect
    on quality.document_id = suspect.document_id
where
    quality.is_current
    and (quality.error_check_count > 0 or quality.printed_twice_check_count > 0 or quality.suspect_figure_count > 0)
order by suspects desc, errors desc, printed_twice desc, quality.department_name, quality.fiscal_year
