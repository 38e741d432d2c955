"""Leave room on each page so that a new version and head stay on it (HOT)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_event_case")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE cases_case SET (fillfactor = 70)", migrations.RunSQL.noop
        ),
    ]
