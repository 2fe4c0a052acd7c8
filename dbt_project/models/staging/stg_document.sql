with source as (
    select * from {{ source('core', 'document') }}
),

final as (
    select
        document_id,
        sha256,
        file_name,
        format,
        document_kind,
        fiscal_year,
        jurisdiction_name,
        jurisdiction_code,
        department_name,
        coalesce(department_level, 'department') as department_level,
        title,
        page_count,
        source_url,
        retrieved_at,
        is_specimen,
        registry_disagreement,
        status,
        status_reason,
        reader_version,
    from source
)

select * from final
