"""Whatever may change a clock marks the case stale: also a flag taken back, and a lost cache.

The clock of an explanation ends when its flag is withdrawn or heard anew, so those events mark the
case. Sheets and clocks may be thrown away at any hour: throwing them away marks their cases.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION deadlines_mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deadlines_stale (case_id)
    SELECT DISTINCT case_id FROM new_rows
    WHERE kind NOT IN ('flag.raised', 'flag.amended', 'flag.escalated')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION deadlines_mark_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deadlines_stale (case_id) SELECT DISTINCT case_id FROM old_rows
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION deadlines_mark_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deadlines_stale (case_id) SELECT id FROM cases_case ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER deadlines_sheet_lost AFTER DELETE ON deadlines_sheet
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION deadlines_mark_lost();
CREATE TRIGGER deadlines_clock_lost AFTER DELETE ON deadlines_clock
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION deadlines_mark_lost();
CREATE TRIGGER deadlines_sheets_lost AFTER TRUNCATE ON deadlines_sheet
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_mark_all();
CREATE TRIGGER deadlines_clocks_lost AFTER TRUNCATE ON deadlines_clock
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_mark_all();
"""
BACKWARD = """
DROP TRIGGER deadlines_sheet_lost ON deadlines_sheet;
DROP TRIGGER deadlines_clock_lost ON deadlines_clock;
DROP TRIGGER deadlines_sheets_lost ON deadlines_sheet;
DROP TRIGGER deadlines_clocks_lost ON deadlines_clock;
DROP FUNCTION deadlines_mark_lost();
DROP FUNCTION deadlines_mark_all();
CREATE OR REPLACE FUNCTION deadlines_mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deadlines_stale (case_id)
    SELECT DISTINCT case_id FROM new_rows
    WHERE kind NOT IN ('flag.raised', 'flag.amended', 'flag.withdrawn', 'flag.escalated')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0004_loose_cache")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
