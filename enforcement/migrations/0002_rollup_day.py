"""The one row that says as of which day running clocks are counted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO enforcement_rollupday (id, day) "
            "VALUES (1, (now() AT TIME ZONE 'Asia/Shanghai')::date) ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
