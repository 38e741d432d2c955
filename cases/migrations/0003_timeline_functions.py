"""The chain in the database: the same text and hash as ``cases.chain``, for set-based writing."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION timeline_text(
    case_id bigint, seq int, kind text, "on" date, at timestamptz, by_id bigint, data text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT case_id || chr(10) || seq || chr(10) || kind || chr(10)
        || to_char("on", 'YYYY-MM-DD') || chr(10)
        || (extract(epoch FROM at) * 1000000)::bigint || chr(10)
        || coalesce(by_id::text, '') || chr(10) || data
$$;
CREATE FUNCTION timeline_link(state bytea, head bytea, line text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(coalesce(state, head) || convert_to(line, 'UTF8'))
$$;
CREATE AGGREGATE timeline_chain(bytea, text) (SFUNC = timeline_link, STYPE = bytea);
ALTER TABLE cases_case SET (fillfactor = 80);
"""
BACKWARD = """
DROP AGGREGATE timeline_chain(bytea, text);
DROP FUNCTION timeline_link(bytea, bytea, text);
DROP FUNCTION timeline_text(bigint, int, text, date, timestamptz, bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
