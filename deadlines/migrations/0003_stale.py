"""An event appended to a timeline marks the case's sheet stale, in the same transaction.

Events of flags change no clock and are left out, so that the set-based sweep stays cheap.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION deadlines_mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deadlines_stale (case_id)
    SELECT DISTINCT case_id FROM new_rows
    WHERE kind NOT IN ('flag.raised', 'flag.amended', 'flag.withdrawn', 'flag.escalated')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER deadlines_stale AFTER INSERT ON cases_caseevent
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deadlines_mark_stale();
ALTER TABLE deadlines_sheet SET (fillfactor = 80);
"""
BACKWARD = """
DROP TRIGGER deadlines_stale ON cases_caseevent;
DROP FUNCTION deadlines_mark_stale();
"""


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0002_initial"), ("cases", "0003_timeline_functions")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
