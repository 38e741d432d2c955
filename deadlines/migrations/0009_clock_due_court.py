"""An index that gives each court's running clocks by due day.

Lists over a subtree are gathered from each court's beginning. Before, those of a high court went
down the order of the whole country: 0.8 to 3.7 s at 29 million clocks.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("deadlines", "0008_sheet_made_under")]
    operations = [
        AddIndexConcurrently(
            "clock",
            models.Index(
                fields=["court_id", "due", "id"],
                name="clock_due_court",
                condition=Q(stopped_on__isnull=True, due__isnull=False),
            ),
        )
    ]
