-- Forms whose amounts are, in the middle of the lines they share, hundreds of times what the same form of the body
-- prints in its other documents, or a hundredth: a unit of amount was printed or read wrongly. Budgets do not change
-- so. Where documents stand against one another one by one, neither is believed. And forms whose amounts are, digit by
-- digit, those of the document's own sentences, but for a power of ten: a form that is read in a wrong unit.
with printed as (
    select
        figure.document_id,
        document.department_id,
        spelling.agency_id,
        figure.form,
        concat_ws(
            '|', figure.scheme, figure.fund, figure.scope, figure.scope_name, figure.measure, figure.source,
            figure.cross_code,
            coalesce(figure.line_code, {{ plain_name('figure.line_name') }}, '')
        ) as line,
        max(abs(figure.amount_yuan)) as amount_yuan,
    {{ figures_of_bodies() }}
    where
        figure.amount_yuan <> 0
        and figure.measure <> 'change'
    group by all
),

compared as (
    select
        one.document_id,
        one.agency_id,
        one.form,
        other.document_id as other_document_id,
        median(log10(cast(one.amount_yuan as double) / cast(other.amount_yuan as double))) as power,
    from printed as one
    inner join printed as other
        on
            one.department_id = other.department_id
            and one.agency_id = other.agency_id
            and one.form = other.form
            and one.line = other.line
            and one.document_id <> other.document_id
    group by all
    having count(distinct one.amount_yuan) >= 3
),

judged as (
    select
        document_id,
        agency_id,
        form,
        count(*) filter (where abs(power) >= 2.5) as differing_count,
        count(*) filter (where abs(power) < 1.5) as agreeing_count,
        cast(round(median(power) filter (where abs(power) >= 2.5)) as integer) as power,
        min(other_document_id) filter (where abs(power) >= 2.5) as other_document_id,
    from compared
    group by document_id, agency_id, form
),

between_documents as (
    select
        document_id,
        agency_id,
        form,
        power,
        other_document_id,
    from judged
    where differing_count > agreeing_count
),

-- An amount of fewer digits may be another's by chance.
spoken as (
    select distinct
        document_id,
        cast(amount_yuan as double) as amount_yuan,
    from {{ ref('stg_narrative_figure') }}
    where
        measure = 'stated'
        and length(rtrim(replace(cast(abs(amount_yuan) as varchar), '.', ''), '0')) >= 5
),

repeated as (
    select
        printed.document_id,
        printed.agency_id,
        printed.form,
        unit.power,
        count(distinct spoken.amount_yuan) as amount_count,
    from spoken
    cross join (values (-8), (-6), (-4), (-3), (0), (3), (4), (6), (8)) as unit (power)
    inner join printed
        on
            spoken.document_id = printed.document_id
            and cast(printed.amount_yuan as double) = round(spoken.amount_yuan * pow(10, unit.power), 2)
    group by all
),

against_sentences as (
    select
        document_id,
        agency_id,
        form,
        max_by(power, amount_count) filter (where power <> 0) as power,
        document_id as other_document_id,
    from repeated
    group by document_id, agency_id, form
    having
        max(amount_count) filter (where power <> 0) >= 2
        and max(amount_count) filter (where power <> 0) > coalesce(max(amount_count) filter (where power = 0), 0)
),

final as (
    select * from between_documents
    union all
    select against_sentences.*
    from against_sentences
    left join between_documents
        on
            against_sentences.document_id = between_documents.document_id
            and against_sentences.agency_id = between_documents.agency_id
            and against_sentences.form = between_documents.form
    where between_documents.form is null
)

select * from final
